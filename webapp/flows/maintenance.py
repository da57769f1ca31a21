"""Maintenance: delete what has expired, and deliver the notices that are due."""

from __future__ import annotations

from webapp.challenges.delivery import dispatch
from webapp.services.context import Services
from webapp.store import pruning


def tidy(services: Services) -> dict[str, int]:
    """Delete what has expired. Return the count per table (docs/screens.md#events)."""
    config = services.config
    now = services.clock.now()
    with services.store.writing() as db:
        return pruning.prune(
            db,
            now=now,
            idle_seconds=config.session_idle_seconds,
            cap_seconds=config.send_cap_seconds,
            event_seconds=config.event_seconds,
        )


def keep_up(services: Services) -> None:
    """Delete expired rows and retry undelivered notices."""
    tidy(services)
    dispatch(services)
