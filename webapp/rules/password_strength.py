"""Which passwords are accepted: long enough, and not among the first guesses (docs/screens.md#passwords).

8 to 128 characters and no rules of composition (NIST SP 800-63B-4, password verifiers). Names, addresses, numbers and
birthdays are easy to guess, and are refused with the reason (docs/screens.md#b15).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any

from webapp.errors import WeakPassword, WeakReason
from webapp.shared.normal_forms import normalise

SHORTEST, LONGEST = 8, 128
ENOUGH_GUESSES = 1e8
"""Guesses that a password must take: zxcvbn's bound between "somewhat guessable" and "safely unguessable".

Eight characters at random take just that many.
"""
_LOOKED_AT = 72  # characters that zxcvbn takes; what comes after can only make a password stronger
_SITE = ("mihon", "見本", "nidankai")
_PUNCTUATION = re.compile(r"[\s\-_./,:()+@#*]+")
_JAPANESE_DATE = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])?(\d{1,4}|元)[年./-]\d{1,2}[月./-]\d{1,2}日?", re.IGNORECASE
)
_ROOM_BESIDE_A_DATE = 5  # characters; with more, the date is a part of something longer
_one_at_a_time = threading.Lock()


def refuse_weak(
    password: str, *, name: str, email: str | None, phone: str | None, field: str = "password"
) -> None:
    """Accept a password, or refuse it with the reason. ``field`` is the form's.

    Raises:
        WeakPassword: with the reason.
    """
    plain = normalise(password)
    if len(plain) < SHORTEST:
        raise WeakPassword("too_short", field=field)
    if len(plain) > LONGEST:
        raise WeakPassword("too_long", field=field)
    known = _known(name, email, phone)
    if (match := _JAPANESE_DATE.search(plain)) and len(plain) - len(match[0]) <= _ROOM_BESIDE_A_DATE:
        raise WeakPassword("date", field=field)
    reason = _reason(plain, known)
    digits = _PUNCTUATION.sub("", plain)  # 090-1234-5678 is no harder to guess than 09012345678
    if reason is None and digits != plain and digits.isascii() and digits.isdigit():
        reason = _reason(digits, known)
    if reason is not None:
        raise WeakPassword(reason, field=field)


def is_same(one: str, other: str) -> bool:
    """Return whether two typed passwords are the same after NFKC."""
    return normalise(one) == normalise(other)


def _known(name: str, email: str | None, phone: str | None) -> list[str]:
    """Return what an acquaintance would try: names, parts of the address, the number in its spellings."""
    known = [name, *name.split(), *_SITE]
    if email:
        local, _, domain = email.partition("@")
        known += [email, local, *re.split(r"[._+-]", local), domain, domain.partition(".")[0]]
    if phone:
        digits = phone.removeprefix("+")
        national = "0" + digits.removeprefix("81") if digits.startswith("81") else digits
        known += [digits, national, national[1:], national[3:], national[-8:], national[-4:]]
    return [normalise(each).lower() for each in known if len(each) > 1]


def _reason(plain: str, known: list[str]) -> WeakReason | None:
    from zxcvbn import zxcvbn  # 30,000 words, so loaded with the first new password

    with _one_at_a_time:  # the library keeps a call's words in a global
        found: Mapping[str, Any] = zxcvbn(plain[:_LOOKED_AT], user_inputs=known)
    if float(found["guesses"]) >= ENOUGH_GUESSES:
        return None
    return _why(found["sequence"])


def _why(parts: list[Mapping[str, Any]]) -> WeakReason:
    """Return the most helpful reason: whose data the password holds, else the kind of its longest part."""
    own = [part["token"] for part in parts if part.get("dictionary_name") == "user_inputs"]
    if any(len(token) > 2 or not token.isascii() for token in own):
        return "personal"
    longest = max(parts, key=lambda part: len(part["token"]))
    kinds: dict[str, WeakReason] = {
        "date": "date",
        "regex": "date",
        "repeat": "pattern",
        "sequence": "pattern",
        "spatial": "pattern",
        "dictionary": "common",
    }
    return kinds.get(longest["pattern"], "guessable")
