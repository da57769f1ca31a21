"""The site's cookies: their names and flags (docs/promises.md#45)."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Request, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property
from werkzeug.wrappers import Response

from webapp.config import Config
from webapp.pages.framework.services import services, this_request

SESSION = "session"
SIGNED_IN = "_user_id"
"""Where Flask-Login keeps the token of a sign-in in Flask's session."""
_PORT = re.compile(r"mihon_[0-9]+_")


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set the cookie ``name`` for ``seconds``; without them it ends with the browser."""
    config = services().config
    response.set_cookie(config.cookie(name), value, max_age=seconds, **_flags(config))


def delete_cookie(response: Response, name: str) -> None:
    """Delete the cookie ``name``, under its old name too."""
    config = services().config
    for each in dict.fromkeys((config.cookie(name), config.old_cookie(name))):
        if each in request.cookies:
            response.delete_cookie(each, **_flags(config))


def read_cookie(name: str) -> str | None:
    """Return the value of the cookie ``name`` in this request."""
    sent, full = this_request().cookies, services().config.cookie(name)
    if full not in sent:  # `sent.get` raises and catches an exception then
        return None
    return sent[full]


def install(app: Flask) -> None:
    """Read cookies also under the names that they had before they named the port."""
    config: Config = app.extensions["nidankai"].config
    new, old = config.cookie(""), config.old_cookie("")
    is_renamed = not config.is_tls and new != old

    class SiteRequest(Request):
        @cached_property
        def cookies(self) -> ImmutableMultiDict[str, str]:
            """Return the cookies, the old ones also under their new names."""
            # Flask's own looks for the header among all
            sent = ImmutableMultiDict(parse_cookie(self.environ.get("HTTP_COOKIE")))
            found = [name for name in sent if is_renamed and name.startswith(old) and not _PORT.match(name)]
            missing = [(today, sent[name]) for name in found if (today := new + name[len(old) :]) not in sent]
            return ImmutableMultiDict([*sent.items(multi=True), *missing]) if missing else sent

    app.request_class = SiteRequest


def session_settings(config: Config) -> dict[str, Any]:
    """Return Flask's settings for its session cookie: the same name scheme and flags."""
    flags = {f"SESSION_COOKIE_{flag.upper()}": value for flag, value in _flags(config).items()}
    return {"SESSION_COOKIE_NAME": config.cookie(SESSION), **flags}


def _flags(config: Config) -> dict[str, Any]:
    return {"path": "/", "secure": config.is_tls, "httponly": True, "samesite": "Lax"}
