"""The two pages of an enrolment, at set-up and later alike: what is chosen, and the code of a phone."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.challenges import enrolment
from webapp.challenges.engine import resend_in
from webapp.pages.forms.base import CodeForm
from webapp.pages.forms.methods import MethodForms
from webapp.pages.framework.services import services
from webapp.pages.qr import qr_svg
from webapp.pages.render import page
from webapp.rules import phone_numbers, totp
from webapp.store.flows import Flow


def offer_methods(endpoint: str, flow: Flow, forms: MethodForms, **more: Any) -> ResponseReturnValue:
    """電話番号 or 認証アプリ, the app with the QR and the key of this flow's secret; ``more`` goes to the template."""
    key = enrolment.enrolment(services(), current_user.account, flow)
    return page(
        endpoint,
        form=forms.active,
        phone_form=forms.phone,
        app_form=forms.app,
        state=flow.state,
        open_method=forms.opens,
        qr_svg=qr_svg(key.uri),
        key_groups=totp.key_groups(key.secret),
        **more,
    )


def ask_number_code(endpoint: str, flow: Flow, form: CodeForm, call: Any, **more: Any) -> ResponseReturnValue:
    """The code that went to this flow's number; ``call`` is what became of a call, ``more`` goes to the template."""
    return page(
        endpoint,
        form=form,
        state=flow.state,
        channel=flow.data["channel"],
        number=phone_numbers.parse(flow.data["number"]).international,
        resend_in=resend_in(services(), flow),
        call=call,
        **more,
    )
