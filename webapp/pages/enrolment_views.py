"""The two pages of an enrolment, at set-up and later: the choice of a factor, and the code that was sent."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from webapp.challenges import enrolment
from webapp.challenges.engine import resend_in
from webapp.pages.calls import call_view
from webapp.pages.error_messages import of_delivery
from webapp.pages.factors.forms import EnrolmentForms
from webapp.pages.factors.registry import VIEWS
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.render import page
from webapp.store.flows import Flow


def offer_factors(endpoint: str, flow: Flow, forms: EnrolmentForms, **more: Any) -> ResponseReturnValue:
    """Show the factors that may be enrolled. ``more`` goes to the template."""
    return page(endpoint, form=forms.active, forms=forms, state=flow.state, **more)


def ask_first_code(
    endpoint: str, flow: Flow, form: CodeForm, poll_url: str, **more: Any
) -> ResponseReturnValue:
    """Ask for the code sent to the flow's address. ``poll_url`` returns a call's state; ``more`` goes to the
    template."""
    view = VIEWS[flow.data["channel"]]
    return page(
        endpoint,
        form=form,
        state=flow.state,
        view=view,
        address=view.written(flow.data["number"]),
        delivery=flow.data.get("delivery", "sent"),
        delivery_reason=of_delivery(flow.data.get("delivery", "sent")),
        resend_in=resend_in(services(), flow),
        call=call_view(enrolment.call_outcome(services(), flow), poll_url),
        **more,
    )
