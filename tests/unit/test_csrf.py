"""The CSRF check: whatever Flask-WTF's own answers, ours answers (docs/promises.md#62)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, jsonify, session
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from webapp.pages.framework import csrf
from webapp.pages.framework.csrf import CsrfCheck

TLS = "https://localhost"
CHECKS = [
    pytest.param(CsrfCheck, csrf.token, id="ours"),
    pytest.param(CSRFProtect, generate_csrf, id="library's"),
]


def site(check: type[CSRFProtect], make_token: Any, **settings: Any) -> FlaskClient:
    """A browser at a site that hands out a token, takes any method, and has an exempt page."""
    app = Flask("test")
    app.config.update({"SECRET_KEY": "secret", "WTF_CSRF_TIME_LIMIT": None, **settings})
    protection = check(app)

    @app.route("/", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def page() -> ResponseReturnValue:
        return jsonify(token=make_token(), again=make_token(), value=session["csrf_token"])

    @app.post("/exempt")
    def exempt() -> str:
        return "taken"

    protection.exempt(exempt)

    @app.get("/renew")
    def renew() -> ResponseReturnValue:
        return jsonify(value=csrf.renew(), token=csrf.token())

    return app.test_client()


def refused(answer: TestResponse) -> str | None:
    """Why it was refused."""
    return None if answer.status_code == 200 else f"{answer.status_code} {answer.text}".split("<p>")[1][:-5]


def post(browser: FlaskClient, token: str | None = None, **options: Any) -> str | None:
    """Send a form and return why it was refused."""
    return refused(browser.post("/", data={} if token is None else {"csrf_token": token}, **options))


def signed(value: str, secret: str = "secret", salt: str = "wtf-csrf-token", age: int = 0) -> str:
    """A token that the library signed, ``age`` seconds ago."""

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - age

    return str(URLSafeTimedSerializer(secret, salt=salt, signer=Earlier).dumps(value))


@pytest.mark.parametrize(("check", "make_token"), CHECKS)
def test_token_opens_its_own_browser_only_s62(check: Any, make_token: Any) -> None:
    browser = site(check, make_token)
    assert post(browser) == "The CSRF token is missing."
    assert post(browser, "x") == "The CSRF session token is missing."
    page = browser.get("/").get_json()
    assert page["token"] == page["again"]
    assert browser.get("/").get_json()["value"] == page["value"]
    for token in (page["token"], signed(page["value"]), signed(page["value"], age=10**6)):
        assert post(browser, token) is None
    for forged in (
        "x",
        page["token"][:-3] + "AAA",
        signed(page["value"], secret="other"),
        signed(page["value"], salt="x"),
    ):
        assert post(browser, forged) == "The CSRF token is invalid."
    other = site(check, make_token).get("/").get_json()
    assert post(browser, other["token"]) == "The CSRF tokens do not match."


@pytest.mark.parametrize(("check", "make_token"), CHECKS)
def test_token_is_asked_of_every_change_and_found_where_it_is_sent_s62(check: Any, make_token: Any) -> None:
    browser = site(check, make_token)
    token = browser.get("/").get_json()["token"]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert refused(browser.open("/", method=method)) == "The CSRF token is missing."
        for header in ("X-CSRFToken", "X-CSRF-Token"):
            assert refused(browser.open("/", method=method, headers={header: token})) is None
    assert refused(browser.post("/", data={"first-csrf_token": token})) is None
    assert [browser.open("/", method=method).status_code for method in ("HEAD", "OPTIONS")] == [200, 200]
    assert browser.post("/exempt").text == "taken"
    assert browser.post("/nowhere").status_code == 404


@pytest.mark.parametrize(("check", "make_token"), CHECKS)
def test_token_ends_when_a_limit_is_set_s62(check: Any, make_token: Any) -> None:
    browser = site(check, make_token, WTF_CSRF_TIME_LIMIT=60)
    value = browser.get("/").get_json()["value"]
    assert post(browser, signed(value, age=50)) is None
    assert post(browser, signed(value, age=70)) == "The CSRF token has expired."


@pytest.mark.parametrize(("check", "make_token"), CHECKS)
def test_change_under_tls_comes_from_our_own_pages_s62(check: Any, make_token: Any) -> None:
    browser = site(check, make_token)
    token = browser.get("/", base_url=TLS).get_json()["token"]

    def sent_from(page: str) -> str | None:
        return post(browser, token, base_url=TLS, headers={"Referer": page} if page else {})

    assert sent_from(f"{TLS}/any?page") is None
    assert sent_from("") == "The referrer header is missing."
    for page in (
        "https://evil.example/",
        "http://localhost/",
        f"{TLS}:444/",
        "https://localhost.evil.example/",
    ):
        assert sent_from(page) == "The referrer does not match the host."


def test_renewed_value_ends_earlier_tokens_s62() -> None:
    browser = site(CsrfCheck, csrf.token)
    earlier = browser.get("/").get_json()["token"]
    renewed = browser.get("/renew").get_json()
    assert post(browser, earlier) == "The CSRF tokens do not match."
    assert post(browser, renewed["token"]) is None
    assert post(browser, signed(renewed["value"])) is None
