"""The signed-in user (Flask-Login over our session rows), and the cookies for it."""

from __future__ import annotations

import flask
from flask import Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import LoginManager, UserMixin, current_user, login_user

from webapp import paths
from webapp.flows.sign_in import SignedIn
from webapp.pages.framework import csrf
from webapp.pages.framework.cookies import SIGNED_IN, set_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import remember_browser
from webapp.pages.guards import FLOW, TYPED, return_url
from webapp.rules.links import token_hash
from webapp.rules.return_to import safe_path
from webapp.services.context import Services
from webapp.store import sessions
from webapp.store.accounts import Account
from webapp.store.sessions import Session

SEEN_EVERY_SECONDS = 60


class User(UserMixin):
    """The signed-in user: an account and the session it is signed in by."""

    def __init__(self, token: str, account: Account, session: Session | None) -> None:
        self._token = token
        self.account = account
        self._session = session

    def get_id(self) -> str:
        """Return what Flask-Login stores in the cookie: the session's token, not the account's id."""
        return self._token

    @property
    def session(self) -> Session:
        """Return the session's row. It exists from the request after the sign-in."""
        assert self._session is not None
        return self._session

    @property
    def name(self) -> str:
        """Return the name in the header's greeting."""
        return self.account.name

    @property
    def language(self) -> str | None:
        """Return the language that the account's owner chose."""
        return self.account.language

    @property
    def time_zone(self) -> str:
        """Return the account's time zone."""
        return self.account.time_zone


class SessionsAreRows(LoginManager):
    """Flask-Login without what rows make needless: the hash of the browser, and the remember-me cookie."""

    def __init__(self) -> None:
        super().__init__()
        self.session_protection = None  # tokens are random and rotate
        self._session_identifier_generator = str  # else the hash is made at each use, and sent in each cookie

    def init_app(self, app: Flask) -> None:
        """Find the users of ``app``. The library's also looks after each request for a cookie to remember."""
        app.login_manager = self  # type: ignore[attr-defined]


def install(app: Flask) -> None:
    """Set Flask-Login up: sessions are rows."""
    manager = SessionsAreRows()
    manager.init_app(app)
    app.jinja_env.globals["current_user"] = current_user
    manager.user_loader(_load)
    manager.unauthorized_handler(_to_sign_in)


def _load(token: str) -> User | None:
    own: Services = services()
    now = own.clock.now()
    with own.store.reading() as db:
        found = sessions.find_with_account(db, token_hash(token), now, own.config.session_idle_seconds)
    if found is None or found[0].app != "shop":
        return None
    session, account = found
    # a page left open must not keep its session from the idle limit
    if now - session.seen_at >= SEEN_EVERY_SECONDS and not paths.is_poll(request.path):
        with own.store.writing() as db:
            sessions.touch(db, session.id_hash, now)
    return User(token, account, session)


def _to_sign_in() -> ResponseReturnValue:
    if flask.session.pop(SIGNED_IN, None):  # Flask-Login's token of a session that has ended
        flask.flash(
            gettext("You were signed out because your session expired or was ended on another device."),
            "info",
        )
    wanted = safe_path(return_url(url_for("shop.home")))
    return redirect(url_for("sign_in.identifier", return_to=wanted), 303)


def session_hash() -> bytes | None:
    """Return the hash of this browser's session, or None if there is none."""
    if SIGNED_IN not in flask.session:
        return None
    return current_user.session.id_hash if current_user.is_authenticated else None


def empty_session() -> None:
    """Empty the cookie, and put what the next CSRF tokens are made of in.

    Without it each of the next pages would make its own, and of two that load at once one would keep the wrong one.
    """
    flask.session.clear()
    csrf.renew()


def put_session(token: str, account: Account) -> None:
    """Set a session token in a cookie emptied of everything else (docs/promises.md#43)."""
    empty_session()
    login_user(User(token, account, None))
    remember_browser(account.id)


def renew_session(token: str, account: Account) -> None:
    """Set the new token of an elevated session (docs/promises.md#43).

    Unfinished flows go on: their ids stay in the cookie, and so does the mark that something typed waits.
    """
    kept = {name: held for name, held in flask.session.items() if name == TYPED or name.startswith(FLOW)}
    put_session(token, account)
    flask.session.update(kept)


def put_trust(response: Response, cookie: tuple[str, str] | None) -> None:
    """Set a trust cookie (the last part of its name, and its value)."""
    if cookie is not None:
        set_cookie(response, *cookie, services().config.trust_seconds)


def welcome(signed_in: SignedIn) -> Response:
    """Finish a sign-in: set session and trust cookies, and go to the page that the user wanted."""
    put_session(signed_in.token, signed_in.account)
    response = current_app.make_response(redirect(signed_in.return_to, 303))
    put_trust(response, signed_in.trust_cookie)
    return response
