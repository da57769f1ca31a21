"""Points from a candidate's look and the characters around it, independent of words."""

import re

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import YEAR_WORDS

_MARGIN = 24  # characters that may stand around a code alone on its line
_OPENING, _CLOSING = "「『【[(（<«\"'*_>→≫`", "」』】])）>»\"'*_<←≪`"
_CURRENCY = re.compile(
    r"(?:[¥￥$€£₩₹₽฿₫₺₴]|(?<![A-Za-z])(?:rs|inr|usd|eur|jpy|krw|rmb|cny|nt|rp|idr|thb|vnd|brl|pln|gbp|chf|sar|aed)\.?)"
    r" ?-?$"
)
_KANA = re.compile("[\u3041-\u3096]")
_LETTERS = re.compile(r"\w")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PREFIXES = "בהלמוכש"  # Hebrew words of one letter
_AMOUNT_ENDS = "%‰°€$£₩₹₽฿₫₺₴"
_NUMBERING = "*•x+#№…"
_BLANKS = " \t\r\n>*_-=━─「『[(【"
_LABEL = re.compile(r"\W?[^\n:]{1,24}: ?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_NAME = 26
_LAST_WORD = re.compile(r"(\d+|[^\W\d_]+|©)\W{0,2}\Z")

Points = list[tuple[int, str]]


def add_look(text: str, one: Candidate, points: Points) -> None:
    """Add the points of a candidate's look."""
    if other := no_code(text, one):
        points.append(other)
    elif _in_marks(text, one):
        points.append((20, "set in marks"))
    elif text[one.start - 2 : one.start].strip().endswith(":"):
        points.append((8, "a colon before it"))
    size = len(one.value)
    if size == 6:
        points.append((14, "six digits" if one.value.isdigit() else "six letters"))
    elif size > 8:
        points.append((-40 if one.shape == "grouped" else -15, "long for a code"))
    _add_shape(text, one, points)


def _add_shape(text: str, one: Candidate, points: Points) -> None:
    size = len(one.value)
    if one.shape == "plain":
        if size == 8 and _DATE.fullmatch(one.value):
            points.append((-60, "like a date"))
        if size == 4 and one.value[:2] in ("19", "20"):
            word = _LAST_WORD.search(text, max(0, one.start - 16), one.start)
            dated = word is not None and (word.group(1) in YEAR_WORDS or word.group(1).isdigit())
            points.append((-80 if dated else -15, "like a year"))
    elif one.shape == "prefixed":
        points.append((-30, "behind two letters"))
    elif one.shape == "spoken":
        points.append((35, "spoken digit by digit"))
    elif one.shape == "grouped" and size == 4:
        plate = _KANA.search(text[max(0, one.start - 8) : one.start].rstrip()[-1:])
        points.append((-100 if plate else -30, "in pairs, like a number plate"))
    elif one.shape == "grouped" and _YEAR.match(one.value) and text[one.start + 4] == "-" and size != 8:
        points.append((-60, "begins with a year"))
    elif one.shape == "dotted":
        points.append((-15, "with a dot"))


def no_code(text: str, one: Candidate) -> tuple[int, str] | None:
    """Return what makes a candidate an amount, or a part of another number."""
    before, after = text[max(0, one.start - 8) : one.start], text[one.end : one.end + 1]
    last = before[-1:]
    if (after and after in _AMOUNT_ENDS) or _CURRENCY.search(before):
        return (-100, "an amount")
    if last and last in _NUMBERING and not (last == after == "*"):
        return (-70, "a masked or numbered one") if last != "*" or len(one.value) <= 4 else None
    if before.endswith("...") or (last == "-" and before[-2:-1].strip() and before[-2] not in _PREFIXES):
        return (-100, "the end of another number")
    return None


def _in_marks(text: str, one: Candidate) -> bool:
    before = text[max(0, one.start - 2) : one.start].strip()[-1:]
    after = text[one.end : one.end + 2].strip()[:1]
    return bool(before and after and before in _OPENING and after in _CLOSING)


def alone_on_line(text: str, one: Candidate) -> bool:
    """Return whether a candidate is alone on its line, in a text of several lines."""
    start = text.rfind("\n", max(0, one.start - _MARGIN), one.start) + 1
    end = text.find("\n", one.end, one.end + _MARGIN)
    if (not start and one.start > _MARGIN) or (end < 0 and one.end + _MARGIN < len(text)):
        return False
    end = end if end >= 0 else len(text)
    return not (_LETTERS.search(text, start, one.start) or _LETTERS.search(text, one.end, end))


def introduced(text: str, one: Candidate) -> int:
    """Return the end of the previous line if it ends with a colon, else the candidate's position."""
    start = max(0, one.start - _MARGIN)
    end = start + len(text[start : one.start].rstrip(_BLANKS))
    return end if text[end - 1 : end] == ":" and "\n" in text[end : one.start] else one.start


def labelled(text: str, first: int, one: Candidate) -> bool:
    """Return whether a message begins with a name and a colon, then the candidate."""
    return (
        one.start - first <= _LONGEST_NAME
        and _LABEL.fullmatch(text, max(0, first - 1), one.start) is not None
    )
