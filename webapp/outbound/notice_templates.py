"""Notices to the owner about each security event (docs/promises.md#63): a headline, what happened, what to do."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _

from webapp.outbound import recovery_templates


class NoticeText(NamedTuple):
    """A notice in one language."""

    headline: str
    body: str
    advice: str
    link_label: str = ""

    def as_text(self, link: str = "") -> str:
        """Return the notice as an SMS, with its link on a separate line."""
        space = "" if self.body.endswith("。") else " "
        text = f"Mihon: {self.body}{space}{self.advice}"
        return text + (f"\n{self.link_label}: {link}" if link else "")


def notice_text(kind: str, data: dict[str, Any], language: str) -> NoticeText:
    """Return the text for an event of ``kind``. ``data`` is what was recorded with it."""
    with force_locale(language):
        if kind.startswith("recovery."):
            headline, body = recovery_templates.headline_and_body(kind, data)
            label = gettext("Cancel the reset") if "link" in data else ""
            return NoticeText(headline, body, recovery_templates.advice(kind), label)
        headline, body = _told(kind, data)
        return NoticeText(headline, body, _advice(kind))


def no_account_text(kind: str, language: str) -> NoticeText:
    """Return the text for a recipient who gets a notice instead of a code."""
    with force_locale(language):
        if kind == "register.known":
            return NoticeText(
                gettext("You already have an account"),
                gettext(
                    "Someone tried to create an account with this address or number, but it already has one."
                ),
                gettext("If this was you, sign in. If it wasn't, you can ignore this message."),
            )
        return NoticeText(
            gettext("There is no account with this address or number"),
            gettext(
                "Someone tried to reset a password with this address or number, but "
                "there's no account for it."
            ),
            gettext(
                "If this was you, try another address or number. If it wasn't, you can ignore this message."
            ),
        )


METHOD_NAMES = {
    "sms": _("text message (SMS)"),
    "voice": _("voice call"),
    "app": _("authenticator app"),
}
"""The name of a factor in a sentence, by its kind."""


def method_name(kind: str) -> str:
    """Return the name of a kind of method in a sentence."""
    return str(METHOD_NAMES.get(kind, kind))


def _told(kind: str, data: dict[str, Any]) -> tuple[str, str]:
    method = method_name(str(data.get("method", "")))
    told = {
        "two_step.on": lambda: (
            gettext("Two-Step Verification is on"),
            gettext("Two-Step Verification was turned on. Method: %(method)s.", method=method),
        ),
        "two_step.off": lambda: (
            gettext("Two-Step Verification is off"),
            gettext("Two-Step Verification was turned off. You now sign in with just your password."),
        ),
        "method.added": lambda: (
            gettext("A verification method was added"),
            gettext("A backup method was added to Two-Step Verification: %(method)s.", method=method),
        ),
        "method.changed": lambda: (
            gettext("A verification method was changed"),
            gettext("A Two-Step Verification method was changed: %(method)s.", method=method),
        ),
        "method.preferred": lambda: (
            gettext("The preferred verification method was changed"),
            gettext("Your preferred method for codes is now %(method)s.", method=method),
        ),
        "method.number_replaced": lambda: (
            gettext("This number was replaced"),
            gettext("This number no longer receives codes for your Mihon account."),
        ),
        "method.removed": lambda: (
            gettext("A verification method was deleted"),
            gettext("A Two-Step Verification method was deleted: %(method)s.", method=method),
        ),
        "method.switched_off": lambda: (
            gettext("A verification method was locked"),
            gettext(
                "Too many incorrect codes were entered, so this method is locked: %(method)s.",
                method=method,
            ),
        ),
        "sign_in.code_wrong": lambda: (
            gettext("An incorrect code was entered after your password"),
            gettext("Someone entered your correct password, then an incorrect one-time password."),
        ),
        "password.reset_locked": lambda: (
            gettext("Password reset by code was locked"),
            gettext(
                "Too many incorrect codes were entered to reset your password, so resetting it by code is "
                "locked. A browser where you've signed in before may still work."
            ),
        ),
        "password.changed": lambda: (
            gettext("Your password was changed"),
            gettext("Your password was changed. All other devices were signed out."),
        ),
        "password.reset": lambda: (
            gettext("Your password was reset"),
            gettext("Your password was reset. All devices were signed out."),
        ),
        "account.name_changed": lambda: (
            gettext("Your name was changed"),
            gettext("The name on your account was changed."),
        ),
        "account.address_changed": lambda: (
            gettext("Your postal address was changed"),
            gettext("The postal address on your account was changed or removed."),
        ),
        "account.email_changed": lambda: (
            gettext("Your email address was changed"),
            gettext("The email address for your account is now %(address)s.", address=data["to"]),
        ),
        "account.phone_changed": lambda: (
            gettext("Your mobile number was changed"),
            gettext("The primary mobile number for your account now ends in %(last3)s.", last3=data["to"]),
        ),
        "approval.denied": lambda: (
            gettext("You denied access to your account data"),
            gettext("A request to access your account data was denied. Nothing was shown."),
        ),
        "passkey.added": lambda: (
            gettext("A passkey was added"),
            gettext("A passkey was added to your account. It signs you in without a password or code."),
        ),
        "passkey.removed": lambda: (
            gettext("A passkey was removed"),
            gettext("A passkey was removed from your account."),
        ),
        "trust.copied": lambda: (
            gettext("A trusted browser was removed"),
            gettext("Someone used a copy of a trusted browser's data, so that browser needs a code again."),
        ),
        "trust.revoked_all": lambda: (
            gettext("All browsers need a code again"),
            gettext("You turned off trusted browsers: every device will ask for a code."),
        ),
    }
    return told[kind]()


def _advice(kind: str) -> str:
    if kind == "approval.denied":
        return gettext("If you didn't expect this request, someone else knows your password. Change it now.")
    return gettext("If this wasn't you, change your password and check Login & security.")
