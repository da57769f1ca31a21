"""Show what became of a call that speaks a code. The gateway is asked: the provider sends no webhook."""

from __future__ import annotations

import logging
from typing import Literal

from webapp.errors import DeliveryFailed
from webapp.services.context import Services
from webapp.store import codes

Outcome = Literal["under_way", "over", "no_answer", "busy", "canceled", "failed"]

_OUTCOMES: dict[str, Outcome] = {
    "completed": "over",
    "no-answer": "no_answer",
    "busy": "busy",
    "canceled": "canceled",
    "failed": "failed",
}
_log = logging.getLogger(__name__)


def outcome(services: Services, flow_id: str, purpose: str) -> Outcome | None:
    """Return the state of the call with a flow's newest code, or None if that code was not called.

    If the gateway cannot answer now, the call counts as under way: the code may still come (docs/promises.md#66).
    """
    with services.store.reading() as db:
        sid = codes.find_call(db, flow_id, purpose)
    if sid is None:
        return None
    try:
        return _OUTCOMES.get(services.outbound.call_status(sid), "under_way")
    except DeliveryFailed as failed:
        _log.warning("a call's status is unknown (%s)", failed.kind)
        return "under_way"
