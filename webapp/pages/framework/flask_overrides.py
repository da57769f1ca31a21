"""Caches for objects that Flask and Jinja otherwise rebuild on every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from webapp.pages.framework.page_environment import PageEnvironment

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer


class SyncFlask(Flask):
    """Flask with the site's templates, without the check whether each function is a coroutine: none is."""

    jinja_environment = PageEnvironment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


class CachedSignerSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, with one signer for each set of keys instead of one for each read."""

    def __init__(self) -> None:
        self._signers: dict[Any, URLSafeTimedSerializer | None] = {}

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer for the app's current key and the older ones it still accepts."""
        keys = (app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ()))
        if keys not in self._signers:
            self._signers[keys] = super().get_signing_serializer(app)
        return self._signers[keys]

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Do as Flask does, but not for static files: they are the same for all, and browsers cache them."""
        if request.endpoint != "static":
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Use the sessions in ``app``."""
    app.session_interface = CachedSignerSessions()
