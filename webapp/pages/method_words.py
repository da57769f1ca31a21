"""What a method is called where its owner, having proven to be one, may see all of it."""

from __future__ import annotations

from flask_babel import gettext

from webapp.rules import phone_numbers
from webapp.store.methods import Method


def method_label(method: Method) -> str:
    """Such as "SMS: 090-1234-5678"."""
    if method.number is None:
        return gettext("Authenticator app")
    number = phone_numbers.parse(method.number)
    shown = number.national if number.e164.startswith("+81") else number.international
    if method.kind == "voice":
        return gettext("Voice call: %(number)s", number=shown)
    return gettext("Text message (SMS): %(number)s", number=shown)
