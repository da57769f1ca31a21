"""Refusals as error texts: beside the field if there is one, else above the form. One place for all pages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp.challenges.engine import HELD, failure_reason
from webapp.errors import (
    BudgetSpent,
    DeliveryFailed,
    GatewayFailed,
    Refusal,
    SendCapReached,
    Throttled,
    WrongCode,
    refusal_name,
)
from webapp.pages.forms.base import Form, FormMessage
from webapp.pages.framework.durations import MEGABYTE, SettingTexts
from webapp.pages.framework.services import services
from webapp.pages.framework.shown_refusals import show, show_name
from webapp.pages.refusal_texts import TEXTS


class ShowErrors:
    """A block whose refusal becomes an error: beside its field in ``form``, above the form, or flashed without a
    form.

    A refusal without a text (a stale flow) goes on to `flow_pages.on_stale` or to the error handler.
    """

    def __init__(self, form: Form | None = None) -> None:
        self._form = form

    def __enter__(self) -> None:
        """Show nothing so far."""

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
            self._form.on_refusal(refusal)
            field = getattr(refusal, "field", None)
            is_beside = field is not None and self._form.refuse(field, text)
            self._form.message = FormMessage(None if is_beside else text, _wait(refusal))
        return True


def _wait(refusal: Refusal | DeliveryFailed) -> int | None:
    """Return the whole seconds until the same may be tried again; None if it may now."""
    if isinstance(refusal, Throttled | BudgetSpent):
        return max(1, math.ceil(refusal.retry_after_seconds))
    return math.ceil(refusal.wait_seconds) or None if isinstance(refusal, WrongCode) else None


def text_of(refusal: Refusal | DeliveryFailed) -> str | None:
    """Return the text for a refusal, or None if it needs a separate page."""
    name = refusal_name(refusal)
    if isinstance(refusal, GatewayFailed):
        name = f"GatewayFailed.{failure_reason(refusal)}"
    elif isinstance(refusal, SendCapReached):
        name = f"SendCapReached.{refusal.sent}"
    text = TEXTS.get(name, TEXTS.get(type(refusal).__name__))
    if text is None:
        return None
    filled = _filled(text, _facts(refusal))
    if isinstance(refusal, WrongCode) and refusal.may_be_clock:
        return gettext("%(error)s %(hint)s", error=filled, hint=TEXTS["WrongCode.clock"])
    return filled


class _Facts(dict[str, object]):
    """A refusal's own facts, and behind them the settings."""

    def __missing__(self, name: str) -> object:
        return SettingTexts(services().config)[name]


def _filled(text: object, facts: Mapping[str, object] = MappingProxyType({})) -> str:
    return str(text) % _Facts(facts)


def _facts(refusal: Refusal | DeliveryFailed) -> dict[str, object]:
    """Return the values for a refusal's text."""
    return {
        "domains": ", ".join(getattr(refusal, "domains", ())),
        "count": getattr(refusal, "limit", 0),
        "size": getattr(refusal, "limit_bytes", 0) // MEGABYTE,
    }


_NOT_SENT = {"capped": "SendCapReached", HELD: "SentRecently"}


def of_delivery(reason: str) -> str | None:
    """Return why a message was not sent, by `failure_reason`; None if it was. The page shows it."""
    kind = "refused" if reason in ("landline", "stopped", "unreachable") else reason
    refused = _NOT_SENT.get(reason)
    text = TEXTS.get(refused or f"GatewayFailed.{reason}")
    if text is None:
        return None
    show_name(refused or f"GatewayFailed.{kind}")
    return _filled(text)


_NOT_CALLED = {
    "no_answer": _("The call was not answered. We can call you again, or you can choose another method."),
    "busy": _(
        "The line was busy, or the call was declined. We can call you again, or "
        "you can choose another method."
    ),
    "canceled": _("The call was declined. We can call you again, or you can choose another method."),
    "failed": _("We couldn't connect the call. Check the number, or choose another method."),
}


def of_call(outcome: str) -> str | None:
    """Return why a call brought no code, by `calls.outcome`; None while it still may."""
    return str(_NOT_CALLED[outcome]) if outcome in _NOT_CALLED else None


def of_mail_delivery(reason: str) -> str | None:
    """Return why an email was not sent; None if it was. The page shows it."""
    if reason in ("sent", HELD):
        return of_delivery(reason)
    show_name("SendCapReached" if reason == "capped" else f"MailFailed.{reason}")
    return _filled(TEXTS["SendCapReached.approval" if reason == "capped" else "MailFailed"])
