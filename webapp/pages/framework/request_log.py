"""One log line a request, with an id that error pages show, and without secrets (docs/promises.md#15)."""

from __future__ import annotations

import logging
import secrets
import time

from flask import Flask, Response, current_app, jsonify, request

from webapp import paths
from webapp.pages.framework.services import context, this_request
from webapp.store import outbox
from webapp.store.engine import EngineError

LOG = logging.getLogger("webapp.request")


def install(app: Flask) -> None:
    """Give each request its id, log its end, and answer ``GET /healthz`` and ``GET /readyz``. Install it first."""
    LOG.setLevel(logging.INFO)
    app.logger.addFilter(_without_path)  # this gives the logger a handler, which our lines use too
    app.before_request(_begin)
    app.after_request(_end)
    app.add_url_rule(paths.HEALTH, "healthz", _healthz)
    app.add_url_rule(paths.READY, "readyz", _readyz)


def request_id() -> str:
    """Return this request's id. It is ours alone: a client's would write into our log."""
    facts = context().g
    known: str | None = facts.get("request_id")
    if known is None:
        known = facts.request_id = secrets.token_hex(8)
    return known


def _begin() -> None:
    context().g.started_at = time.perf_counter()


def _end(response: Response) -> Response:
    known = request_id()
    response.headers.add("X-Request-Id", known)
    started: float | None = context().g.get("started_at")
    took = 0.0 if started is None else (time.perf_counter() - started) * 1000
    asked = this_request()
    LOG.info(
        "%s %s %s %d %.1f ms %s",
        _known_method(asked.method),
        asked.url_rule or "-",  # the pattern: a path or a query may hold a link's token
        asked.endpoint or "-",
        response.status_code,
        took,
        known,
    )
    return response


def _healthz() -> Response:
    return jsonify(status="ok")


def _readyz() -> tuple[Response, int]:
    """Tell a balancer whether this node can serve: its database answers."""
    try:
        with current_app.extensions["nidankai"].store.reading() as db:
            outbox.next_due(db)
    except EngineError:
        return jsonify(status="no database"), 503
    return jsonify(status="ok"), 200


def _known_method(method: str) -> str:
    return method if method.isalpha() and len(method) <= 8 else "?"


def _without_path(record: logging.LogRecord) -> bool:
    """Log a failure without its path, which may hold a link's token (docs/promises.md#39)."""
    if isinstance(record.msg, str) and record.msg.startswith("Exception on ") and record.exc_info:
        record.msg, record.args = (
            "Failed: %s %s %s",
            (_known_method(request.method), request.url_rule or "-", request_id()),
        )
    return True
