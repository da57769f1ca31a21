"""Maintenance after an answer has been sent, at intervals: no cron job is needed to keep the tables bounded."""

from __future__ import annotations

import logging
import threading

from flask import Flask, Response

from webapp.flows import maintenance
from webapp.pages.framework.services import services
from webapp.services.context import Services

EVERY_SECONDS = 300.0

_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Run maintenance after one answer in `EVERY_SECONDS` (by the site's clock, for each process)."""
    turn = threading.Lock()
    began: Services = app.extensions["nidankai"]
    last = {began.store.place: began.clock.now()}  # by world

    def keep_up(own: Services) -> None:
        with app.app_context():
            try:
                maintenance.keep_up(own)
            except Exception:  # it must never spoil an answer; the next run tries again
                _log.exception("upkeep failed")

    @app.after_request
    def take_turn(response: Response) -> Response:
        own = services()
        now = own.clock.now()
        if abs(now - last.setdefault(own.store.place, now)) >= EVERY_SECONDS and turn.acquire(blocking=False):
            last[own.store.place] = now
            turn.release()
            response.call_on_close(lambda: keep_up(own))
        return response
