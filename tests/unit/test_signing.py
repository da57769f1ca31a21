"""Signed tokens: ours and the library's are the same."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from markupsafe import Markup

from tests.assertions import not_empty
from webapp.config import Config
from webapp.pages.framework.session_cookie import SignedSessions
from webapp.rules.signing import COMPRESSED_FROM, TokenSerializer

SALT = "purpose"
LONG = {"typed": "0123456789" * COMPRESSED_FROM}
KINDS = [
    {},
    {"signer_kwargs": {"key_derivation": "hmac", "digest_method": hashlib.sha256}},
    {"signer_kwargs": {"key_derivation": "concat"}},
]


class Late(TimestampSigner):
    """The library's signer, an hour ahead."""

    def get_timestamp(self) -> int:
        return super().get_timestamp() + 3600


@pytest.mark.parametrize("options", KINDS)
def test_tokens_are_the_librarys_in_both_directions(options: dict[str, Any]) -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    ours = TokenSerializer("secret", salt=SALT, **options)
    library = URLSafeTimedSerializer("secret", salt=SALT, **options)
    plain = st.none() | st.booleans() | st.integers() | st.text()
    values = st.recursive(
        plain, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
    )

    @settings(deadline=None, max_examples=100)
    @given(values | st.just(LONG))
    def check(value: Any) -> None:
        assert library.loads(ours.dumps(value), max_age=60) == value
        assert ours.loads(library.dumps(value), max_age=60) == value
        assert ours.loads(ours.dumps(value, salt="other"), salt="other") == value

    check()


def test_tokens_of_long_payloads_are_compressed_as_the_librarys() -> None:
    token = TokenSerializer("secret", salt=SALT).dumps(LONG)
    assert token.startswith(".")
    assert len(token) == len(URLSafeTimedSerializer("secret", salt=SALT).dumps(LONG)) < COMPRESSED_FROM


def test_tokens_of_other_secrets_and_salts_are_refused() -> None:
    ours = TokenSerializer("secret", salt=SALT)
    for other in (TokenSerializer("other", salt=SALT), TokenSerializer("secret", salt="other")):
        with pytest.raises(BadSignature):
            ours.loads(other.dumps("x"))
    with pytest.raises(BadSignature):
        ours.loads(ours.dumps("x"), salt="other")


def test_token_with_any_changed_character_is_refused() -> None:
    ours = TokenSerializer("secret", salt=SALT)
    for token in (ours.dumps({"id": "abc"}), ours.dumps(LONG)):
        for at, char in not_empty(enumerate(token)):
            with pytest.raises(BadSignature):
                ours.loads(token[:at] + ("A" if char != "A" else "E") + token[at + 1 :])


def test_token_is_refused_after_its_age_and_before_its_time() -> None:
    now, later = (TokenSerializer("secret", salt=SALT, **late) for late in ({}, {"signer": Late}))
    assert now.loads(now.dumps("x"), max_age=60) == "x"
    with pytest.raises(SignatureExpired):
        later.loads(now.dumps("x"), max_age=60)
    with pytest.raises(SignatureExpired):
        now.loads(later.dumps("x"), max_age=60)


def test_tokens_of_replaced_keys_are_read_while_they_are_named() -> None:
    old = TokenSerializer("old", salt=SALT).dumps("x")
    both, new = TokenSerializer(["old", "new"], salt=SALT), TokenSerializer("new", salt=SALT)
    assert both.loads(old) == new.loads(both.dumps("x")) == "x"
    with pytest.raises(BadSignature):
        new.loads(old)


def site(**settings: Any) -> Flask:
    """An app with a key."""
    app = Flask("test")
    app.config.update({"SECRET_KEY": "new", **settings})
    return app


SESSION = {
    "csrf_token": "a" * 40,
    "_user_id": "ü",
    "typed": True,
    "count": 3,
    "none": None,
    "_flashes": [("info", "One"), ("warning", Markup("<b>Two</b>"))],
    "nested": {" t": [1, 2.5], "at": datetime(2026, 11, 26, tzinfo=UTC)},
    "bytes": b"\x00\xff",
    "id": UUID(int=5),
}


def test_session_cookies_are_flasks_in_both_directions() -> None:
    app = site()
    ours, flasks = SignedSessions(), SecureCookieSessionInterface()
    mine, theirs = (each.get_signing_serializer(app) for each in (ours, flasks))
    assert mine is not None and theirs is not None
    for value in not_empty([SESSION, {}, *({name: kept} for name, kept in SESSION.items())]):
        with app.app_context():
            assert theirs.loads(mine.dumps(value)) == mine.loads(theirs.dumps(value)) == value
    (markup,) = {type(text) for _, text in mine.loads(mine.dumps(SESSION))["_flashes"]} - {str}
    assert markup is Markup


def test_session_of_a_replaced_key_is_read_while_it_is_named() -> None:
    sessions = SignedSessions()
    old = site(SECRET_KEY="old")
    cookie = str(sessions.get_signing_serializer(old).dumps({"typed": True}))  # type: ignore[union-attr]

    def read(app: Flask) -> dict[str, Any]:
        sent = {"HTTP_COOKIE": f"session={cookie}"}
        with app.test_request_context(environ_overrides=sent) as here:
            session = sessions.open_session(app, here.request)
            assert session is not None
            return dict(session)

    assert read(site()) == {}
    named = site(SECRET_KEY_FALLBACKS=["old"])
    assert read(named) == read(old) == {"typed": True}
    with named.test_request_context():
        signed = sessions.get_signing_serializer(named).dumps({})  # type: ignore[union-attr]
    assert sessions.get_signing_serializer(site()).loads(signed) == {}  # type: ignore[union-attr]


def test_session_cookie_is_set_when_the_session_changed_only() -> None:
    app = site()
    app.extensions["nidankai"] = SimpleNamespace(config=Config())
    app.session_interface = SignedSessions()

    def headers(session: SecureCookieSession, path: str = "/") -> tuple[list[str], str | None]:
        sent = {"HTTP_COOKIE": "mihon_8000_session=x; mihon_session=y"}
        with app.test_request_context(path, environ_overrides=sent) as here:
            here._session = session
            answer = app.process_response(app.response_class())
        return answer.headers.getlist("Set-Cookie"), answer.headers.get("Vary")

    untouched, read, changed = SecureCookieSession({"a": "b"}), SecureCookieSession(), SecureCookieSession()
    read.accessed = True
    changed["a"] = "b"
    assert (headers(untouched), headers(read)) == (([], None), ([], "Cookie"))
    (cookie,), vary = headers(changed)
    name, value, flags = re.fullmatch(r"(\w+)=([\w.-]+); (.+)", cookie).groups()  # type: ignore[union-attr]
    assert (name, flags, vary) == ("mihon_8000_session", "HttpOnly; Path=/; SameSite=Lax", "Cookie")
    assert SignedSessions().get_signing_serializer(app).loads(value) == {"a": "b"}  # type: ignore[union-attr]
    assert headers(changed, "/static/site.css") == ([], None)
    changed.clear()
    emptied, vary = headers(changed)
    assert ([each.split("=")[0] for each in emptied], vary) == (
        ["mihon_8000_session", "mihon_session"],
        "Cookie",
    )
    assert all("Max-Age=0" in each and "HttpOnly" in each for each in not_empty(emptied))
