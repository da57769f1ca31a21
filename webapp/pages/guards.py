"""Guards for pages: signed in, recently verified, and at the right step."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import flask
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.datastructures import MultiDict

from webapp.flows import step_up
from webapp.flows.state_machine import StateMachine
from webapp.pages.framework.services import services
from webapp.store.flows import Flow

P = ParamSpec("P")
Page = Callable[P, ResponseReturnValue]

FLOW = "flow_"
"""The prefix of the cookie's keys for this browser's flows, one of each kind."""

TYPED = "typed"
"""The cookie's mark that something typed is kept until the step-up."""


def return_url(default: str) -> str:
    """Return where to go after a step-up: this page, if a GET can show it, else ``default``."""
    return request.full_path.rstrip("?") if _can_be_seen() else default


def _can_be_seen() -> bool:
    """Return whether the request's address is a page's, and not an action's alone."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def is_elevated() -> bool:
    """Return whether this session has stepped up (docs/screens.md#step-up)."""
    return bool(current_user.session.elevated_until > services().clock.now())


def elevated(page: Page[P]) -> Page[P]:
    """Decorate a page for signed-in sessions that stepped up (docs/promises.md#42, #53).

    Others step up first, and come back here or to what they had typed.
    """

    @login_required
    @wraps(page)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_elevated():
            return ask_step_up(return_url(url_for("settings.overview")))
        fill_again()
        return page(*args, **kwargs)

    return guarded


def ask_step_up(back: str) -> ResponseReturnValue:
    """Redirect to the step-up, which leads to ``back``. What was typed on a page is kept for it."""
    if request.method == "POST" and _can_be_seen():
        step_up.keep_typed(services(), current_user.session, back, request.form.items(multi=True))
        flask.session[TYPED] = True
    return redirect(url_for("step_up.confirm", return_to=back), 303)


def fill_again() -> None:
    """Fill the forms of this page with what was typed before the step-up (`forms.typed_before`)."""
    if request.method == "GET" and flask.session.pop(TYPED, None):
        here = request.full_path.rstrip("?")
        flask.g.typed = MultiDict(step_up.take_typed(services(), current_user.session, here))


def keep_flow(flow: Flow) -> None:
    """Remember the id of the flow that this browser is in."""
    flask.session[FLOW + flow.kind] = flow.id


def kept_flow_id(table: StateMachine) -> str | None:
    """Return the id of this browser's flow of a kind."""
    kept = flask.session.get(FLOW + table.kind)
    return kept if isinstance(kept, str) else None
