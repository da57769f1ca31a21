"""Setting two-step verification up (docs/screens.md#12 to #15)."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp import paths
from webapp.challenges.method import asked as asked_of
from webapp.errors import DeliveryFailed, Refusal, StaleFlow
from webapp.flows import backup_method as backups
from webapp.flows import set_up
from webapp.pages import auth, guards
from webapp.pages.calls import call_shown, call_status
from webapp.pages.enrolment_views import ask_number_code, offer_methods
from webapp.pages.error_messages import NOTHING, of_delivery, tell
from webapp.pages.forms.base import CodeForm, TurnOnForm
from webapp.pages.forms.methods import MethodForms, NamedAppForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.method_labels import method_label, proof_label
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

blueprint = Blueprint("set_up", __name__)

START = "settings.overview"


@blueprint.route(paths.SET_UP_CONFIRM, methods=["GET", "POST"])
@guards.elevated
def confirm_kept() -> ResponseReturnValue:
    """Turning on again with the methods that were kept: one code of the preferred one."""
    flow = _under_way()
    if flow is None or flow.state != "confirm":
        return _lost(flow)
    form = CodeForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            set_up.submit_kept_code(services(), visitor(), flow, form.code)
            return redirect(url_for("set_up.almost_done"), 303)
        except StaleFlow:
            return _lost()
        except Refusal as refusal:
            told = tell(refusal, form)
    return page("set_up.confirm_kept", form=form, told=told, state=flow.state, **_kept_shown(flow))


def _kept_shown(flow: Flow) -> dict[str, Any]:
    asked = asked_of(services(), flow)
    method = set_up.asked_method(services(), flow)
    return {
        "method": asked,
        "label": method_label(method) if method is not None else "",
        "delivery_reason": of_delivery(asked.delivery or ""),
        "resend_in": asked.resend_in,
        "call": call_shown(set_up.call_outcome(services(), flow), url_for("set_up.call")),
    }


@blueprint.post(paths.SET_UP_CONFIRM_RESEND)
@guards.elevated
def resend_kept() -> ResponseReturnValue:
    """Another code to the kept number."""
    flow = _under_way()
    if flow is None or flow.state != "confirm":
        return _lost(flow)
    return guards.resent(
        lambda: set_up.send_kept_code(services(), flow), url_for("set_up.confirm_kept"), _lost
    )


@blueprint.post(paths.SET_UP_CONFIRM_ANEW)
@guards.elevated
def choose_anew() -> ResponseReturnValue:
    """Set other methods up instead of the kept ones."""
    flow = _under_way()
    if flow is None or flow.state != "confirm":
        return _lost(flow)
    set_up.choose_anew(services(), flow)
    return redirect(url_for("set_up.choose_method"), 303)


@blueprint.route(paths.SET_UP_REGISTER, methods=["GET", "POST"])
@guards.elevated
def choose_method() -> ResponseReturnValue:
    """Choose 電話番号 or 認証アプリ (docs/screens.md#12); coming back here and choosing anew erases what came after."""
    flow = _under_way()
    if flow is None or flow.state == "confirm":
        return _lost(flow)
    forms = MethodForms()
    told = NOTHING
    if forms.is_sent():
        try:
            if forms.wants_app:
                flow = set_up.submit_app_code(services(), visitor(), flow, forms.app.code)
            else:
                flow = set_up.submit_number(services(), flow, **forms.number)
            return _onward(flow)
        except StaleFlow:
            return _lost()
        except (Refusal, DeliveryFailed) as refusal:
            told = forms.tell(refusal)
    if not is_post() and flow.state == "verify":
        forms.offer(flow.data["number"], flow.data["channel"])
    return offer_methods("set_up.choose_method", flow, forms, told)


@blueprint.route(paths.SET_UP_BACKUP, methods=["GET", "POST"])
@guards.elevated
def backup() -> ResponseReturnValue:
    """Add another phone or app (docs/screens.md#14); not to be skipped where a backup is required."""
    flow = _under_way()
    if flow is None or flow.state not in ("ready", "backup"):
        return _lost(flow)
    forms = MethodForms(NamedAppForm)
    told = NOTHING
    if forms.is_sent():
        try:
            if isinstance(forms.app, NamedAppForm) and forms.wants_app:
                name = forms.app.appName.data or ""
                flow = backups.submit_app_code(services(), visitor(), flow, forms.app.code, name=name)
            else:
                flow = backups.submit_number(services(), flow, **forms.number)
            return _onward(flow)
        except StaleFlow:
            return _lost()
        except (Refusal, DeliveryFailed) as refusal:
            told = forms.tell(refusal)
    if not is_post() and flow.state == "backup":
        forms.offer(flow.data["number"], flow.data["channel"])
    skip_url = None if set_up.needs_backup(services(), flow) else url_for("set_up.skip_backup")
    return offer_methods("set_up.backup", flow, forms, told, skip_url=skip_url)


@blueprint.post(paths.SET_UP_BACKUP_SKIP)
@guards.elevated
def skip_backup() -> ResponseReturnValue:
    """スキップ: on without (another) backup; where one is required, back to it."""
    flow = _under_way()
    if flow is None or flow.state not in ("ready", "backup"):
        return _lost(flow)
    return _onward(backups.skip(services(), flow))


@blueprint.route(paths.SET_UP_VERIFY, methods=["GET", "POST"])
@guards.elevated
def verify() -> ResponseReturnValue:
    """Take the code from the phone, the preferred one or a backup (docs/screens.md#13)."""
    flow = _under_way()
    if flow is None or flow.state not in ("verify", "backup"):
        return _lost(flow)
    form = CodeForm()
    told = NOTHING
    if is_post() and form.validate():
        try:
            return _onward(set_up.submit_number_code(services(), visitor(), flow, form.code))
        except StaleFlow:
            return _lost()
        except Refusal as refusal:
            told = tell(refusal, form)
    is_backup = flow.state == "backup"
    outcome = call_shown(set_up.call_outcome(services(), flow), url_for("set_up.call"))
    change_url = url_for("set_up.backup" if is_backup else "set_up.choose_method")
    return ask_number_code(
        "set_up.verify", flow, form, told, outcome, is_backup=is_backup, change_url=change_url
    )


@blueprint.post(paths.SET_UP_RESEND)
@guards.elevated
def resend() -> ResponseReturnValue:
    """Another code to the same number."""
    flow = _under_way()
    if flow is None or flow.state not in ("verify", "backup"):
        return _lost(flow)
    return guards.resent(lambda: set_up.send_again(services(), flow), url_for("set_up.verify"), _lost)


@blueprint.get(paths.SET_UP_CALL)
@guards.elevated
def call() -> ResponseReturnValue:
    """Where the call with the code stands, for the page's script."""
    flow = _under_way()
    return call_status(set_up.call_outcome(services(), flow) if flow is not None else None)


@blueprint.route(paths.SET_UP_ALMOST_DONE, methods=["GET", "POST"])
@guards.elevated
def almost_done() -> ResponseReturnValue:
    """Show how older devices sign in, and take わかりました。2段階認証を有効にする (docs/screens.md#15)."""
    flow = _under_way()
    if flow is None or flow.state != "ready":
        return _lost(flow)
    if set_up.needs_backup(services(), flow):
        return redirect(url_for("set_up.backup"), 303)
    form = TurnOnForm()
    if not is_post():
        kept = [method_label(method) for method in set_up.kept_backups(services(), flow)]
        added = [proof_label(proof) for proof in set_up.backups_of(flow)]
        return page("set_up.almost_done", form=form, state=flow.state, backups=kept + added)
    try:
        turned_on = set_up.turn_on(services(), visitor(), flow, remember=bool(form.rememberDevice.data))
    except StaleFlow:
        return _lost()
    flask.flash(gettext("Two-Step Verification is on."))
    response = flask.make_response(redirect(url_for("settings.overview"), 303))
    auth.put_trust(response, turned_on.trust_cookie)
    return response


def _onward(flow: Flow) -> ResponseReturnValue:
    """To the page of the state that a step has led to."""
    return guards.elsewhere(set_up.TABLE, flow, START)


def _under_way() -> Flow | None:
    return set_up.find(services(), visitor(), current_user.account, guards.kept_flow_id(set_up.TABLE))


def _lost(flow: Flow | None = None) -> ResponseReturnValue:
    """To where the set-up really is; if it is nowhere, to its beginning, with a word why."""
    if flow is None:
        flask.flash(
            gettext("The set-up took too long or was finished elsewhere. Nothing was changed here."), "error"
        )
    return guards.elsewhere(set_up.TABLE, flow, START)
