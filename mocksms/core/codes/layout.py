"""Points from a candidate's look and the characters around it, independent of words."""

import re

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import AT, YEAR_WORDS
from mocksms.core.codes.points import Points

_MARGIN = 24  # characters that may stand around a code alone on its line
_OPENING, _CLOSING = "「『【[(（<«\"'*_>→≫`", "」』】])）>»\"'*_<←≪`"
_CURRENCY = re.compile(
    r"(?:[¥￥$€£₩₹₽฿₫₺₴]|(?<![A-Za-z])(?:rs|inr|usd|eur|jpy|krw|rmb|cny|nt|rp|idr|thb|vnd|brl|pln|gbp|chf|sar|aed)\.?)"
    r" ?-?$"
)
_KANA = re.compile("[\u3041-\u3096]")
_LETTERS = re.compile(r"\w")
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963])"  # with the marks of Hindi
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_PREFIXES = "בהלמוכש"  # Hebrew words of one letter
_AMOUNT_ENDS = "%‰°€$£₩₹₽฿₫₺₴"
_MEASURE = re.compile(
    r"\d+(?:[KMGT]?B|[kmc]?m|k?g|ml|l|k?Wh?|mAh|min|[ap]m|st|nd|rd|th|pts?|pcs|x)|\d\d?[hH]\d\d",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(r"(?<![a-z])[a-z]{2}\d\d \Z")
_PROVINCES = frozenset(
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
)  # before a plate in China
_PLATE = re.compile(r"(?<![a-z])[a-z]{1,3}-[a-z]{1,2} \Z")
_NUMBERING = "*•x+#№…"
_BLANKS = " \t\r\n>*_-=━─「『[(【"
_LABEL = re.compile(r"\W?(?:[^\n:!,\d]{1,24}[:!,]|[^\n\d]{1,24}[\])】>]) ?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_HOURS = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d-(?:[01]\d|2[0-4])[0-5]\d")  # 0900-1730
_TIME = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d")
_SERVICE = re.compile(r"1[5-9]\d\d-\d{4}")  # a company's number in Korea
_OUR_CENTURIES = ("19", "20")
_CENTURIES = (*_OUR_CENTURIES, "14", "25")  # the last two: of the Persian and of the Thai year
_PHONES = "06789"  # how phone numbers of nine digits begin
_SHAPES = {
    "prefixed": (-45, "after two letters"),
    "spoken": (16, "spoken digit by digit"),
    "dotted": (-15, "with a dot"),
}
_LONGEST_NAME = 26
_JOINED = (
    "\u0e00"  # scripts that do not part words by blanks begin here: a year's word may be inside a longer one
)
_YEAR_WORDS = [f"(?<!{_LETTER})" * (word < _JOINED) + re.escape(word) for word in sorted(YEAR_WORDS)]
_DATED = re.compile(rf"(?:\d|{'|'.join(_YEAR_WORDS)})\W{{0,2}}\Z")


def add_look(text: str, one: Candidate, points: Points) -> None:
    """Add the points of a candidate's look."""
    if other := no_code(text, one):
        points.append(other)
    elif _in_marks(text, one):
        points.append((20, "in brackets or other marks"))
    elif text[one.start - 2 : one.start].strip().endswith(":"):
        points.append((16, "a colon before it"))
    size = len(one.value)
    if size == 6:
        points.append((18, "six digits") if one.value.isdigit() else (24, "six letters"))
    elif size > 8:
        points.append((-15, "long for a code"))
    if one.shape in _SHAPES:
        points.append(_SHAPES[one.shape])


def of_digits(text: str, one: Candidate) -> Points:
    """Return the points of what a candidate's digits look like: a year, a phone number."""
    points: Points = []
    size, shape = len(one.value), one.shape
    if shape == "plain":
        _add_plain(text, one, points)
    elif shape == "grouped":
        _add_groups(text, one, points)
        if size > 9 or (size == 9 and one.value[0] in _PHONES):
            points.append((-25, "like a phone number"))
    elif shape == "spoken" and size == 10 and one.value[0] == "0":
        points.append((-41, "spoken like a phone number"))
    return points


def _add_plain(text: str, one: Candidate, points: Points) -> None:
    size = len(one.value)
    if size <= 5 and one.value.endswith("00"):
        points.append((-25, "a round number"))
    if size == 8 and _DATE.fullmatch(one.value):
        points.append((-60, "like a date"))
    if size != 4:
        return
    if _TIME.match(one.value) and text[max(0, one.start - 9) : one.start].rstrip().endswith(AT):
        points.append((-70, "like a time"))
    if one.value[:2] in _CENTURIES:
        dated = _DATED.search(text, max(0, one.start - 16), one.start)
        if dated or one.value[:2] in _OUR_CENTURIES:
            points.append((-80 if dated else -15, "like a year"))


def _add_groups(text: str, one: Candidate, points: Points) -> None:
    size = len(one.value)
    if size == 8 and _HOURS.match(text, one.start):
        points.append((-100, "a span of time"))
    elif size == 8 and _SERVICE.match(text, one.start):
        points.append((-40, "like a phone number"))
    elif size == 4:
        plate = _KANA.search(text[max(0, one.start - 8) : one.start].rstrip()[-1:])
        points.append((-100 if plate else -20, "in pairs, like a number plate"))
    elif size != 8 and _YEAR.match(one.value) and text[one.start + 4] == "-":
        points.append((-60, "begins with a year"))


def no_code(text: str, one: Candidate) -> tuple[int, str] | None:
    """Return what makes a candidate an amount, or a part of another number."""
    before, after = text[max(0, one.start - 8) : one.start], text[one.end : one.end + 1]
    last = before[-1:]
    if (after and after in _AMOUNT_ENDS) or _CURRENCY.search(before):
        return (-100, "an amount")
    if last and last in _NUMBERING and not (last == after and last in "*#"):
        return (
            (-60 if last == "#" else -70, "part of a masked or numbered item")
            if last != "*" or len(one.value) <= 4
            else None
        )
    if one.shape == "letters" and _MEASURE.fullmatch(one.value):
        return (-100, "an amount with its unit")
    if _ACCOUNT.search(before) or (one.shape == "letters" and _ACCOUNT.search(text, one.start, one.end + 1)):
        return (-100, "part of an account number")
    if (len(one.value) <= 4 and _PLATE.search(before)) or (one.shape == "letters" and last in _PROVINCES):
        return (-100, "a number plate")
    if before.endswith("..") or (last == "-" and before[-2:-1].strip() and before[-2] not in _PREFIXES):
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
    """Return whether a message begins with a name, set apart by a mark, then the candidate."""
    return (
        one.start - first <= _LONGEST_NAME
        and _LABEL.fullmatch(text, max(0, first - 1), one.start) is not None
    )
