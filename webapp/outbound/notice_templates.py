"""What the owner is told about each security event (docs/promises.md#63): a headline, what happened, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _

from webapp.outbound import recovery_templates


@dataclass(frozen=True, slots=True)
class NoticeText:
    """A notice in one language."""

    headline: str
    body: str
    advice: str
    link_label: str = ""

    def as_text(self, link: str = "") -> str:
        """The notice as an SMS, with its link on a line of its own."""
        return f"Mihon: {self.body} {self.advice}" + (f"\n{self.link_label}: {link}" if link else "")


def notice_text(kind: str, data: dict[str, Any], language: str) -> NoticeText:
    """The words for an event of ``kind``; ``data`` is what was recorded with it."""
    with force_locale(language):
        if kind.startswith("recovery."):
            headline, body = recovery_templates.headline_and_body(kind, data)
            label = gettext("Cancel the reset") if "link" in data else ""
            return NoticeText(headline, body, recovery_templates.advice(kind), label)
        headline, body = _told(kind, data)
        return NoticeText(headline, body, _advice(kind))


def no_account_text(kind: str, language: str) -> NoticeText:
    """The words for an address that was typed where a code goes to, and that gets none."""
    with force_locale(language):
        if kind == "register.known":
            return NoticeText(
                gettext("You already have an account"),
                gettext(
                    "Somebody tried to create an account with this address or number. It has one already."
                ),
                gettext("If this was you, please sign in. If it wasn't, you need not do anything."),
            )
        return NoticeText(
            gettext("There is no account with this address or number"),
            gettext("Somebody asked for a new password, but no account has this address or number."),
            gettext(
                "If this was you, try another address or number. If it wasn't, you need not do anything."
            ),
        )


METHOD_NAMES = {
    "sms": _("text message (SMS)"),
    "voice": _("voice call"),
    "app": _("authenticator app"),
}
"""What a factor is called in a sentence, by its kind."""


def method_name(kind: str) -> str:
    """What a kind of method is called in a sentence."""
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
            gettext("Two-Step Verification was turned off. From now on the password alone signs in."),
        ),
        "method.added": lambda: (
            gettext("A verification method was added"),
            gettext("A backup method was added to Two-Step Verification: %(method)s.", method=method),
        ),
        "method.changed": lambda: (
            gettext("A verification method was changed"),
            gettext("A method of Two-Step Verification was changed: %(method)s.", method=method),
        ),
        "method.preferred": lambda: (
            gettext("The preferred verification method was changed"),
            gettext("From now on codes come by this method first: %(method)s.", method=method),
        ),
        "method.number_replaced": lambda: (
            gettext("This number was replaced"),
            gettext("This number no longer receives the codes of your Mihon account."),
        ),
        "method.removed": lambda: (
            gettext("A verification method was removed"),
            gettext("A method of Two-Step Verification was removed: %(method)s.", method=method),
        ),
        "method.switched_off": lambda: (
            gettext("A verification method was switched off"),
            gettext(
                "Too many wrong codes were entered, so this method takes no codes any more: %(method)s.",
                method=method,
            ),
        ),
        "sign_in.code_wrong": lambda: (
            gettext("A wrong code was entered with your password"),
            gettext("Somebody entered your right password, and then a wrong one-time password."),
        ),
        "password.changed": lambda: (
            gettext("Your password was changed"),
            gettext("The password was changed. All other devices were signed out."),
        ),
        "password.reset": lambda: (
            gettext("Your password was reset"),
            gettext("A new password was set after a forgotten one. All devices were signed out."),
        ),
        "account.name_changed": lambda: (
            gettext("Your name was changed"),
            gettext("The name of your account was changed."),
        ),
        "account.email_changed": lambda: (
            gettext("Your email address was changed"),
            gettext("The email address of your account is now %(address)s.", address=data["to"]),
        ),
        "account.phone_changed": lambda: (
            gettext("Your mobile number was changed"),
            gettext("The primary mobile number of your account now ends in %(last3)s.", last3=data["to"]),
        ),
        "approval.denied": lambda: (
            gettext("You denied access to your account data"),
            gettext("A request to access your account data was denied. Nothing was shown to whoever asked."),
        ),
        "passkey.added": lambda: (
            gettext("A passkey was added"),
            gettext("A passkey was added to your account. It signs in without password and code."),
        ),
        "passkey.removed": lambda: (
            gettext("A passkey was removed"),
            gettext("A passkey was removed from your account."),
        ),
        "trust.copied": lambda: (
            gettext("A trusted browser was cancelled"),
            gettext("A copy of a trusted browser's data was used, so that browser is asked for codes again."),
        ),
        "trust.revoked_all": lambda: (
            gettext("All browsers are asked for codes again"),
            gettext("You asked for codes on every browser and device."),
        ),
    }
    return told[kind]()


def _advice(kind: str) -> str:
    if kind == "approval.denied":
        return gettext("If you did not expect the request, somebody knows your password: please change it.")
    return gettext("If this wasn't you, please change your password and check Login & security.")
