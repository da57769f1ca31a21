"""The state of a call, on the page that waits for its code."""

from __future__ import annotations

from typing import NamedTuple

from flask import jsonify
from flask.typing import ResponseReturnValue

from webapp.challenges.calls import Outcome
from webapp.pages.error_messages import of_call
from webapp.pages.render import is_post


class CallView(NamedTuple):
    """A call for a page: ``problem`` once it brought no code; ``poll_url`` while its state may be asked."""

    problem: str | None
    poll_url: str | None


def call_view(outcome: Outcome | None, poll_url: str) -> CallView | None:
    """Return a call for a page's template; None if the code did not come by a call.

    A page that answers a form must not poll: a reload would send the form again.
    """
    if outcome is None:
        return None
    return CallView(of_call(outcome), poll_url if outcome == "under_way" and not is_post() else None)


def call_status(outcome: Outcome | None) -> ResponseReturnValue:
    """Return the poll's answer: ``under_way``, ``over``, or ``failed`` if the page has something to show."""
    if outcome in (None, "under_way", "over"):
        return jsonify(status=outcome or "over")
    return jsonify(status="failed")
