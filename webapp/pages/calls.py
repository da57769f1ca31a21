"""Show a call on the page that waits for its code."""

from __future__ import annotations

from dataclasses import dataclass

from flask import jsonify
from flask.typing import ResponseReturnValue

from webapp.challenges.calls import Outcome
from webapp.pages.error_messages import of_call
from webapp.pages.render import is_post


@dataclass(frozen=True, slots=True)
class CallView:
    """What a page tells of a call: ``problem`` once it brought no code; ``poll_url`` while it may be asked."""

    problem: str | None
    poll_url: str | None


def call_view(outcome: Outcome | None, poll_url: str) -> CallView | None:
    """A call for a page's template; None where the code did not come by a call.

    The page that answers a form does not poll: it would be sent once more when it reloads.
    """
    if outcome is None:
        return None
    return CallView(of_call(outcome), poll_url if outcome == "under_way" and not is_post() else None)


def call_status(outcome: Outcome | None) -> ResponseReturnValue:
    """The poll's answer: ``under_way``, ``over``, or ``failed`` when the page has something to tell."""
    if outcome in (None, "under_way", "over"):
        return jsonify(status=outcome or "over")
    return jsonify(status="failed")
