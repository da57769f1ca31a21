"""The titles of the site's pages, as the tools name them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

TITLES = {
    "account.change_address": _("Change your postal address"),
    "account.change_email": _("Change your email address"),
    "account.change_name": _("Change your name"),
    "account.change_password": _("Change the password"),
    "account.change_phone": _("Change your mobile number"),
    "account.confirm_change": _("Confirm your new address or number"),
    "account.confirm_registration": _("Confirm your address or number"),
    "account.confirm_reset": _("Enter the code"),
    "account.end_all_sessions": _("Sign out of all other devices"),
    "account.forgot_password": _("Reset your password"),
    "account.new_password": _("Choose a new password"),
    "account.register": _("Create your Mihon account"),
    "account.security": _("Login & security"),
    "account.services": _("Account services"),
    "approval.decide": _("Someone is trying to access your account data."),
    "approval.decided": _("The request was answered"),
    "approval.wait": _("Approve to continue"),
    "desk.case": _("Review desk: one case"),
    "desk.queue": _("Review desk"),
    "music.home": _("Mihon Music"),
    "older_device.sign_in": _("An older device"),
    "passkeys.overview": _("Passkeys"),
    "problems.problem": _("Error page"),
    "recovery.cancel_by_link": _("Cancel the reset of Two-Step Verification"),
    "recovery.case": _("Reset Two-Step Verification: the case"),
    "recovery.start": _("Reset Two-Step Verification"),
    "set_up.almost_done": _("Almost done..."),
    "set_up.backup": _("Add a backup method"),
    "set_up.choose_method": _("Choose how to receive codes"),
    "set_up.confirm_kept": _("Turn it back on with one code"),
    "set_up.verify": _("Verify the phone number"),
    "settings.choose_method": _("Add or change a method"),
    "settings.overview": _("Two-Step Verification (2SV) settings"),
    "settings.remove": _("Delete this method?"),
    "settings.rename": _("Name the method"),
    "settings.verify": _("Verify the phone number"),
    "shop.home": _("Home page"),
    "sign_in.another_way": _("Choose how to get the code"),
    "sign_in.code": _("Two-Step Verification: the code"),
    "sign_in.identifier": _("Sign in: address or number"),
    "sign_in.password": _("Sign in: password"),
    "step_up.confirm": _("Confirm it's you"),
    "turn_off.confirm": _("Turn off Two-Step Verification?"),
    "turn_off.feedback": _("Two-Step Verification is turned off."),
}


def page_title(page: str) -> str:
    """Return the title of a page by its template's name (``sign_in.code``); "" if it is none of the site's."""
    return str(TITLES.get(page, ""))
