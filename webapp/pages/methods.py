"""Add or change a method, on the settings' paths."""

from __future__ import annotations

import flask
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user

from webapp import paths
from webapp.challenges import enrolment
from webapp.flows import methods
from webapp.pages import guards
from webapp.pages.calls import call_status
from webapp.pages.enrolment_views import ask_first_code, offer_factors
from webapp.pages.error_messages import ShowErrors
from webapp.pages.factors.forms import EnrolmentForms
from webapp.pages.factors.registry import method_label
from webapp.pages.flow_pages import flow_pages, on_stale, resend_and_return
from webapp.pages.forms.base import AddressForm, CodeForm
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import is_post
from webapp.pages.settings import blueprint, method_shown
from webapp.store.flows import Flow
from webapp.store.methods import Method

UNDER_WAY = flow_pages(
    methods.MACHINE,
    start="settings.overview",
    lost=_("This step expired or was finished elsewhere. Nothing was changed here."),
)


def _to_settings(*_args: object) -> ResponseReturnValue:
    return redirect(url_for("settings.overview"), 303)


@blueprint.post(paths.METHOD_ADD)
@guards.elevated
def add() -> ResponseReturnValue:
    """Add a new phone or app (新しい電話またはアプリを追加)."""
    return _start(None)


@blueprint.post(paths.METHOD_CHANGE)
@guards.elevated
def change() -> ResponseReturnValue:
    """Replace a method by another number or app (変更)."""
    return _start(request.form.get("method", ""))


@on_stale(_to_settings)
def _start(replaces: str | None) -> ResponseReturnValue:
    with ShowErrors():
        flow = methods.start(
            services(), visitor(), current_user.account, current_user.session.id_hash, replaces
        )
        guards.keep_flow(flow)
        return redirect(url_for("settings.choose_method"), 303)
    return _to_settings()


@blueprint.route(paths.METHOD, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page()
def choose_method(flow: Flow) -> ResponseReturnValue:
    """Choose 電話番号 or 認証アプリ, for a method that is added or changed."""
    replaced = methods.replaced_by(services(), current_user.account, flow)
    forms = EnrolmentForms(
        flow,
        is_backup=replaced is None or not replaced.is_preferred,
        is_named=True,
        opens=replaced.kind if replaced else "",
    )
    if forms.active.is_sent():
        with ShowErrors(forms.active):
            if isinstance(forms.active, AddressForm):
                methods.submit_number(services(), visitor(), flow, **forms.active.typed())
                return redirect(url_for("settings.verify"), 303)
            session = current_user.session.id_hash
            code, kind, name = forms.active.code, forms.kind, forms.name
            return _done(
                flow,
                methods.submit_app_code(services(), visitor(), session, flow, code, kind=kind, name=name),
            )
    if not is_post() and flow.state == "verify":
        forms.offer(flow.data["number"], flow.data["channel"])
    shown = method_shown(replaced) if replaced is not None else None
    return offer_factors("settings.choose_method", flow, forms, replaced=shown)


@blueprint.route(paths.METHOD_VERIFY, methods=["GET", "POST"])
@guards.elevated
@UNDER_WAY.page("verify")
def verify(flow: Flow) -> ResponseReturnValue:
    """Take the code from the new phone."""
    form = CodeForm()
    if form.is_sent():
        session = current_user.session.id_hash
        with ShowErrors(form):
            return _done(flow, methods.submit_number_code(services(), visitor(), session, flow, form.code))
    return ask_first_code("settings.verify", flow, form, url_for("settings.call"))


@blueprint.post(paths.METHOD_RESEND)
@guards.elevated
@UNDER_WAY.page("verify")
def resend(flow: Flow) -> ResponseReturnValue:
    """Send another code to the same number."""
    return resend_and_return(lambda: methods.send_again(services(), visitor(), flow), "settings.verify")


@blueprint.get(paths.METHOD_CALL)
@guards.elevated
def call() -> ResponseReturnValue:
    """Return the state of the call with the code, for the page's script."""
    flow = UNDER_WAY.find()
    if flow is None or flow.state != "verify":
        return call_status(None)
    return call_status(enrolment.call_outcome(services(), flow))


def _done(flow: Flow, method: Method) -> ResponseReturnValue:
    words = (
        gettext("Method added: %(method)s", method=method_label(method))
        if flow.data["replaces"] is None
        else gettext(
            "Changed to: %(method)s. All other devices were signed out.", method=method_label(method)
        )
    )
    flask.flash(words)
    return redirect(url_for("settings.overview"), 303)
