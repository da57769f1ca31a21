"""What speaks against a candidate that has letters: it may be a word, a discount's code, a flight."""

import re
from bisect import bisect_left

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.naming import Hit
from mocksms.core.codes.points import Points
from mocksms.core.codes.sentences import BREAK

_VERB_LAST = 24  # characters between letters and the word behind them: 「QWTRPD」を入力
_NAMING_LAST = 30  # characters between the words that name a code and its letters
_PROMO = re.compile(r"([A-Z]{3,8})\d{1,4}[A-Z]{0,4}")
_FLIGHT = re.compile(r"[A-Z]{2}\d{2,4}")
_VOWELLESS = re.compile(r"[^AEIOUY]{4}|Q(?!U)|\A[^AEIOU]*\Z")
_UNSPEAKABLE = re.compile(r"[^AEIOUY]{4}|Q(?!U)|\A[^AEIOU]*[AEIOU]?[^AEIOU]*\Z")
_PASSED = ("login", "deal", "life")  # between the word and the letters: código de verificación QWTRPD
_FOR = ("code", "login")  # QWTRPD is your code; a shorter one may be a bank: HSBC
_SURE = 6
_SENT = re.compile(r"['\"]? (?:to|an|au|al|ao|a|aan|na|на|ke|đến|tới|gui|gửi) \+?\d{3}")  # SMS TEST to 62884
_COLON = re.compile(r"[^.!?\n:]{0,24}: ?")
_NAMING = ("code", "enter", "by", "number", "figures")


def look(one: Candidate, promo: bool, sells: bool) -> Points:
    """Return what the letters themselves say; `promo`: the message speaks of a discount, `sells`: of nothing else."""
    upper = one.value.upper()
    points: Points = [(-12, "letters")]
    if one.value != upper:
        points.append((-35, "lower-case letters"))
    if (word := _PROMO.fullmatch(one.value)) and not _VOWELLESS.search(word.group(1)):
        points.append((-80, "a word and a number, like a discount code"))
    if promo:
        spoken = not _UNSPEAKABLE.search(upper) if upper.isalpha() else word
        points.append((-80 if spoken or sells else -20, "a discount message"))
    if _FLIGHT.fullmatch(one.value):
        points.append((-30, "like a flight or an order"))
    return points


def alone(text: str, one: Candidate, before: list[Hit], right: Hit | None, on_its_line: bool) -> Points:
    """Return what speaks against letters without digits, with the known words on both sides."""
    points: Points = [(-12, "letters only")]
    random = _UNSPEAKABLE.search(one.value.upper()) is not None
    named = on_its_line
    left = next((hit for hit in reversed(before) if hit.kind not in _PASSED), None)
    if (
        left is not None
        and left.kind in _NAMING
        and one.start - left.end <= _NAMING_LAST
        and not BREAK.search(text, left.end, one.start)
    ):
        named = True
        if left.kind in ("enter", "by") and not random and not on_its_line:
            points.append((-60, "a word that can be spoken"))
    elif (
        random
        and len(one.value) >= _SURE
        and before
        and before[-1].kind == "login"
        and _COLON.fullmatch(text, before[-1].end, one.start)
    ):
        named = True
    elif right is not None and random and right.start - one.end <= _VERB_LAST:
        named = (
            named or right.kind in ("enter", "figures") or (right.kind in _FOR and len(one.value) >= _SURE)
        )
    if _SENT.match(text, one.end):
        points.append((-120, "a word to send to a number"))
    if not named:
        points.append((-120, "nothing says that a code follows"))
    return points


def in_a_row(one: Candidate, candidates: list[Candidate], places: list[int]) -> bool:
    """Return whether another candidate is beside it: then both are words in capitals."""
    place = bisect_left(places, one.start)
    return any(
        abs(each.start - one.end) <= 1 or abs(each.end - one.start) <= 1
        for each in candidates[max(0, place - 1) : place + 2]
    )
