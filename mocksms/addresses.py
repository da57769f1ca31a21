"""Numbers and mailboxes: one spelling for each, and what kind of line a number is."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from mocksms.models import Kind

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
_FIXED = {phonenumbers.PhoneNumberType.FIXED_LINE}


def normalise(address: str, region: str = "JP") -> str:
    """The one spelling an address is kept under: E.164 for a number, lower case for a mailbox.

    Takes numbers as people type them (full-width, spaces, hyphens, national). What is neither number nor
    mailbox (a sender's name, a short code) is returned trimmed.
    """
    text = unicodedata.normalize("NFKC", address)
    if text.startswith(" ") and text[1:].isdigit():
        text = "+" + text[1:]  # a form that was sent without quoting its plus sign
    text = text.strip()
    if _E164.match(text):
        return text
    if "@" in text:
        return text.lower()
    return _parsed(text, region) or text


@lru_cache(maxsize=4096)
def _parsed(text: str, region: str) -> str:
    if not re.fullmatch(r"\+?[\d\s().\-]{5,30}", text):
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_e164(address: str) -> bool:
    """Whether this is written as a number in E.164, whatever its country makes of its length."""
    return _E164.match(address) is not None


@lru_cache(maxsize=4096)
def is_number(address: str) -> bool:
    """Whether this is a number in E.164 of a length its country can have."""
    if not _E164.match(address):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def kind(address: str) -> Kind:
    """mobile, landline or mailbox. Numbers whose country tells no difference count as mobile."""
    if "@" in address:
        return "mailbox"
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return "mobile"
    return "landline" if phonenumbers.number_type(number) in _FIXED else "mobile"


@lru_cache(maxsize=4096)
def formatted(address: str) -> str:
    """A number as people of its country write it; what is no number is left as it is."""
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
