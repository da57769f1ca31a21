"""A forgotten password (docs/screens.md#21): a code, then a new password. Two-step verification stays on."""

from __future__ import annotations

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.flows import forgot_password as resetting
from webapp.pages import guards
from webapp.pages.account import blueprint
from webapp.pages.code_views import ask_code
from webapp.pages.error_messages import ShowErrors
from webapp.pages.flow_pages import flow_pages, resend_and_return
from webapp.pages.forms.account import ForgotPasswordForm, NewPasswordForm
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.rules import identifiers
from webapp.store.flows import Flow

__all__ = ["blueprint"]

UNDER_WAY = flow_pages(
    resetting.MACHINE,
    start="account.forgot_password",
    lost=_("This step expired or was started in another browser. Nothing was changed. Start again."),
    of_account=False,
)


@blueprint.route(paths.FORGOT_PASSWORD, methods=["GET", "POST"])
def forgot_password() -> ResponseReturnValue:
    """Ask for the account. What was typed at sign-in is filled in."""
    form = ForgotPasswordForm()
    if form.is_sent():
        with ShowErrors(form):
            flow = resetting.start(services(), visitor(), form.email.data or "")
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_reset"), 303)
    if not is_post():
        typed = (flask.session.get(f"identifier_{app}") for app in ("shop", "music"))
        form.email.data = next((each for each in typed if each), "")
    return page("account.forgot_password", form=form)


@blueprint.route(paths.FORGOT_PASSWORD_VERIFY, methods=["GET", "POST"])
@UNDER_WAY.page("verify")
def confirm_reset(flow: Flow) -> ResponseReturnValue:
    """Take the code. Known and unknown accounts see the same page (docs/promises.md#32)."""
    form = CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            guards.keep_flow(resetting.submit_code(services(), visitor(), flow, form.code))
            return redirect(url_for("account.new_password"), 303)
    return ask_code(
        "account.confirm_reset",
        flow,
        form,
        destination=identifiers.shown(flow.data["typed"]),
        is_neutral=True,
    )


@blueprint.post(paths.FORGOT_PASSWORD_RESEND)
@UNDER_WAY.page("verify")
def resend_reset(flow: Flow) -> ResponseReturnValue:
    """Send another code to the same address or number."""
    return resend_and_return(
        lambda: resetting.send_again(services(), visitor(), flow), "account.confirm_reset"
    )


@blueprint.route(paths.FORGOT_PASSWORD_RESET, methods=["GET", "POST"])
@UNDER_WAY.page("choose")
def new_password(flow: Flow) -> ResponseReturnValue:
    """Take the new password. The next sign-in asks for a code if two-step verification is on."""
    form = NewPasswordForm()
    if form.is_sent():
        with ShowErrors(form):
            resetting.set_password(services(), visitor(), flow, form.password.data or "")
            flask.session["identifier_shop"] = flow.data["typed"]
            flask.flash(gettext("Your password was changed. Sign in with the new one."))
            return redirect(url_for("sign_in.identifier", step="password"), 303)
    return page(
        "account.new_password", form=form, state=flow.state, identifier=identifiers.shown(flow.data["typed"])
    )
