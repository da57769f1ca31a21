"""A site of five routes inside the real middleware, which works around any page."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from webapp import paths
from webapp.config import Config
from webapp.pages.framework import error_pages, headers, language, request_log
from webapp.pages.framework import visitor as visitors
from webapp.store.engine import Busy

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)


def make(page: Callable[[], ResponseReturnValue] | None = None, **settings: Any) -> Flask:
    """Return a site with the middleware and ``page`` at ``/page`` (GET and POST) and at ``/link/<token>``."""
    app = Flask("webapp")
    app.extensions["nidankai"] = SimpleNamespace(config=Config(**settings))
    app.config["SECRET_KEY"] = "x" * 32
    request_log.install(app)
    headers.install(app)
    language.install(app)
    visitors.install(app)
    error_pages.install(app)
    shown = page or who
    app.add_url_rule("/page", "page", shown, methods=["GET", "POST"])
    app.add_url_rule(paths.APPROVAL_POLL, "poll", shown)
    app.add_url_rule("/link/<token>", "link", lambda token: shown())
    return app


def who() -> ResponseReturnValue:
    """Return the middleware's data of the visitor as JSON."""
    known = visitors.visitor()
    return jsonify(
        browser=known.browser.hex(),
        address=known.address,
        device=known.device,
        near=known.near,
        language=known.language,
    )


def raising(error: Exception) -> Callable[[], ResponseReturnValue]:
    """Return a page that fails."""

    def page() -> ResponseReturnValue:
        raise error

    return page


LOCKED = Busy("locked")
