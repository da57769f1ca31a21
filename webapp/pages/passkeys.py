"""Passkeys (ログインとセキュリティ → パスキー): the owner's list, and the ceremonies that sign in or step up.

The browser's part is ``static/js/passkey.js``. It asks for options (JSON, by POST), talks to the device and sends its
answer as an ordinary form, so every outcome is an ordinary page.
"""

from __future__ import annotations

import contextlib
import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import flask
from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required
from werkzeug.sansio.utils import get_current_url

from webapp import paths
from webapp.flows import passkeys
from webapp.flows.passkeys import REGISTERING, USING
from webapp.pages import auth, guards
from webapp.pages.error_messages import ShowErrors
from webapp.pages.factors.app import TOO_LONG
from webapp.pages.framework.language import moment
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import page
from webapp.rules.return_to import safe_path
from webapp.rules.typed import one_line

blueprint = Blueprint("passkeys", __name__)


@blueprint.app_template_global()
def passkey_address() -> str | None:
    """Return where this page has passkeys, if they belong to another name than the browser used: "" for nowhere.

    Browsers know passkeys by a name, never by an IP address (WebAuthn 5.1.2).
    """
    site = passkeys.site_of(services())
    if _is_ip_address(site.id):
        return ""
    host = _name_of(request.host)
    is_there = host == site.id or host.endswith(f".{site.id}")
    return None if is_there else site.origin + request.full_path.removesuffix("?")


@lru_cache(maxsize=64)
def _name_of(host: str) -> str:
    """Return a Host header's name without its port, in the letters that people read."""
    return urlsplit(get_current_url("http", host)).hostname or ""


@lru_cache(maxsize=64)
def _is_ip_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


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
    return jsonify(
        passkeys.begin_registration(services(), visitor(), current_user.account, current_user.session.id_hash)
    )


@blueprint.post(paths.PASSKEYS_REGISTER)
@guards.elevated
def register() -> ResponseReturnValue:
    """Store the passkey that the device made."""
    answer, account = request.form.get("credential", ""), current_user.account
    with ShowErrors():
        flow = passkeys.find_asked(services(), visitor(), REGISTERING, answer)
        if flow is None or flow.account_id != account.id:
            return _expired(url_for("passkeys.overview"))
        name = request.form.get("name", "")
        made = passkeys.finish_registration(services(), visitor(), account, flow, answer, name)
        flask.flash(gettext("The passkey “%(name)s” is ready. You can sign in with it now.", name=made.name))
    return redirect(url_for("passkeys.overview"), 303)


@blueprint.post(paths.PASSKEYS_RENAME)
@guards.elevated
def rename() -> ResponseReturnValue:
    """Give a passkey another name, or none."""
    name = one_line(typed := request.form.get("name", ""), passkeys.LONGEST_NAME)
    if not name:
        flask.flash(gettext("Enter a name."), "error")
    elif len(typed.strip()) > passkeys.LONGEST_NAME:
        flask.flash(str(TOO_LONG), "error")
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
    is_suggestion = "suggestion" in request.form
    return jsonify(
        passkeys.begin_sign_in(
            services(), visitor(), app="shop", return_to=return_to, is_suggestion=is_suggestion
        )
    )


@blueprint.post(paths.PASSKEY)
def sign_in() -> ResponseReturnValue:
    """Sign in with a passkey: both steps in one, whether two-step verification is on or off."""
    answer = request.form.get("credential", "")
    with ShowErrors():
        flow = passkeys.find_asked(services(), visitor(), USING, answer)
        if flow is None or flow.session is not None:
            return _expired(url_for("sign_in.identifier"))
        return auth.welcome(passkeys.finish_sign_in(services(), visitor(), flow, answer, auth.session_hash()))
    return redirect(url_for("sign_in.identifier"), 303)


@blueprint.post(paths.STEP_UP_PASSKEY_OPTIONS)
@login_required
def step_up_options() -> ResponseReturnValue:
    """Return options to step up with a passkey of this account."""
    return jsonify(
        passkeys.begin_step_up(
            services(), visitor(), current_user.account, current_user.session.id_hash, _return_to()
        )
    )


@blueprint.post(paths.STEP_UP_PASSKEY)
@login_required
def step_up() -> ResponseReturnValue:
    """Elevate the session by a passkey."""
    answer, account = request.form.get("credential", ""), current_user.account
    with ShowErrors():
        flow = passkeys.find_asked(services(), visitor(), USING, answer)
        if flow is None or flow.session != current_user.session.id_hash:
            return _expired(url_for("account.security"))
        elevated = passkeys.finish_step_up(services(), visitor(), account, flow, answer)
        auth.renew_session(elevated.token, account)
        return redirect(elevated.return_to, 303)
    return redirect(url_for("step_up.confirm", return_to=_return_to()), 303)


def _return_to() -> str:
    return safe_path(request.form.get("return_to"), url_for("account.security"))


def _expired(location: str) -> ResponseReturnValue:
    flask.flash(gettext("This request expired. Try again."), "error")
    return redirect(location, 303)
