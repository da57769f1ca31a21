"""The CSRF check of each changing request (docs/promises.md#62): Flask-WTF's, with tokens made and read by us.

Its functions ask for the app, its settings, the session and ``g`` at each step, and make a serializer for each token.
"""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from typing import Any

import flask
from flask import Flask
from flask_wtf import CSRFProtect
from flask_wtf.csrf import same_origin
from itsdangerous import BadData, SignatureExpired

from webapp.pages.framework.services import context, this_request
from webapp.rules.signing import TokenSerializer

VALUE = "csrf_token"
"""The name of the session's value. The form's field and ``g`` have the signed token under the same name."""


class CsrfCheck(CSRFProtect):
    """Flask-WTF's check, with the same exceptions and by the same settings.

    Two settings are left out, a separate name and key of the token (``WTF_CSRF_FIELD_NAME``, ``WTF_CSRF_SECRET_KEY``).
    """

    def init_app(self, app: Flask) -> None:
        """Check each request of ``app`` that changes something."""
        super().init_app(app)
        app.jinja_env.globals[VALUE] = token

    def protect(self, apply_exemptions: bool = False) -> None:
        """Raise CSRFError for a change without this browser's token, and under TLS for one from another origin."""
        asked, here = this_request(), context()
        settings = here.app.config
        if asked.method not in settings["WTF_CSRF_METHODS"]:
            return
        has_exempt = self._exempt_views or self._exempt_blueprints  # outside of sandbox mode nothing is
        if apply_exemptions and (not asked.endpoint or (has_exempt and self._is_exempt())):
            return
        if problem := _problem(self._get_csrf_token(), here.app):
            self._error_response(problem)
        if asked.is_secure and settings["WTF_CSRF_SSL_STRICT"]:
            if not asked.referrer:
                self._error_response("The referrer header is missing.")
            if not same_origin(asked.referrer, f"https://{asked.host}/"):
                self._error_response("The referrer does not match the host.")
        here.g.csrf_valid = True


def token() -> str:
    """Return the token of this request's forms. A browser that has no value gets one."""
    here = context()
    known: str | None = here.g.get(VALUE)
    if known is None:
        value = flask.session.get(VALUE) or renew()
        known = here.g.csrf_token = str(_serializer(here.app.secret_key).dumps(value))
    return known


def renew() -> str:
    """Put a new value into the session and return it. Tokens of the earlier one are refused."""
    context().g.pop(VALUE, None)
    value = flask.session[VALUE] = secrets.token_hex(20)
    return value


def _problem(sent: str | None, app: Flask) -> str | None:
    """Return why ``sent`` is not a token of this browser, or None if it is."""
    if not sent:
        return "The CSRF token is missing."
    value = flask.session.get(VALUE)
    if value is None:
        return "The CSRF session token is missing."
    try:
        signed = _serializer(app.secret_key).loads(sent, max_age=app.config["WTF_CSRF_TIME_LIMIT"])
    except SignatureExpired:
        return "The CSRF token has expired."
    except BadData:
        return "The CSRF token is invalid."
    return None if hmac.compare_digest(value, signed) else "The CSRF tokens do not match."


@lru_cache(maxsize=8)  # one an app
def _serializer(secret: Any) -> TokenSerializer:
    return TokenSerializer(secret, salt="wtf-csrf-token")
