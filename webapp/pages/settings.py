"""The 2SV settings (screen 11)."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from webapp.flows import set_up, settings
from webapp.pages import guards
from webapp.pages.language import moment
from webapp.pages.method_words import method_label
from webapp.pages.render import has_page, page
from webapp.pages.services import services
from webapp.pages.visitor import visitor
from webapp.store.methods import Method

blueprint = Blueprint("settings", __name__)

ACTIONS = {
    "prefer": "settings.prefer",
    "change": "settings.change",
    "delete": "settings.remove",
    "add": "settings.add",
    "revoke": "settings.revoke_trust",
    "revoke_all": "settings.revoke_all_trust",
    "disable": "turn_off.confirm",
}


@blueprint.get("/a/settings/approval")
@guards.elevated
def overview() -> ResponseReturnValue:
    """Screen 11: 2段階認証(2SV)の設定, off or on."""
    account = current_user.account
    owned = settings.methods_of(services(), account)
    shown = [_shown(method) for method in owned]
    return page(
        "settings.overview",
        on=account.two_step_on,
        state="on" if account.two_step_on else "off",
        kept=shown if not account.two_step_on else [],
        preferred=shown[0] if account.two_step_on else None,
        backups=shown[1:] if account.two_step_on else [],
        trusted=[
            {
                "id": trusted.id,
                "label": trusted.device,
                "near": trusted.near,
                "last_used": moment(trusted.used_at),
            }
            for trusted in settings.trusted_of(services(), account)
        ],
        urls={name: url_for(endpoint) for name, endpoint in ACTIONS.items() if has_page(endpoint)},
    )


@blueprint.post("/a/settings/approval/start")
@guards.elevated
def start() -> ResponseReturnValue:
    """開始する."""
    flow = set_up.start(services(), visitor(), current_user.account, current_user.session.id_hash)
    guards.keep_flow(flow)
    return redirect(url_for("set_up.choose_method"), 303)


@blueprint.post("/a/settings/approval/trusted/revoke")
@guards.elevated
def revoke_trust() -> ResponseReturnValue:
    """Trust one browser no longer."""
    if settings.revoke_trust(services(), visitor(), current_user.account, request.form.get("trust", "")):
        flask.flash(gettext("That device is asked for a code from now on."))
    return redirect(url_for("settings.overview"), 303)


@blueprint.post("/a/settings/approval/trusted/revoke-all")
@guards.elevated
def revoke_all_trust() -> ResponseReturnValue:
    """すべての端末でコードを要求する."""
    settings.revoke_all_trust(services(), visitor(), current_user.account)
    flask.flash(gettext("Every device is asked for a code from now on."))
    return redirect(url_for("settings.overview"), 303)


def _shown(method: Method) -> dict[str, object]:
    return {
        "id": method.id,
        "kind": method.kind,
        "label": method_label(method),
        "last3": (method.number or "")[-3:],
        "name": method.name,
        "verified_on": moment(method.verified_at),
        "is_preferred": method.is_preferred,
        "is_off": method.disabled_at is not None,
    }
