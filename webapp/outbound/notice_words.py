"""What the owner is told about each security event (PRODUCT.md §3): a headline, what happened, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale, gettext


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in one language."""

    headline: str
    body: str
    advice: str

    def as_text(self) -> str:
        """The notice as an SMS."""
        return f"Mihon: {self.body} {self.advice}"


def words(kind: str, data: dict[str, Any], language: str) -> Words:
    """The words for an event of ``kind``; ``data`` is what was recorded with it."""
    with force_locale(language):
        headline, body = _told(kind, data)
        return Words(headline, body, _advice(kind))


def method_name(kind: str) -> str:
    """What a kind of method is called in a sentence."""
    return {
        "sms": gettext("text message (SMS)"),
        "voice": gettext("voice call"),
        "app": gettext("authenticator app"),
    }.get(kind, kind)


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
        "approval.denied": lambda: (
            gettext("You denied access to your account data"),
            gettext("A request to access your account data was denied. Nothing was shown to whoever asked."),
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
