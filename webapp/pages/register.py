"""Creating an account (docs/screens.md#21)."""

from __future__ import annotations

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.errors import Refusal, StaleFlow
from webapp.flows import register as registering
from webapp.pages import auth, guards
from webapp.pages.account import blueprint
from webapp.pages.code_views import ask_code
from webapp.pages.error_messages import NOTHING, tell
from webapp.pages.forms.account import RegisterForm
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

__all__ = ["blueprint"]


@blueprint.route(paths.REGISTER, methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Name, address and password; coming back from the code, what was typed is still there but the password."""
    flow = _under_way()
    form = RegisterForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            flow = registering.start(
                services(),
                visitor(),
                name=form.customerName.data or "",
                identifier=form.email.data or "",
                password=form.password.data or "",
            )
        except Refusal as refusal:
            told = tell(refusal, form)
        else:
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_registration"), 303)
    if not is_post() and flow is not None:
        form.customerName.data, form.email.data = flow.data["name"], flow.data["typed"]
    return page("account.register", form=form, told=told)


@blueprint.route(paths.REGISTER_VERIFY, methods=["GET", "POST"])
def confirm_registration() -> ResponseReturnValue:
    """The code that went to the address; the right one makes the account and signs it in."""
    flow = _under_way()
    if flow is None:
        return _start_again()
    form = CodeForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            signed_in = registering.submit_code(
                services(), visitor(), flow, form.code, ended_session=auth.session_hash()
            )
        except StaleFlow:
            return _start_again()
        except Refusal as refusal:
            told = tell(refusal, form)
        else:
            response = auth.welcome(signed_in)
            flask.flash(gettext("Your account was created. You are signed in."))
            return response
    return ask_code("account.confirm_registration", flow, form, told, destination=flow.data["typed"])


@blueprint.post(paths.REGISTER_RESEND)
def resend_registration() -> ResponseReturnValue:
    """Another code to the same address."""
    flow = _under_way()
    if flow is None:
        return _start_again()
    return guards.resent(
        lambda: registering.send_again(services(), flow), url_for("account.confirm_registration")
    )


def _under_way() -> Flow | None:
    return registering.find(services(), visitor(), guards.kept_flow_id(registering.TABLE))


def _start_again() -> ResponseReturnValue:
    flask.flash(
        gettext(
            "This took too long or was begun in another browser. Nothing was changed; please start again."
        ),
        "error",
    )
    return redirect(url_for("account.register"), 303)
