"""Setting two-step verification up (screens 12, 13 and 15)."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp.errors import DeliveryFailed, Refusal, StaleFlow
from webapp.flows import set_up
from webapp.pages import auth, guards
from webapp.pages.forms import CodeForm, PhoneForm, TurnOnForm
from webapp.pages.qr import qr_svg
from webapp.pages.refusals import NOTHING, Told, tell
from webapp.pages.render import is_post, language, page
from webapp.pages.services import services
from webapp.pages.visitor import visitor
from webapp.rules import phone_numbers, totp
from webapp.store.flows import Flow

blueprint = Blueprint("set_up", __name__, url_prefix="/a/settings/approval/setup")

START = "settings.overview"


@blueprint.route("/register", methods=["GET", "POST"])
@guards.elevated
def choose_method() -> ResponseReturnValue:
    """Screen 12: 電話番号 or 認証アプリ; coming back here and choosing anew erases what came after."""
    flow = _under_way()
    if flow is None:
        return _lost()
    wants_app = is_post() and request.form.get("method") == "app"
    phone_form = PhoneForm(language(), formdata=None if wants_app or not is_post() else flask.request.form)
    app_form = CodeForm(formdata=flask.request.form if wants_app else None)
    told = NOTHING
    if is_post() and (app_form if wants_app else phone_form).validate():
        try:
            if wants_app:
                set_up.submit_app_code(services(), visitor(), flow, app_form.code)
                return redirect(url_for("set_up.almost_done"), 303)
            set_up.submit_number(
                services(),
                flow,
                region=phone_form.countryCode.data,
                typed=phone_form.phoneNumber.data or "",
                channel=phone_form.channel.data,
            )
            return redirect(url_for("set_up.verify"), 303)
        except StaleFlow:
            return _lost()
        except (Refusal, DeliveryFailed) as refusal:
            told = tell(refusal, app_form if wants_app else phone_form)
    return _choose_page(flow, phone_form, app_form, told, "app" if wants_app else "phone")


def _choose_page(
    flow: Flow, phone_form: PhoneForm, app_form: CodeForm, told: Told, open_method: str
) -> ResponseReturnValue:
    if not is_post() and "number" in flow.data:
        phone_form.phoneNumber.data = phone_numbers.parse(flow.data["number"]).international
        phone_form.channel.data = flow.data["channel"]
    enrolment = set_up.enrolment(services(), current_user.account, flow)
    return page(
        "set_up.choose_method",
        phone_form=phone_form,
        app_form=app_form,
        told=told,
        state=flow.state,
        open_method=open_method,
        qr_svg=qr_svg(enrolment.uri),
        key_groups=totp.key_groups(enrolment.secret),
    )


@blueprint.route("/verify", methods=["GET", "POST"])
@guards.elevated
def verify() -> ResponseReturnValue:
    """Screen 13: the code from the phone."""
    flow = _under_way()
    if flow is None or flow.state != "verify":
        return _lost(flow)
    form = CodeForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            set_up.submit_number_code(services(), visitor(), flow, form.code)
            return redirect(url_for("set_up.almost_done"), 303)
        except StaleFlow:
            return _lost()
        except Refusal as refusal:
            told = tell(refusal, form)
    return page(
        "set_up.verify",
        form=form,
        told=told,
        state=flow.state,
        channel=flow.data["channel"],
        number=phone_numbers.parse(flow.data["number"]).international,
        resend_in=set_up.resend_in(services(), flow),
    )


@blueprint.post("/verify/resend")
@guards.elevated
def resend() -> ResponseReturnValue:
    """Another code to the same number."""
    flow = _under_way()
    if flow is None or flow.state != "verify":
        return _lost(flow)
    try:
        set_up.send_again(services(), flow)
    except StaleFlow:
        return _lost()
    except (Refusal, DeliveryFailed) as refusal:
        flask.flash(tell(refusal).problem or "", "error")
    else:
        flask.flash(gettext("A new code is on its way. The earlier one is no longer good."))
    return redirect(url_for("set_up.verify"), 303)


@blueprint.route("/howto", methods=["GET", "POST"])
@guards.elevated
def almost_done() -> ResponseReturnValue:
    """Screen 15: how older devices sign in, the checkbox, and わかりました。2段階認証を有効にする."""
    flow = _under_way()
    if flow is None or flow.state != "ready":
        return _lost(flow)
    form = TurnOnForm()
    if not is_post():
        return page("set_up.almost_done", form=form, state=flow.state)
    try:
        turned_on = set_up.turn_on(services(), visitor(), flow, remember=bool(form.rememberDevice.data))
    except StaleFlow:
        return _lost()
    flask.flash(gettext("Two-Step Verification is on."))
    response = flask.make_response(redirect(url_for("settings.overview"), 303))
    auth.put_trust(response, turned_on.trust_cookie)
    return response


def _under_way() -> Flow | None:
    return set_up.find(services(), visitor(), current_user.account, guards.kept_flow_id(set_up.TABLE))


def _lost(flow: Flow | None = None) -> ResponseReturnValue:
    """To where the set-up really is; if it is nowhere, to its beginning, with a word why."""
    if flow is None:
        flask.flash(
            gettext("The set-up took too long or was finished elsewhere. Nothing was changed here."), "error"
        )
    return guards.elsewhere(set_up.TABLE, flow, START)
