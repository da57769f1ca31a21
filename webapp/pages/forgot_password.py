"""A forgotten password (docs/screens.md#21): a code, then a new password. Two-step verification stays on."""

from __future__ import annotations

import flask
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from webapp import paths
from webapp.errors import Refusal, StaleFlow
from webapp.flows import forgot_password as resetting
from webapp.pages import guards
from webapp.pages.account import blueprint
from webapp.pages.code_views import ask_code
from webapp.pages.error_messages import NOTHING, tell
from webapp.pages.forms.account import ForgotPasswordForm, NewPasswordForm
from webapp.pages.forms.base import CodeForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

__all__ = ["blueprint"]


@blueprint.route(paths.FORGOT_PASSWORD, methods=["GET", "POST"])
def forgot_password() -> ResponseReturnValue:
    """Whose password; what was typed at the sign-in is filled in."""
    form = ForgotPasswordForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            flow = resetting.start(services(), visitor(), form.email.data or "")
        except Refusal as refusal:
            told = tell(refusal, form)
        else:
            guards.keep_flow(flow)
            return redirect(url_for("account.confirm_reset"), 303)
    if not is_post():
        typed = (flask.session.get(f"identifier_{app}") for app in ("shop", "music"))
        form.email.data = next((each for each in typed if each), "")
    return page("account.forgot_password", form=form, told=told)


@blueprint.route(paths.FORGOT_PASSWORD_VERIFY, methods=["GET", "POST"])
def confirm_reset() -> ResponseReturnValue:
    """The code, wherever it went: known and unknown accounts see the same page (docs/promises.md#32)."""
    flow = _under_way("verify")
    if flow is None:
        return _elsewhere()
    form = CodeForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            guards.keep_flow(resetting.submit_code(services(), visitor(), flow, form.code))
            return redirect(url_for("account.new_password"), 303)
        except StaleFlow:
            return _elsewhere()
        except Refusal as refusal:
            told = tell(refusal, form)
    return ask_code(
        "account.confirm_reset", flow, form, told, destination=flow.data["typed"], is_neutral=True
    )


@blueprint.post(paths.FORGOT_PASSWORD_RESEND)
def resend_reset() -> ResponseReturnValue:
    """Another code to the same place."""
    flow = _under_way("verify")
    if flow is None:
        return _elsewhere()
    return guards.resent(lambda: resetting.send_again(services(), flow), url_for("account.confirm_reset"))


@blueprint.route(paths.FORGOT_PASSWORD_RESET, methods=["GET", "POST"])
def new_password() -> ResponseReturnValue:
    """The new password; after it one signs in as ever, with a code where two-step verification is on."""
    flow = _under_way("choose")
    if flow is None:
        return _elsewhere()
    form = NewPasswordForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            resetting.set_password(services(), visitor(), flow, form.password.data or "")
        except StaleFlow:
            return _elsewhere()
        except Refusal as refusal:
            told = tell(refusal, form)
        else:
            flask.session["identifier_shop"] = flow.data["typed"]
            flask.flash(gettext("Your password was changed. Please sign in with the new one."))
            return redirect(url_for("sign_in.identifier", step="password"), 303)
    return page("account.new_password", form=form, told=told, state=flow.state, identifier=flow.data["typed"])


def _under_way(state: str) -> Flow | None:
    flow = resetting.find(services(), visitor(), guards.kept_flow_id(resetting.TABLE))
    return flow if flow is not None and flow.state == state else None


def _elsewhere() -> ResponseReturnValue:
    """To where the reset really is; if it is nowhere, to its beginning, with a word why."""
    flow = resetting.find(services(), visitor(), guards.kept_flow_id(resetting.TABLE))
    if flow is None:
        flask.flash(
            gettext(
                "This took too long or was begun in another browser. Nothing was changed; please start again."
            ),
            "error",
        )
    return guards.elsewhere(resetting.TABLE, flow, "account.forgot_password")
