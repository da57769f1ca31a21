"""Passkeys (ログインとセキュリティ → パスキー): the owner's list, and the ceremonies that sign in or step up.

The browser's part is ``static/js/passkey.js``. It asks for options (JSON, by POST), talks to the device and sends its
answer as an ordinary form, so every outcome is an ordinary page.
"""

from __future__ import annotations

from typing import Any

import flask
from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import passkeys
from webapp.flows.passkeys import REGISTERING, USING
from webapp.pages import auth, guards
from webapp.pages.error_messages import ShowErrors
from webapp.pages.framework.cookies import read_cookie, set_cookie
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import page
from webapp.rules.return_to import safe_path
from webapp.store.flows import Flow

blueprint = Blueprint("passkeys", __name__)


@blueprint.get(paths.PASSKEYS)
@guards.elevated
def overview() -> ResponseReturnValue:
    """Show what a passkey is, the account's passkeys, and the button to make one."""
    return page(
        "passkeys.overview",
        passkeys=[
            {
                "id": each.id,
                "name": each.name,
                "created": moment(each.created_at),
                "used": moment(each.used_at) if each.used_at else None,
                "is_synced": each.is_synced,
            }
            for each in passkeys.of_account(services(), current_user.account)
        ],
    )


@blueprint.post(paths.PASSKEYS_OPTIONS)
@guards.elevated
def registration_options() -> ResponseReturnValue:
    """Return options for a new passkey."""
    flow, options = passkeys.begin_registration(
        services(), visitor(), current_user.account, current_user.session.id_hash
    )
    return _asked(flow, options)


@blueprint.post(paths.PASSKEYS_REGISTER)
@guards.elevated
def register() -> ResponseReturnValue:
    """Store the passkey that the device made."""
    flow = REGISTERING.find(services(), visitor(), read_cookie(REGISTERING.kind))
    if flow is None or flow.account_id != current_user.account.id:
        flask.flash(gettext("This request expired. Try again."), "error")
        return redirect(url_for("passkeys.overview"), 303)
    with ShowErrors():
        made = passkeys.finish_registration(
            services(),
            visitor(),
            current_user.account,
            flow,
            request.form.get("credential", ""),
            request.form.get("name", ""),
        )
        flask.flash(gettext("The passkey “%(name)s” is ready. You can sign in with it now.", name=made.name))
    return redirect(url_for("passkeys.overview"), 303)


@blueprint.post(paths.PASSKEYS_RENAME)
@guards.elevated
def rename() -> ResponseReturnValue:
    """Give a passkey another name, or none."""
    name = request.form.get("name", "")
    if not name.strip():
        flask.flash(gettext("Enter a name."), "error")
    elif passkeys.rename(services(), visitor(), current_user.account, request.form.get("passkey", ""), name):
        flask.flash(gettext("The passkey was renamed."))
    return redirect(url_for("passkeys.overview"), 303)


@blueprint.post(paths.PASSKEYS_REMOVE)
@guards.elevated
def remove() -> ResponseReturnValue:
    """Remove a passkey. The device may still show it, but it opens nothing here."""
    if passkeys.remove(services(), visitor(), current_user.account, request.form.get("passkey", "")):
        flask.flash(gettext("The passkey was removed. Delete it on your device too."))
    return redirect(url_for("passkeys.overview"), 303)


@blueprint.post(paths.PASSKEY_OPTIONS)
def sign_in_options() -> ResponseReturnValue:
    """Return options to sign in with any passkey that the device has for this site."""
    return_to = safe_path(request.form.get("return_to") or flask.session.get("return_to"))
    flow, options = passkeys.begin_sign_in(services(), visitor(), app="shop", return_to=return_to)
    return _asked(flow, options)


@blueprint.post(paths.PASSKEY)
def sign_in() -> ResponseReturnValue:
    """Sign in with a passkey: both steps in one, whether two-step verification is on or off."""
    flow = USING.find(services(), visitor(), read_cookie(USING.kind))
    if flow is None or flow.session is not None:
        flask.flash(gettext("This request expired. Try again."), "error")
        return redirect(url_for("sign_in.identifier"), 303)
    with ShowErrors():
        return auth.welcome(
            passkeys.finish_sign_in(
                services(), visitor(), flow, request.form.get("credential", ""), auth.session_hash()
            )
        )
    return redirect(url_for("sign_in.identifier"), 303)


@blueprint.post(paths.STEP_UP_PASSKEY_OPTIONS)
@login_required
def step_up_options() -> ResponseReturnValue:
    """Return options to step up with a passkey of this account."""
    return_to = safe_path(request.form.get("return_to"), url_for("account.security"))
    flow, options = passkeys.begin_step_up(
        services(), visitor(), current_user.account, current_user.session.id_hash, return_to
    )
    return _asked(flow, options)


@blueprint.post(paths.STEP_UP_PASSKEY)
@login_required
def step_up() -> ResponseReturnValue:
    """Elevate the session by a passkey."""
    flow = USING.find(services(), visitor(), read_cookie(USING.kind))
    if flow is None or flow.session != current_user.session.id_hash:
        flask.flash(gettext("This request expired. Try again."), "error")
        return redirect(url_for("account.security"), 303)
    account = current_user.account
    with ShowErrors():
        elevated = passkeys.finish_step_up(
            services(), visitor(), account, flow, request.form.get("credential", "")
        )
        auth.renew_session(elevated.token, account)
        return redirect(elevated.return_to, 303)
    return redirect(url_for("step_up.confirm", return_to=flow.data["return_to"]), 303)


def _asked(flow: Flow, options: dict[str, Any]) -> ResponseReturnValue:
    """Return the options, and set the ceremony's id in a separate cookie.

    The page's script asks while the visitor goes on: writing the session's cookie would undo what another page has
    written to it meanwhile.
    """
    response = jsonify(options)
    set_cookie(response, flow.kind, flow.id, services().config.flow_seconds)
    return response
