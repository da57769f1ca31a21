"""Headers of every answer, and requests that are always refused (docs/promises.md#62)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.security.tools import is_signed_in, protected, rows, sends, texts
from webapp import paths
from webapp.pages.framework import i18n_cache

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",  # the stage; 'none' outside of sandbox mode
    "form-action": "'self'",
}


def check(answer: TestResponse, where: str) -> None:
    """The headers of one answer."""
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert {name: policy[name] for name in POLICY} == POLICY, where
    assert "unsafe" not in answer.headers["Content-Security-Policy"], where
    assert answer.headers["X-Content-Type-Options"] == "nosniff", where
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", where
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer"), where
    assert "camera=()" in answer.headers["Permissions-Policy"], where
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow", where
    assert "Python" not in answer.headers.get("Server", ""), where


def posts(app: Flask) -> list[str]:
    """A path for each place that takes a POST."""
    return [
        rule.rule.replace("<token>", "x" * 32)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.endpoint.startswith("sandbox_api.")
    ]


def test_every_post_asks_for_the_token_s62(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    sent, before = len(texts(world)), rows(world, "flows")
    assert len(posts(world.site)) >= 10
    for path in not_empty(posts(world.site)):
        for token in ({}, {"csrf_token": ""}, {"csrf_token": "x"}):
            fields = {"email": hanako.email, "password": "x", "otpCode": "123456", "decision": "deny"}
            answer = hanako.browser.raw("POST", path, data={**fields, **token})
            assert answer.status_code == 400, path
            check(answer, path)
    assert is_signed_in(hanako.browser)
    assert (len(texts(world)), rows(world, "flows")) == (sent, before)


def test_token_of_another_browser_is_refused_s62(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.browser.get("/account")
    stranger = world.browser()
    stranger.get("/ap/signin")
    answer = hanako.browser.raw("POST", "/ap/signout", data={"csrf_token": stranger.csrf_token})
    assert answer.status_code == 400
    assert is_signed_in(hanako.browser)


def test_headers_are_on_200_and_3xx_s62(world: World, hanako: Person) -> None:
    paths = [
        rule.rule
        for rule in world.site.url_map.iter_rules()
        if not rule.arguments and "GET" in (rule.methods or ())
    ]
    seen = set()
    for signed_in in (False, True):
        if signed_in:
            hanako.signs_in()
            hanako.opens_settings()
        for path in not_empty(paths):
            answer = hanako.browser.raw("GET", path)
            check(answer, path)
            assert answer.headers["Cache-Control"] == "no-store", path
            seen.add(answer.status_code)
    assert {200, 303} <= seen
    check(hanako.browser.raw("GET", "/static/css/tokens.css"), "static")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/a/c/r/nothing", 404),
        ("GET", "/static/../webapp/config.py", 404),
        ("GET", "/static/%2e%2e/config.py", 404),
        ("DELETE", "/ap/signin", 405),
        ("TRACE", "/", 405),
        ("POST", "/account", 405),
        ("POST", "/ap/signin", 400),
        ("GET", "/ap/cvf/approval/resend", 405),
    ],
)
def test_headers_are_on_4xx_s62(world: World, method: str, path: str, status: int) -> None:
    answer = world.browser().raw(method, path)
    assert answer.status_code == status
    check(answer, path)
    assert answer.headers["Cache-Control"] == "no-store"


def test_headers_are_on_400_of_a_foreign_host_s62(world: World) -> None:
    answer = world.browser().raw("GET", "/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    check(answer, "foreign host")


def test_answer_to_a_foreign_host_leaves_other_answers_their_addresses(world: World) -> None:
    for cache in (i18n_cache._url_of, i18n_cache._static_url, i18n_cache._kept):
        cache.cache_clear()
    client = world.site.test_client()
    below = {"SCRIPT_NAME": "/below"}
    assert client.get("/", headers={"Host": "evil.example"}, environ_overrides=below).status_code == 400
    for path in ("/ap/signin", "/nowhere"):
        html = client.get(path, environ_overrides=below).text
        assert not [
            each for each in re.findall(r' (?:href|src|action)="(/[^"]*)"', html) if "/below/" not in each
        ]


def test_request_larger_than_any_form_is_refused_s62(world: World, hanako: Person) -> None:
    hanako.gives_name()
    answer = sends(hanako.browser, "/ap/signin?step=password", password="x" * 2_000_000)
    assert answer.status_code == 413
    check(answer, "too large")


def test_headers_are_on_5xx_s62(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise ZeroDivisionError("the secret is MIHONDEMO")

    monkeypatch.setitem(world.site.view_functions, "shop.home", fails)
    answer = world.browser().raw("GET", "/")
    assert answer.status_code == 500
    check(answer, "500")
    assert "MIHONDEMO" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_signed_out_visitor_gets_no_further_by_any_method_s62(world: World) -> None:
    stranger = world.browser()
    stranger.get("/ap/signin")
    for path in not_empty(protected(world, "GET")):
        for method in ("GET", "HEAD"):
            is_hidden = paths.is_poll(path)  # docs/promises.md#92
            assert stranger.raw(method, path).status_code == (404 if is_hidden else 303), path
    for path in not_empty(protected(world, "POST")):
        assert sends(stranger, path).status_code == 303, path


def test_error_pages_are_whole_pages_in_both_languages_s62(world: World, language: str) -> None:
    browser = world.browser(language)
    page = browser.get("/nowhere", expect=404)  # the walker lints it like any other page
    assert page.headers["X-Request-Id"] in page.text


def test_static_files_are_the_same_for_all_and_kept(taro: Person) -> None:
    taro.signs_in()
    answer = taro.browser.raw("GET", "/static/css/base.css")
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"].startswith("public")
