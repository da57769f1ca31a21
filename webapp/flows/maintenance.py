"""Maintenance: delete what has expired, and deliver the notices that are due."""

from __future__ import annotations

from webapp.challenges.delivery import dispatch
from webapp.services.context import Services
from webapp.store import pruning, recovery

SPARE_SECONDS = 3600.0


def tidy(services: Services, spare_seconds: float = SPARE_SECONDS) -> dict[str, int]:
    """Delete what has expired, and documents without a case. Return the count per table (docs/screens.md#events).

    Documents younger than ``spare_seconds`` stay: an upload may be between its file and its row.
    """
    config = services.config
    now = services.clock.now()
    with services.store.writing() as db:
        gone = pruning.prune(
            db,
            now=now,
            idle_seconds=config.session_idle_seconds,
            cap_seconds=config.send_cap_seconds,
            event_seconds=config.event_seconds,
        )
        gone["documents"] = services.uploads.sweep(recovery.document_names(db), spare_seconds)
    return gone


def keep_up(services: Services) -> None:
    """Delete expired rows and retry undelivered notices."""
    tidy(services)
    dispatch(services)
