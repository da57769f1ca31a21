"""Account services and login & security (docs/screens.md#6, #7)."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user, login_required

from webapp import paths
from webapp.flows import activity, passkeys, settings
from webapp.pages.activity_labels import event_text
from webapp.pages.address_lines import address_lines
from webapp.pages.device_labels import device_label
from webapp.pages.framework.language import LANGUAGES, moment
from webapp.pages.framework.services import services
from webapp.pages.render import has_page, page
from webapp.rules import identifiers

blueprint = Blueprint("account", __name__)

CHANGE_PAGES = {
    "name": "account.change_name",
    "address": "account.change_address",
    "email": "account.change_email",
    "phone": "account.change_phone",
    "password": "account.change_password",
    "passkey": "passkeys.overview",
    "end_all": "account.end_all_sessions",
}


@blueprint.get(paths.ACCOUNT, endpoint="services")
@login_required
def account_services() -> ResponseReturnValue:
    """Show アカウントサービス (docs/screens.md#6)."""
    return page("account.services")


@blueprint.get(paths.SECURITY)
@login_required
def security() -> ResponseReturnValue:
    """Show ログインとセキュリティ (docs/screens.md#7)."""
    account = current_user.account
    devices = settings.devices_of(services(), account)
    changes = {name: url_for(endpoint) for name, endpoint in CHANGE_PAGES.items() if has_page(endpoint)}
    if len(devices) < 2:
        changes.pop("end_all", None)
    return page(
        "account.security",
        account={
            "name": account.name,
            "address": address_lines(account),
            "email": account.email,
            "language": LANGUAGES.get(account.language),
            "two_step_on": account.two_step_on,
            "passkeys": _count(len(passkeys.of_account(services(), account))),
            "phone": identifiers.shown(account.phone),
        },
        languages=LANGUAGES.items(),
        edit_urls=changes,
        devices=[
            {
                "label": device_label(device.device, device.app),
                "near": device.near,
                "last_used": moment(device.seen_at),
                "is_this": device.id_hash == current_user.session.id_hash,
                "end_url": None
                if device.id_hash == current_user.session.id_hash
                else url_for("account.end_session", public_id=device.public_id),
            }
            for device in devices
        ],
        activity=[
            {"text": event_text(event), "when": moment(event.at), "device": event.device, "near": event.near}
            for event in activity.recent(services(), account)
        ],
    )


def _count(passkeys_kept: int) -> str | None:
    """Return how many passkeys there are, as text; None for none."""
    if not passkeys_kept:
        return None
    return ngettext("%(num)d passkey", "%(num)d passkeys", passkeys_kept)
