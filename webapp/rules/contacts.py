"""Email addresses and numbers that may become an account's."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from webapp.errors import MailDomainRefused, MobileNeeded, NotAMailAddress, NotAPhoneNumber
from webapp.rules import phone_numbers
from webapp.rules.typed import visible

_LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the brackets
_LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1: mail servers refuse more, for ever

_EXTRA_DOTS = re.compile(
    r"\.+(?=\.|\Z)"
)  # Japanese carriers gave out addresses with dots in a row or before the @


class Contact(NamedTuple):
    """An address for messages: ``value`` is a lower-cased email address (``mail``) or E.164 (``sms``)."""

    channel: Literal["mail", "sms"]
    value: str


def read(text: str, domains: tuple[str, ...] | None) -> Contact:
    """Return the typed email address (it has an @) or mobile number; ``domains`` as for `read_mail`.

    Raises:
        NotAMailAddress, MailDomainRefused, NotAPhoneNumber, MobileNeeded: all for the field ``email``.
    """
    if "@" in visible(text):
        return read_mail(text, domains)
    try:
        return read_mobile(text)
    except (NotAPhoneNumber, MobileNeeded) as refusal:
        if isinstance(refusal, NotAPhoneNumber) and refusal.reason == "not_a_number":
            raise NotAMailAddress() from None
        refusal.field = "email"
        raise


def read_mail(text: str, domains: tuple[str, ...] | None) -> Contact:
    """Return the typed email address, full-width characters too. ``domains`` allows only these (sandbox mode).

    Raises:
        NotAMailAddress, MailDomainRefused.
    """
    from email_validator import EmailNotValidError, validate_email  # used on few pages, and slow to load

    typed = visible(text)
    local, _at, domain = typed.rpartition("@")
    if len(typed) > _LONGEST_ADDRESS or len(local) > _LONGEST_LOCAL_PART:
        raise NotAMailAddress()
    plain = _EXTRA_DOTS.sub("", local)
    try:
        read = validate_email(
            f"{plain}@{domain}", allow_smtputf8=False, check_deliverability=False, test_environment=True
        )
    except EmailNotValidError:
        raise NotAMailAddress() from None
    address = (read.ascii_email or read.normalized).lower()
    if plain != local:
        address = f"{local.lower()}@{address.rpartition('@')[2]}"
    if domains is not None and not is_within(address, domains):
        raise MailDomainRefused(domains)
    return Contact("mail", address)


def read_mobile(text: str, region: str = phone_numbers.HOME_REGION) -> Contact:
    """Return the typed number, if it takes texts.

    Raises:
        NotAPhoneNumber, MobileNeeded.
    """
    number = phone_numbers.parse(text, region)
    if number.kind == "landline":
        raise MobileNeeded()
    return Contact("sms", number.e164)


def is_within(address: str, domains: tuple[str, ...]) -> bool:
    """Return whether an email address belongs to one of ``domains`` or a subdomain."""
    domain = address.rpartition("@")[2]
    return any(domain == known or domain.endswith("." + known) for known in domains)
