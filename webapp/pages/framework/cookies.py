"""The site's cookies: their names and flags (docs/promises.md#45)."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from webapp.config import Config
from webapp.pages.framework.services import services


def set_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Set the cookie ``name`` for ``seconds``; without them it ends with the browser."""
    config = services().config
    response.set_cookie(config.cookie(name), value, max_age=seconds, **_flags(config))


def delete_cookie(response: Response, name: str) -> None:
    """Delete the cookie ``name``."""
    config = services().config
    response.delete_cookie(config.cookie(name), **_flags(config))


def read_cookie(name: str) -> str | None:
    """Return the value of the cookie ``name`` in this request."""
    return request.cookies.get(services().config.cookie(name))


def session_settings(config: Config) -> dict[str, Any]:
    """Return Flask's settings for its session cookie: the same name scheme and flags."""
    flags = {f"SESSION_COOKIE_{flag.upper()}": value for flag, value in _flags(config).items()}
    return {"SESSION_COOKIE_NAME": config.cookie("session"), **flags}


def _flags(config: Config) -> dict[str, Any]:
    return {"path": "/", "secure": config.is_tls, "httponly": True, "samesite": "Lax"}
