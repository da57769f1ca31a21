"""Set two-step verification up (docs/screens.md#12 to #15)."""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.challenges.method import asked as asked_of
from webapp.flows import backup_method as backups
from webapp.flows import set_up
from webapp.pages import auth, guards
from webapp.pages.calls import call_status, call_view
from webapp.pages.enrolment_views import ask_first_code, offer_factors
from webapp.pages.error_messages import ShowErrors, of_delivery
from webapp.pages.factors.forms import EnrolmentForms
from webapp.pages.factors.registry import VIEWS, method_label, proof_label
from webapp.pages.flow_pages import flow_pages, resend_and_return
from webapp.pages.forms.base import AddressForm, CodeForm, TurnOnForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post, page
from webapp.store.flows import Flow

blueprint = Blueprint("set_up", __name__)

UNDER_WAY = flow_pages(
    set_up.MACHINE,
    start="settings.overview",
    lost=_("This step expired or was finished elsewhere. Nothing was changed here."),
)


@blueprint.route(paths.SET_UP_CONFIRM, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("confirm")
def confirm_kept(flow: Flow) -> ResponseReturnValue:
    """Turn it on again with the kept methods: take one code of the preferred one."""
    form = CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            set_up.submit_kept_code(services(), visitor(), flow, form.code)
            return redirect(url_for("set_up.almost_done"), 303)
    return page("set_up.confirm_kept", form=form, state=flow.state, **_kept_shown(flow))


def _kept_shown(flow: Flow) -> dict[str, Any]:
    asked = asked_of(services(), flow)
    method = set_up.asked_method(services(), flow)
    return {
        "method": asked,
        "view": VIEWS[asked.kind],
        "label": method_label(method) if method is not None else "",
        "delivery_reason": of_delivery(asked.delivery or ""),
        "resend_in": asked.resend_in,
        "call": call_view(set_up.call_outcome(services(), flow), url_for("set_up.call")),
    }


@blueprint.post(paths.SET_UP_CONFIRM_RESEND)
@guards.elevated
@UNDER_WAY.page("confirm")
def resend_kept(flow: Flow) -> ResponseReturnValue:
    """Send another code to the kept number."""
    return resend_and_return(
        lambda: set_up.send_kept_code(services(), visitor(), flow), "set_up.confirm_kept"
    )


@blueprint.post(paths.SET_UP_REPLACE_KEPT)
@guards.elevated
@UNDER_WAY.page("confirm")
def replace_kept(flow: Flow) -> ResponseReturnValue:
    """Set other methods up instead of the kept ones."""
    set_up.replace_kept(services(), flow)
    return redirect(url_for("set_up.choose_method"), 303)


@blueprint.route(paths.SET_UP_REGISTER, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("choose", "verify", "ready", "backup")
def choose_method(flow: Flow) -> ResponseReturnValue:
    """Choose 電話番号 or 認証アプリ (docs/screens.md#12). Another choice erases the later steps."""
    forms = EnrolmentForms(flow)
    if forms.active.is_sent():
        with ShowErrors(forms.active):
            if isinstance(forms.active, AddressForm):
                flow = set_up.submit_number(services(), visitor(), flow, **forms.active.typed())
            else:
                flow = set_up.submit_app_code(services(), visitor(), flow, forms.active.code, kind=forms.kind)
            return _after_code(flow)
    if not is_post() and flow.state == "verify":
        forms.offer(flow.data["number"], flow.data["channel"])
    return offer_factors("set_up.choose_method", flow, forms)


def _after_code(flow: Flow) -> ResponseReturnValue:
    """Go on to the backup once the preferred method is verified, and from there to the last page."""
    if flow.state == "ready" and not set_up.backups_of(flow):
        return redirect(url_for("set_up.backup"), 303)
    return UNDER_WAY.elsewhere(flow)


@blueprint.route(paths.SET_UP_BACKUP, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("ready", "backup")
def backup(flow: Flow) -> ResponseReturnValue:
    """Add another phone or app (docs/screens.md#14). It can't be skipped if a backup is required."""
    forms = EnrolmentForms(flow, is_backup=True, is_named=True)
    if forms.active.is_sent():
        with ShowErrors(forms.active):
            if isinstance(forms.active, AddressForm):
                flow = backups.submit_number(services(), visitor(), flow, **forms.active.typed())
            else:
                flow = backups.submit_app_code(
                    services(), visitor(), flow, forms.active.code, kind=forms.kind, name=forms.name
                )
            return UNDER_WAY.elsewhere(flow)
    if not is_post() and flow.state == "backup":
        forms.offer(flow.data["number"], flow.data["channel"])
    skip_url = None if set_up.needs_backup(services(), flow) else url_for("set_up.skip_backup")
    return offer_factors("set_up.backup", flow, forms, skip_url=skip_url)


@blueprint.post(paths.SET_UP_BACKUP_SKIP)
@guards.elevated
@UNDER_WAY.page("ready", "backup")
def skip_backup(flow: Flow) -> ResponseReturnValue:
    """Go on without (another) backup (スキップ). If one is required, go back to it."""
    return UNDER_WAY.elsewhere(backups.skip(services(), flow))


@blueprint.route(paths.SET_UP_VERIFY, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("verify", "backup")
def verify(flow: Flow) -> ResponseReturnValue:
    """Take the code from the phone, the preferred one or a backup (docs/screens.md#13)."""
    form = CodeForm()
    if form.is_sent():
        with ShowErrors(form):
            return _after_code(set_up.submit_number_code(services(), visitor(), flow, form.code))
    is_backup = flow.state == "backup"
    change_url = url_for("set_up.backup" if is_backup else "set_up.choose_method")
    return ask_first_code(
        "set_up.verify", flow, form, url_for("set_up.call"), is_backup=is_backup, change_url=change_url
    )


@blueprint.post(paths.SET_UP_RESEND)
@guards.elevated
@UNDER_WAY.page("verify", "backup")
def resend(flow: Flow) -> ResponseReturnValue:
    """Send another code to the same number."""
    return resend_and_return(lambda: set_up.send_again(services(), visitor(), flow), "set_up.verify")


@blueprint.get(paths.SET_UP_CALL)
@guards.elevated
def call() -> ResponseReturnValue:
    """Return the state of the call with the code, for the page's script."""
    flow = UNDER_WAY.find()
    return call_status(set_up.call_outcome(services(), flow) if flow is not None else None)


@blueprint.route(paths.SET_UP_ALMOST_DONE, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("ready")
def almost_done(flow: Flow) -> ResponseReturnValue:
    """Show how older devices sign in, and take わかりました。2段階認証を有効にする (docs/screens.md#15)."""
    if set_up.needs_backup(services(), flow):
        return redirect(url_for("set_up.backup"), 303)
    form = TurnOnForm()
    if not is_post():
        kept = [method_label(method) for method in set_up.kept_backups(services(), flow)]
        added = [proof_label(proof) for proof in set_up.backups_of(flow)]
        return page("set_up.almost_done", form=form, state=flow.state, backups=kept + added)
    turned_on = set_up.turn_on(services(), visitor(), flow, remember=bool(form.rememberDevice.data))
    flask.flash(gettext("Two-Step Verification is on."))
    response = flask.make_response(redirect(url_for("settings.overview"), 303))
    auth.put_trust(response, turned_on.trust_cookie)
    return response
