"""The page that asks for the code of an address or number, shared by three flows."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp.challenges.engine import resend_in
from webapp.pages.error_messages import of_delivery, of_mail_delivery
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.render import page
from webapp.store.flows import Flow


def ask_code(
    endpoint: str, flow: Flow, form: CodeForm, *, destination: str, is_neutral: bool = False
) -> ResponseReturnValue:
    """Return the page of ``endpoint``. With ``is_neutral`` it doesn't show which way the code goes
    (docs/promises.md#32)."""
    delivery = flow.data["delivery"]
    reason = None
    if delivery != "sent":
        neutral = gettext("We couldn't send the code. Nothing was changed. Please try again in a moment.")
        of_channel = of_mail_delivery if flow.data["channel"] == "mail" else of_delivery
        reason = of_channel(delivery)
        if is_neutral:
            reason = neutral
    return page(
        endpoint,
        form=form,
        state=flow.state,
        channel=flow.data["channel"],
        destination=destination,
        delivery=delivery,
        delivery_reason=reason,
        resend_in=resend_in(services(), flow),
    )
