"""Upkeep now and then, behind an answer that has left: no cron job is needed to keep the tables bounded."""

from __future__ import annotations

import logging
import threading

from flask import Flask, Response

from webapp.flows import upkeep
from webapp.flows.services import Services

EVERY_SECONDS = 300.0

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Let one answer in `EVERY_SECONDS` (by the site's clock, for each process) be followed by upkeep."""
    services: Services = app.extensions["nidankai"]
    turn = threading.Lock()
    last = services.clock.now()

    def keep_up() -> None:
        with app.app_context():
            try:
                upkeep.keep_up(services)
            except Exception:  # it must never spoil an answer; the next turn tries again
                _log.exception("upkeep failed")

    @app.after_request
    def take_turn(response: Response) -> Response:
        nonlocal last
        now = services.clock.now()
        if abs(now - last) >= EVERY_SECONDS and turn.acquire(blocking=False):
            last = now
            turn.release()
            response.call_on_close(keep_up)
        return response
