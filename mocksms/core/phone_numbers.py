"""Numbers and mailboxes: one canonical form each, and the line type of a number."""

import re
import secrets
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from mocksms.core.models import Kind
from mocksms.shared import normal_forms

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z")
_JAPAN = 81
_CALLING_CODES = frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
# Dashes, the minus sign, the long vowel mark of a Japanese keyboard, and invisible marks.
_HYPHENS = {ord(one): "-" for one in "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u30fc\u2500\u2501"}
_HYPHENS |= dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF], ""
)
_KEPT = 2  # digits that mean "mobile" in most countries; the rest is random until it is valid
_MOST_TRIES = 200
_FIXED = {phonenumbers.PhoneNumberType.FIXED_LINE}
# 0120, 0800, 0570 and 0990: in Japan calls reach them, texts do not (in North America texts do).
_CALLS_ONLY = {
    phonenumbers.PhoneNumberType.TOLL_FREE,
    phonenumbers.PhoneNumberType.SHARED_COST,
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.UAN,
}


def normalise(address: str, region: str = "JP") -> str:
    """Return the canonical form of an address: E.164 for a number, lower case for a mailbox.

    Accepts numbers as people type them (full-width, spaces, any hyphen, national, `tel:`, a trunk 0 after the country
    code). Anything else (a sender's name, a short code) is returned trimmed.
    """
    text = normal_forms.normalise(address)
    if text.startswith(" ") and text[1:].isdigit():
        text = "+" + text[1:]  # an unquoted plus sign in a form
    text = text.strip()
    if _E164.match(text) and not _has_trunk_zero(text):
        return text
    if "@" in text:
        return text.lower()
    return _parsed(text, region) or text


def _has_trunk_zero(number: str) -> bool:
    """Return whether a 0 follows the country code: in most countries it is only dialled inside the country."""
    return any(number[end : end + 1] == "0" and number[1:end] in _CALLING_CODES for end in (2, 3, 4))


@lru_cache(maxsize=4096)
def _parsed(text: str, region: str) -> str:
    if text[:4].lower() == "tel:":  # RFC 3966
        text = text[4:].partition(";")[0]
    text = text.translate(_HYPHENS)
    if not re.fullmatch(r"\+?[\d\s().\-]{5,30}", text):
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def random_mobile(region: str) -> str | None:
    """Return a random mobile number of a country in E.164, None for a country without any."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return None
    pattern = str(example.national_number)
    for _ in range(_MOST_TRIES):
        digits = "".join(secrets.choice("0123456789") for _ in pattern[_KEPT:])
        number = phonenumbers.PhoneNumber(example.country_code, int(pattern[:_KEPT] + digits))
        if phonenumbers.number_type(number) == phonenumbers.number_type(example):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def is_region(code: str) -> bool:
    """Return whether this is the code of a country that has phone numbers."""
    return code in phonenumbers.SUPPORTED_REGIONS


def is_e164(address: str) -> bool:
    """Return whether this is written in E.164, whatever lengths its country allows."""
    return _E164.match(address) is not None


@lru_cache(maxsize=4096)
def is_number(address: str) -> bool:
    """Return whether this is a number in E.164 of a length that its country allows."""
    if not _E164.match(address):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(address))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=4096)
def kind(address: str) -> Kind:
    """Return mobile, landline (calls reach it, texts don't) or mailbox.

    Numbers of countries that don't separate the two count as mobile.
    """
    if "@" in address:
        return "mailbox"
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return "mobile"
    of_type = phonenumbers.number_type(number)
    takes_calls_only = number.country_code == _JAPAN and of_type in _CALLS_ONLY
    return "landline" if of_type in _FIXED or takes_calls_only else "mobile"


class LookedUp(NamedTuple):
    """The numbering plan's data of a number. `errors` say why it is invalid; `line` is its line type."""

    number: str
    errors: tuple[str, ...] = ()
    country: str = ""
    calling_code: str = ""
    national: str = ""
    line: str = ""


_REASONS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "TOO_SHORT",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "TOO_SHORT",
    phonenumbers.NumberParseException.TOO_LONG: "TOO_LONG",
}
_POSSIBLE = {
    phonenumbers.ValidationResult.TOO_SHORT: "TOO_SHORT",
    phonenumbers.ValidationResult.TOO_LONG: "TOO_LONG",
    phonenumbers.ValidationResult.INVALID_LENGTH: "INVALID_LENGTH",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "TOO_SHORT",
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "INVALID_COUNTRY_CODE",
}
_LINES = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE: "landline",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    phonenumbers.PhoneNumberType.VOIP: "nonFixedVoip",
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "personal",
    phonenumbers.PhoneNumberType.TOLL_FREE: "tollFree",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium",
    phonenumbers.PhoneNumberType.SHARED_COST: "sharedCost",
    phonenumbers.PhoneNumberType.UAN: "uan",
    phonenumbers.PhoneNumberType.VOICEMAIL: "voicemail",
    phonenumbers.PhoneNumberType.PAGER: "pager",
}


def look_up(text: str, region: str = "JP") -> LookedUp:
    """Return the data of a number in its country's numbering plan."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        return LookedUp(text, (_REASONS.get(error.error_type, "NOT_A_NUMBER"),))
    possible = _POSSIBLE.get(phonenumbers.is_possible_number_with_reason(number))
    errors = (possible,) if possible else ()
    if not errors and not phonenumbers.is_valid_number(number):
        errors = ("INVALID_BUT_POSSIBLE",)
    form = phonenumbers.PhoneNumberFormat
    return LookedUp(
        phonenumbers.format_number(number, form.E164),
        errors,
        phonenumbers.region_code_for_number(number) or "",
        str(number.country_code),
        phonenumbers.format_number(number, form.NATIONAL),
        _LINES.get(phonenumbers.number_type(number), "unknown"),
    )


@lru_cache(maxsize=4096)
def formatted(address: str) -> str:
    """Return a number as its country writes it; return anything else unchanged."""
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
