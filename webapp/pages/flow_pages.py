"""The pages of a flow: find it, and go to where it really is when a page isn't its place (any more).

A page gets the flow handed in, and only shows it or makes one step::

    UNDER_WAY = flow_pages(set_up.MACHINE, start="settings.overview", lost=_("The set-up took too long."))

    @blueprint.route(paths.SET_UP_CONFIRM, methods=["GET", "POST"])
    @guards.elevated
    @UNDER_WAY.page("confirm")
    def confirm_kept(flow: Flow) -> ResponseReturnValue:
        form = CodeForm()
        if form.is_sent():
            with ShowErrors(form):
                set_up.submit_kept_code(services(), visitor(), flow, form.code)
                return redirect(url_for("set_up.almost_done"), 303)
        return page("set_up.confirm_kept", form=form, state=flow.state)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp.errors import StaleFlow
from webapp.flows.state_machine import StateMachine
from webapp.pages import guards
from webapp.pages.error_messages import ShowErrors
from webapp.pages.framework.services import services
from webapp.pages.framework.shown_refusals import show
from webapp.pages.framework.visitor import browser
from webapp.store.flows import Flow

P = ParamSpec("P")
Page = Callable[P, ResponseReturnValue]
FlowPage = Callable[Concatenate[Flow, P], ResponseReturnValue]


class FlowPages(NamedTuple):
    """The pages of one kind of flow.

    ``find`` returns this browser's flow under way. ``elsewhere`` answers if the flow belongs on another page. It gets
    None if nothing is under way (any more).
    """

    find: Callable[[], Flow | None]
    elsewhere: Callable[[Flow | None], ResponseReturnValue]

    def page(self, *states: str) -> Callable[[FlowPage[P]], Page[P]]:
        """Decorate a page for flows in ``states`` (any, if none is named). It is called with the flow."""

        def decorate(shown: FlowPage[P]) -> Page[P]:
            @wraps(shown)
            def found(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
                flow = self.find()
                if flow is None or (states and flow.state not in states):
                    return self.elsewhere(flow)
                return step(flow, *args, **kwargs)

            step = on_stale(lambda *_args, **_kwargs: self.elsewhere(None))(shown)
            return found

        return decorate


def on_stale(answer: Callable[..., ResponseReturnValue]) -> Callable[[Page[P]], Page[P]]:
    """Decorate a page or a step of it. If its flow has moved on, ``answer`` is called with the same arguments."""

    def decorate(step: Page[P]) -> Page[P]:
        @wraps(step)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                return step(*args, **kwargs)
            except StaleFlow as stale:
                show(stale)
                return answer(*args, **kwargs)

        return guarded

    return decorate


def flow_pages(table: StateMachine, start: str, lost: Any = None, *, of_account: bool = True) -> FlowPages:
    """Return the pages of the flow that this browser keeps.

    It begins at the endpoint ``start``, and belongs to the signed-in account if ``of_account``. ``lost`` is flashed
    if none is under way.
    """

    def find() -> Flow | None:
        account = current_user.account if of_account else None
        return table.find(services(), browser(), guards.kept_flow_id(table), account)

    def elsewhere(flow: Flow | None) -> ResponseReturnValue:
        if flow is None and lost is not None:
            flask.flash(str(lost), "error")
        shown = table.pages.get(flow.state) if flow is not None else None
        return redirect(url_for(shown or start), 303)

    return FlowPages(find, elsewhere)


def resend_and_return(send: Callable[[], Flow], endpoint: str) -> ResponseReturnValue:
    """Send another code and go back to the page that waits for it, with a text about the result."""
    with ShowErrors():
        flow = send()
        if flow.data.get("delivery", "sent") == "sent":  # else the page shows the failure
            flask.flash(gettext("We've sent a new code. The earlier one no longer works."))
    return redirect(url_for(endpoint), 303)
