"""Create an account (docs/screens.md#21)."""

from __future__ import annotations

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.flows import register as registering
from webapp.pages import auth, guards
from webapp.pages.account import blueprint
from webapp.pages.code_views import ask_code
from webapp.pages.error_messages import ShowErrors
from webapp.pages.flow_pages import flow_pages, resend_and_return
from webapp.pages.forms.account import RegisterForm
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.rules import identifiers
from webapp.store.flows import Flow

__all__ = ["blueprint"]

UNDER_WAY = flow_pages(
    registering.MACHINE,
    start="account.register",
    lost=_("This step expired or was started in another browser. Nothing was changed. Start again."),
    of_account=False,
)


@blueprint.route(paths.REGISTER, methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Take name, address and password. On the way back from the code, all but the password is filled in."""
    flow = UNDER_WAY.find()
    form = RegisterForm()
    if form.is_sent():
        with ShowErrors(form):
            flow = registering.start(
                services(),
                visitor(),
                name=form.customerName.data or "",
                identifier=form.email.data or "",
                password=form.password.data or "",
            )
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_registration"), 303)
    if not is_post() and flow is not None:
        form.customerName.data, form.email.data = flow.data["name"], flow.data["typed"]
    return page("account.register", form=form)


@blueprint.route(paths.REGISTER_VERIFY, methods=["GET", "POST"])
@UNDER_WAY.page()
def confirm_registration(flow: Flow) -> ResponseReturnValue:
    """Take the code that went to the address. The right one makes the account and signs it in."""
    form = CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            signed_in = registering.submit_code(
                services(), visitor(), flow, form.code, ended_session=auth.session_hash()
            )
            response = auth.welcome(signed_in)
            flask.flash(gettext("Your account was created. You are signed in."))
            return response
    return ask_code(
        "account.confirm_registration", flow, form, destination=identifiers.shown(flow.data["typed"])
    )


@blueprint.post(paths.REGISTER_RESEND)
@UNDER_WAY.page()
def resend_registration(flow: Flow) -> ResponseReturnValue:
    """Send another code to the same address."""
    return resend_and_return(
        lambda: registering.send_again(services(), visitor(), flow), "account.confirm_registration"
    )
