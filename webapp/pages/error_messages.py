"""Refusals as text: beside the field where there is one, else above the form. One place for all pages."""

from __future__ import annotations

import math

import flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp.challenges.engine import failure_reason
from webapp.errors import (
    ContactTaken,
    ContactUnchanged,
    DeliveryFailed,
    DocumentRefused,
    DocumentTooLarge,
    LandlineNeedsCall,
    LastMethod,
    MailDomainRefused,
    MailFailed,
    MethodSwitchedOff,
    MethodTaken,
    MobileNeeded,
    NotAMailAddress,
    NotAPhoneNumber,
    NothingToReset,
    OwnCase,
    PasskeyRefused,
    PasskeyTaken,
    Refusal,
    SendCapReached,
    Throttled,
    TooManyDocuments,
    UnknownAccount,
    UnknownChoice,
    UnknownMethod,
    WeakPassword,
    WrongCode,
    WrongPassword,
)
from webapp.pages.account_error_messages import of_account
from webapp.pages.document_error_messages import of_document
from webapp.pages.forms.base import Form, Told
from webapp.pages.framework.shown_refusals import show, show_name


class Telling:
    """A block whose refusal becomes text: beside its field in ``form``, above the form, or flashed without a form.

    What no text can answer (a stale flow) goes on to `flow_pages.on_stale` or to the error handler.
    """

    def __init__(self, form: Form | None = None) -> None:
        self._form = form

    def __enter__(self) -> None:
        """Nothing is told so far."""

    def __exit__(self, _type: object, refusal: BaseException | None, _trace: object) -> bool:
        if not isinstance(refusal, Refusal | DeliveryFailed):
            return False
        text = text_of(refusal)
        if text is None:
            return False
        show(refusal)
        if self._form is None:
            flask.flash(text, "error")
        else:
            self._form.heed(refusal)
            field = getattr(refusal, "field", None)
            is_beside = field is not None and self._form.refuse(field, text)
            self._form.told = Told(None if is_beside else text, _wait(refusal))
        return True


def _wait(refusal: Refusal | DeliveryFailed) -> int | None:
    """Whole seconds until the same may be tried again; None when it may now."""
    if isinstance(refusal, Throttled):
        return max(1, math.ceil(refusal.retry_after_seconds))
    return math.ceil(refusal.wait_seconds) or None if isinstance(refusal, WrongCode) else None


_SAID = {
    WrongPassword: _("Your password is incorrect"),
    UnknownAccount: _("We cannot find an account with that email address or number."),
    MethodSwitchedOff: _(
        "Too many wrong codes were entered. This method takes no codes any more: use another way."
    ),
    Throttled: _("That was too soon or too often. Please wait before you try again."),
    SendCapReached: _(
        "You have reached the limit of OTP requests for today. You can request again after 24 hours."
    ),
    MethodTaken: _("This number is already one of your methods. Enter a different one."),
    LandlineNeedsCall: _(
        "This is a landline, which cannot receive text messages. Choose a voice call instead."
    ),
    LastMethod: _("This is your last method. To use none, turn Two-Step Verification off instead."),
    UnknownMethod: _("This method is no longer there. It may have been removed in another window."),
    UnknownChoice: _("Choose where to receive the code."),
    PasskeyRefused: _("The passkey was not accepted. Try again, or use another way."),
    NothingToReset: _("Two-Step Verification is off for this account: your password alone signs you in."),
    PasskeyTaken: _("This device already has a passkey for your account."),
    OwnCase: _("This is your own case: somebody else must decide it."),
}
"""What is always said in the same words."""


def text_of(refusal: Refusal | DeliveryFailed) -> str | None:
    """The sentence for a refusal, or None for one that needs a page of its own."""
    said = _SAID.get(type(refusal))
    if said is not None:
        return str(said)
    match refusal:
        case WrongCode():
            return _of_code(refusal.verdict)
        case NotAPhoneNumber():
            return _of_number(refusal.reason)
        case (
            NotAMailAddress()
            | MailDomainRefused()
            | MobileNeeded()
            | ContactTaken()
            | ContactUnchanged()
            | WeakPassword()
        ):
            return of_account(refusal)
        case TooManyDocuments() | DocumentTooLarge() | DocumentRefused():
            return of_document(refusal)
        case MailFailed():
            return _of_mail(refusal.kind)
        case DeliveryFailed():
            return str(_NOT_DELIVERED[failure_reason(refusal)])
    return None


_NOT_DELIVERED = {
    "down": _(
        "The message could not be sent: the telephone network does not answer. Please try again in "
        "a moment, or choose another way."
    ),
    "slow": _("The message could not be sent in time. Please try again in a moment, or choose another way."),
    "garbage": _(
        "The message could not be sent: the telephone network gave a strange answer. Please try "
        "again in a moment, or choose another way."
    ),
    "refused": _(
        "The telephone network refused the message. Please check the number, or choose another way."
    ),
    "landline": _("This number cannot receive text messages. Choose a voice call instead."),
    "stopped": _(
        "This number has opted out of text messages. Send START from the phone, or choose another way."
    ),
    "unreachable": _("This number cannot be reached. Please check it, or choose another way."),
    "capped": _(
        "You have reached the limit of OTP requests for today. You can request again after 24 hours."
    ),
}


def of_delivery(reason: str) -> str | None:
    """Return why a message did not leave, by `failure_reason`; None when it did. The page shows it."""
    if reason not in _NOT_DELIVERED:
        return None
    kind = "refused" if reason in ("landline", "stopped", "unreachable") else reason
    show_name("SendCapReached" if kind == "capped" else f"GatewayFailed.{kind}")
    return str(_NOT_DELIVERED[reason])


_NOT_CALLED = {
    "no_answer": _("The call was not answered. You can be called again, or choose another way."),
    "busy": _("The line was busy, or the call was declined. You can be called again, or choose another way."),
    "canceled": _("The call was declined. You can be called again, or choose another way."),
    "failed": _("The call did not get through. Please check the number, or choose another way."),
}


def of_call(outcome: str) -> str | None:
    """Why a call brought no code, by `calls.outcome`; None while it may still do so."""
    return str(_NOT_CALLED[outcome]) if outcome in _NOT_CALLED else None


def of_mail_delivery(reason: str) -> str | None:
    """Return why a mail did not leave; None when it did. The page shows it."""
    if reason == "sent":
        return None
    show_name("SendCapReached" if reason == "capped" else f"MailFailed.{reason}")
    return _of_mail(reason)


def _of_mail(reason: str) -> str:
    if reason == "capped":
        return gettext("We have sent you many requests today. You can ask again after 24 hours.")
    return gettext("The mail could not be sent. Nothing was changed; please try again in a moment.")


def _of_code(verdict: str) -> str:
    return {
        "wrong": gettext(
            "The One Time Password (OTP) you entered is not valid. Check the code and try again."
        ),
        "expired": gettext("This code has expired. Ask for a new one."),
        "used": gettext("This code was used before. Wait for the next one, or ask for a new one."),
        "replaced": gettext("A newer code was sent. Enter the code of the latest message."),
        "exhausted": gettext("Too many wrong tries: this code is no longer good. Ask for a new one."),
        "dead": gettext("Too many wrong tries: this code is no longer good. Ask for a new one."),
        "missing": gettext("No code is under way. Ask for a new one."),
    }[verdict]


def _of_number(reason: str) -> str:
    return {
        "empty": gettext("Enter a phone number."),
        "not_a_number": gettext("This is not a phone number. Enter digits only, for example 090-1234-5678."),
        "too_short": gettext("This phone number is too short."),
        "too_long": gettext("This phone number is too long."),
        "unknown_country": gettext("The country code of this number is unknown."),
    }[reason]
