"""The 2SV settings (docs/screens.md#11): what is set, and the changes that take one step."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp import paths
from webapp.errors import UnknownMethod
from webapp.factors.registry import FACTORS
from webapp.flows import set_up, settings
from webapp.pages import guards
from webapp.pages.device_labels import device_label
from webapp.pages.error_messages import ShowErrors
from webapp.pages.factors.registry import method_label
from webapp.pages.forms.base import Form
from webapp.pages.forms.methods import NameForm, TurnOffForm
from webapp.pages.framework.cookies import read_cookie
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import page
from webapp.services import trust
from webapp.store.methods import Method

blueprint = Blueprint("settings", __name__)


@blueprint.get(paths.SETTINGS)
@guards.elevated
def overview() -> ResponseReturnValue:
    """Show 2段階認証(2SV)の設定, off or on (docs/screens.md#11)."""
    account = current_user.account
    shown = [method_shown(method) for method in settings.methods_of(services(), account)]
    return page(
        "settings.overview",
        on=account.two_step_on,
        state="on" if account.two_step_on else "off",
        kept=shown if not account.two_step_on else [],
        preferred=shown[0] if account.two_step_on else None,
        backups=shown[1:] if account.two_step_on else [],
        trusted=_trusted(),
        others=len(settings.devices_of(services(), account)) - 1,
        turn_off_form_fields=TurnOffForm(),
    )


def _trusted() -> list[dict[str, object]]:
    account = current_user.account
    cookie = read_cookie(trust.cookie_name(account.id, "shop"))
    here = settings.trusted_here(services(), account, cookie)
    return [
        {
            "id": trusted.id,
            "label": device_label(trusted.device, trusted.app),
            "near": trusted.near,
            "last_used": moment(trusted.used_at),
            "is_this": trusted.id == here,
        }
        for trusted in settings.trusted_of(services(), account)
    ]


@blueprint.post(paths.SETTINGS_START)
@guards.elevated
def start() -> ResponseReturnValue:
    """Begin (開始する): go to the choice of a method or, with kept methods, to one code."""
    flow = set_up.start(services(), visitor(), current_user.account, current_user.session.id_hash)
    guards.keep_flow(flow)
    return redirect(url_for(set_up.MACHINE.pages[flow.state] or ".overview"), 303)


@blueprint.post(paths.SETTINGS_PREFER)
@guards.elevated
def prefer() -> ResponseReturnValue:
    """Make a method the preferred one (優先する)."""
    with ShowErrors():
        method = settings.prefer(services(), visitor(), current_user.account, request.form.get("method", ""))
        flask.flash(gettext("Your preferred method is now %(method)s.", method=method_label(method)))
    return redirect(url_for("settings.overview"), 303)


@blueprint.route(paths.SETTINGS_RENAME, methods=["GET", "POST"])
@guards.elevated
def rename() -> ResponseReturnValue:
    """Give a method a name."""
    method = _method()
    if method is None:
        return _gone()
    form = NameForm(methodName=method.name)
    if form.is_sent():
        typed = form.methodName.data or ""
        settings.rename(services(), visitor(), current_user.account, method.id, typed)
        flask.flash(gettext("The name was saved."))
        return redirect(url_for("settings.overview"), 303)
    return page("settings.rename", form=form, method=method_shown(method))


@blueprint.route(paths.SETTINGS_REMOVE, methods=["GET", "POST"])
@guards.elevated
def remove() -> ResponseReturnValue:
    """Remove a method (削除). The last method stays, and the page says so."""
    method = _method()
    if method is None:
        return _gone()
    form = Form()
    if form.is_sent():
        session = current_user.session.id_hash
        with ShowErrors(form):
            settings.remove(services(), visitor(), current_user.account, session, method.id)
            flask.flash(gettext("The method was deleted. All other devices were signed out."))
            return redirect(url_for("settings.overview"), 303)
    return page(
        "settings.remove",
        form=form,
        method=method_shown(method),
        is_last=settings.is_last(services(), current_user.account, method),
    )


@blueprint.post(paths.SETTINGS_REVOKE_TRUST)
@guards.elevated
def revoke_trust() -> ResponseReturnValue:
    """Trust one browser no longer."""
    if settings.revoke_trust(services(), visitor(), current_user.account, request.form.get("trust", "")):
        flask.flash(gettext("That device will need a code next time you sign in."))
    return redirect(url_for("settings.overview"), 303)


@blueprint.post(paths.SETTINGS_REVOKE_ALL_TRUST)
@guards.elevated
def revoke_all_trust() -> ResponseReturnValue:
    """Require codes on all devices (すべての端末でコードを要求する)."""
    settings.revoke_all_trust(services(), visitor(), current_user.account)
    flask.flash(gettext("Every device will now ask for a code."))
    return redirect(url_for("settings.overview"), 303)


def method_shown(method: Method) -> dict[str, object]:
    """Return a method as the settings' templates show it."""
    factor = FACTORS[method.kind]
    return {
        "id": method.id,
        "kind": method.kind,
        "label": method_label(method),
        "is_told_at_number": factor.number_to_notify(method) is not None,
        "may_be_preferred": factor.may_be_preferred,
        "name": method.name,
        "verified_on": moment(method.verified_at),
        "is_preferred": method.is_preferred,
        "is_off": method.disabled_at is not None,
    }


def _method() -> Method | None:
    """Return the method that the address names, if the account has it."""
    try:
        return settings.get_method(services(), current_user.account, request.args.get("method", ""))
    except UnknownMethod:
        return None


def _gone() -> ResponseReturnValue:
    with ShowErrors():
        raise UnknownMethod()
    return redirect(url_for("settings.overview"), 303)
