"""Identifiers: an email address, or a mobile number in any spelling."""

from __future__ import annotations

from typing import Literal, NamedTuple

from webapp.errors import NotAMailAddress, NotAPhoneNumber
from webapp.rules import contacts, phone_numbers
from webapp.rules.typed import visible


class Identifier(NamedTuple):
    """A typed identifier: ``value`` is a lower-cased address or E.164."""

    kind: Literal["email", "phone"]
    value: str


def read(text: str) -> Identifier:
    """Tell an email address from a number by its @. Whether it is known is not checked.

    Raises:
        NotAPhoneNumber: neither.
    """
    typed = visible(text)
    if "@" in typed:
        return Identifier("email", typed.lower() if typed.isascii() else _as_kept(typed))
    return Identifier("phone", phone_numbers.parse(typed).e164)


def shown(text: str | None) -> str:
    """Return a number in the spelling that its owner knows; an email address or anything else as it was typed."""
    typed = visible(text or "")
    if "@" in typed:
        return typed
    try:
        return phone_numbers.parse(typed).familiar
    except NotAPhoneNumber:
        return typed


def _as_kept(typed: str) -> str:
    """Return an address of an international domain as it is stored: in ASCII (RFC 5891)."""
    try:
        return contacts.read_mail(typed, None).value
    except NotAMailAddress:
        return typed.lower()


def mask_email(address: str) -> str:
    """Return ``h***@example.com``: what a page may show before sign-in (docs/promises.md#19)."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain}"
