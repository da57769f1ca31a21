"""The numbering plans of all countries: what `phone_numbers` asks of the library."""

from __future__ import annotations

import re

import phonenumbers
from babel import Locale
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from webapp.errors import NotAPhoneNumber, PhoneNumberReason
from webapp.rules.phone_numbers import HOME_REGION, JAPAN, Kind, PhoneNumber
from webapp.rules.typed import visible

_E164_DIGITS = 15  # ITU-T E.164 §6.2.1
_LONGEST_INPUT = 64
_TEN_DIGITS = re.compile(r"[5-9]0")
_MOBILE_RANGE = re.compile(r"[679]0")
_EXTRA_DASHES = str.maketrans(dict.fromkeys("ー−ｰ─━‐‑‒–—―", "-"))
_EXTENSION_MARKS = frozenset("#,;~*")
_KINDS: dict[int, Kind] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",  # North America: a text may well arrive
    PhoneNumberType.FIXED_LINE: "landline",
}
# 0120, 0800, 0570 and 0990 take calls, and no texts.
_JAPANESE_CALLS_ONLY = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.UAN,
}
_REASONS: dict[int, PhoneNumberReason] = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "unknown_country",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too_short",
    phonenumbers.NumberParseException.TOO_LONG: "too_long",
}
_IMPOSSIBLE: dict[int, PhoneNumberReason] = {
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_COUNTRY_CODE: "unknown_country",
}


def parse(text: str, region: str) -> PhoneNumber:
    """Read a number as typed. Raises NotAPhoneNumber."""
    typed = visible(text[: _LONGEST_INPUT + 1]).translate(_EXTRA_DASHES)
    if not typed:
        raise NotAPhoneNumber("empty")
    if len(typed) > _LONGEST_INPUT:
        raise NotAPhoneNumber("too_long")
    # "0120-FLOWERS" would be dialled, and an extension (#12) cut off: its main line would ring.
    if any(char.isalpha() or char in _EXTENSION_MARKS for char in typed):
        raise NotAPhoneNumber("not_a_number")
    try:
        number = _abroad(typed) or phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as refused:
        raise NotAPhoneNumber(_REASONS.get(refused.error_type, "not_a_number")) from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible != ValidationResult.IS_POSSIBLE:
        raise NotAPhoneNumber(_IMPOSSIBLE.get(possible, "not_a_number"))
    if number.country_code == JAPAN:
        _check_japanese_length(phonenumbers.national_significant_number(number))
    return _described(number)


def _abroad(typed: str) -> phonenumbers.PhoneNumber | None:
    """Return the number behind 00, which means + in most countries, if it is one. Japan has services there (0077)."""
    if not typed.startswith("00"):
        return None
    try:
        number = phonenumbers.parse(f"+{typed[2:]}")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _check_japanese_length(digits: str) -> None:
    """Refuse lengths outside Japan's plan: 9, and 10 for 050 to 090 (総務省). The library allows 8 to 17."""
    expected = (10,) if _TEN_DIGITS.match(digits) else (9, 10)
    if len(digits) < expected[0]:
        raise NotAPhoneNumber("too_short")
    if len(digits) > expected[-1]:
        raise NotAPhoneNumber("too_long")


def _described(number: phonenumbers.PhoneNumber) -> PhoneNumber:
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(e164) > _E164_DIGITS + 1:
        raise NotAPhoneNumber("too_long")
    return PhoneNumber(
        e164=e164,
        kind=_kind(number),
        national=phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        international=phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
        last3=e164[-3:],
    )


def _kind(number: phonenumbers.PhoneNumber) -> Kind:
    of_type = phonenumbers.number_type(number)
    known = _KINDS.get(of_type)
    if known is None and number.country_code == JAPAN:
        if of_type in _JAPANESE_CALLS_ONLY:
            return "landline"
        # Ranges not assigned yet, such as the 090-0000-0000 of testers.
        digits = phonenumbers.national_significant_number(number)
        return "mobile" if _MOBILE_RANGE.match(digits) else "other"
    return known or "other"


def region_of(e164: str) -> str:
    """Return the ISO 3166 code of a number's country; "" when there is none."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) or ""


def regions(language: str) -> list[tuple[str, str]]:
    """Return each region with its label in ``language``: Japan first, then by name."""
    names = Locale.parse(language).territories
    labelled = [
        (region, f"{names.get(region, region)} +{phonenumbers.country_code_for_region(region)}")
        for region in phonenumbers.SUPPORTED_REGIONS
    ]
    return sorted(labelled, key=lambda pair: (pair[0] != HOME_REGION, pair[1]))
