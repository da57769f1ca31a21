"""A phone: a text message, or a call that speaks the code."""

from __future__ import annotations

from webapp.errors import LandlineNeedsCall
from webapp.factors.factor import SentFactor
from webapp.rules import phone_numbers
from webapp.store.methods import Method


class Voice(SentFactor):
    """A call that speaks the code."""

    kind = "voice"

    def read(self, typed: str, region: str) -> str:
        """Return the number as E.164. Raise ``NotAPhoneNumber``."""
        return phone_numbers.parse(typed, region).e164

    def number_to_notify(self, method: Method) -> str | None:
        """Return the number. Its present holder learns only that it was replaced."""
        return method.number


class Sms(Voice):
    """A text message with the code."""

    kind = "sms"

    def read(self, typed: str, region: str) -> str:
        """Return the number as E.164. Raise ``NotAPhoneNumber``, ``LandlineNeedsCall``."""
        number = phone_numbers.parse(typed, region)
        if number.kind == "landline":
            raise LandlineNeedsCall()
        return number.e164
