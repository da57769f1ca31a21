"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from typing import NamedTuple

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.vocabulary import YEAR_WORDS, Hit

_SHORT = 100
_MORE = {size: re.compile(rf"(?:\W*+\w){{{13 + size}}}") for size in range(4, 11)}  # than a code and a name
_MARGIN = 24  # characters that may stand around a code alone on its line
FARTHEST_BEFORE, FARTHEST_AFTER = 120, 60  # characters from a candidate that are looked at
THRESHOLD = 50
_BREAK = re.compile(r"[。！？!?\n.।](?:(?<![.।])|(?=\s|$))")
_OPENING, _CLOSING = "「『【[(（<«\"'*_>→≫`", "」』】])）>»\"'*_<←≪`"
_CURRENCY = re.compile(
    r"(?:[¥￥$€£₩₹₽฿₫₺₴]|(?<![A-Za-z])(?:rs|inr|usd|eur|jpy|krw|rmb|cny|nt|rp|idr|thb|vnd|brl|pln|gbp|chf|sar|aed)\.?)"
    r" ?-?$"
)
_DIGIT = re.compile(r"\d")
_KANA = re.compile("[\u3041-\u3096]")
_LETTERS = re.compile(r"\w")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_AMOUNT_ENDS = "%‰°€$£₩₹₽฿₫₺₴"
_NUMBERING = "*•x+#№…"
_JOINT = ("", " ", "'")  # between a count and its unit
_REASONS = {
    "code": "a word for a code",
    "number": "a word for a number",
    "other": "a word for another number",
    "promo": "a word for a discount",
    "enter": "a word for entering",
    "login": "a word for signing in",
}
_BEFORE, _RIGHT_BEFORE, _AFTER = (
    {kind: f"{reason} {where}" for kind, reason in _REASONS.items()}
    for where in ("before it", "right before it", "after it")
)
# Right before it, in its sentence, in the sentence or line before.
_POINTS_BEFORE = {
    "code": (75, 50, 35),
    "number": (35, 20, 8),
    "other": (-100, -12, 0),
    "enter": (55, 30, 22),
    "login": (20, 15, 10),
}
_POINTS_AFTER = {
    "code": (60, 35),
    "number": (10, 5),
    "promo": (-30, -10),
    "enter": (45, 20),
    "login": (15, 12),
}
_ANYWHERE = (
    ("code", 8, "the message speaks of a code"),
    ("login", 10, "the message speaks of signing in"),
    ("enter", 6, "the message asks to enter something"),
    ("promo", -30, "the message speaks of a discount"),
)
_LAST_WORD = re.compile(r"(\d+|[^\W\d_]+|©)\W{0,2}\Z")


Points = list[tuple[int, str]]


class Weighed(NamedTuple):
    """A candidate with the sum of its points, and each with its reason."""

    candidate: Candidate
    total: int
    points: Points

    def reasons(self) -> str:
        """Return the three strongest reasons."""
        return "; ".join(reason for _, reason in sorted(self.points, key=lambda each: -abs(each[0]))[:3])


class Scene:
    """A text in lower case with its words, against which candidates are weighed."""

    def __init__(self, text: str, candidates: list[Candidate], hits: list[Hit]) -> None:
        self.text = text
        self.candidates = candidates
        self.hits = hits
        self.lines = "\n" in text.strip()
        self.places = [each.start for each in candidates]
        self.starts = [hit.start for hit in hits]
        self.breaks = [each.start() for each in _BREAK.finditer(text)]
        self.values = [each.value for each in candidates]
        self.kinds = {hit.kind for hit in hits}
        first = _LETTERS.search(text)
        self.first = first.start() if first else 0
        self.of_all: Points = [(points, reason) for kind, points, reason in _ANYWHERE if kind in self.kinds]
        self.short = False
        if len(set(self.values)) == 1:
            self.of_all.append((12, "no other number like it"))
            self.short = not _MORE[len(candidates[0].value)].match(text, 0, _SHORT)

    def weigh(self, one: Candidate) -> Weighed:
        """Return a candidate's points and reasons."""
        alone = self.alone_on_line(one)
        first = bisect_left(self.starts, one.start)
        points = self._words_before(one, first)
        self._words_after(one, first, alone, points)
        self._layout(one, alone, points)
        self._against(one, alone, points)
        points += self.of_all
        return Weighed(one, sum([each[0] for each in points]), points)

    def _words_before(self, one: Candidate, last: int) -> Points:
        """Read the words on the left, the nearest first: the nearest one decides."""
        found: Points = []
        seen: set[str] = set()
        at = bisect_left(self.breaks, one.start)
        sentence = self.breaks[at - 1] if at else -1  # where the candidate's sentence begins
        for place in range(last - 1, max(-1, last - 13), -1):
            hit = self.hits[place]
            distance = one.start - hit.end
            if distance > FARTHEST_BEFORE:
                break
            broken = sentence >= hit.end
            kind = "other" if hit.kind == "promo" else hit.kind
            if (
                kind in seen
                or kind == "unit"
                or (kind == "other" and seen)
                or (broken and kind in ("code", "number") and "other" in seen)
            ):
                continue
            near = (
                not seen
                and not broken
                and distance <= (8 if kind == "other" else 16)
                and not _DIGIT.search(self.text, hit.end, one.start)
            )
            seen.add(kind)
            if kind == "other" and near and self._code_before(place):
                confirmed = self.hits[place - 1].kind == "login" and hit.start - self.hits[place - 1].end <= 3
                found.append((-12 if confirmed else -45, _BEFORE[kind]))
                continue
            if points := _POINTS_BEFORE[kind][0 if near else 1 if not broken else 2]:
                found.append((points, _RIGHT_BEFORE[kind] if near else _BEFORE[kind]))
            if near and kind in ("other", "code"):
                break
        return found

    def _words_after(self, one: Candidate, first: int, alone: bool, points: Points) -> None:
        seen: set[str] = set()
        start = one.end
        while alone and self.text[start : start + 1] == "\n":
            start += 1
        at = bisect_left(self.breaks, start)
        stop = self.breaks[at] if at < len(self.breaks) else len(self.text)
        for place in range(first, min(first + 8, len(self.hits))):
            hit = self.hits[place]
            distance = hit.start - one.end
            if distance > FARTHEST_AFTER or hit.start > stop:
                break
            if distance < 0:
                continue
            kind = hit.kind
            if kind == "unit" and not seen and self.text[one.end : hit.start] in _JOINT:
                points.append((-90, "a unit follows"))
            if kind in seen or _DIGIT.search(self.text, one.end, hit.start):
                continue
            if kind == "code" and self._taken(hit):
                continue
            seen.add(kind)
            if kind in _POINTS_AFTER:
                near = distance <= (40 if kind == "code" else 16) and self.text[one.end] != ","
                points.append((_POINTS_AFTER[kind][0 if near else 1], _AFTER[kind]))

    def _code_before(self, place: int) -> bool:
        """Tell whether a word for a code is in the sentence before this word, and no number between them."""
        start = self.hits[place].start
        return any(
            hit.kind == "code"
            and start - hit.end <= 30
            and not _BREAK.search(self.text, hit.end, start)
            and not _DIGIT.search(self.text, hit.end, start)
            for hit in self.hits[max(0, place - 3) : place]
        )

    def _taken(self, hit: Hit) -> bool:
        """Tell whether a number follows this word in its sentence: then it names that number."""
        at = bisect_left(self.places, hit.end)
        return (
            at < len(self.places)
            and self.places[at] - hit.end <= 40
            and not _BREAK.search(self.text, hit.end, self.places[at])
        )

    def _layout(self, one: Candidate, alone: bool, points: Points) -> None:
        if alone:
            points.append((30, "alone on its line"))
        before = self.text[max(0, one.start - 2) : one.start].strip()[-1:]
        after = self.text[one.end : one.end + 2].strip()[:1]
        if before and after and before in _OPENING and after in _CLOSING:
            points.append((20, "set in marks"))
        if one.shape == "spoken":
            points.append((35, "spoken digit by digit"))
        if len(one.value) == 6:
            points.append((10, "six digits" if one.value.isdigit() else "six letters"))
        if one.start <= self.first:
            points.append((25, "the message begins with it"))
        if len(self.values) > 1 and self.values.count(one.value) > 1:
            points.append((15, "said twice"))
        if self.short and (one.shape == "plain" or len(one.value) == 6):
            points.append((60, "little else in the message"))

    def _against(self, one: Candidate, alone: bool, points: Points) -> None:
        before, after = self.text[max(0, one.start - 8) : one.start], self.text[one.end : one.end + 1]
        last = before[-1:]
        if (after and after in _AMOUNT_ENDS) or _CURRENCY.search(before):
            points.append((-100, "an amount"))
        if last and last in _NUMBERING and not (last == after == "*"):
            if last != "*" or len(one.value) <= 4:
                points.append((-70, "a masked or numbered one"))
        elif before.endswith("...") or (last == "-" and before[-2:-1].strip()):
            points.append((-100, "the end of another number"))
        if one.shape == "letters":
            self._against_letters(one, alone, points)
        elif one.shape == "plain":
            if len(one.value) == 8 and _DATE.fullmatch(one.value):
                points.append((-60, "like a date"))
            if len(one.value) == 4 and one.value[:2] in ("19", "20"):
                word = _LAST_WORD.search(self.text, max(0, one.start - 16), one.start)
                dated = word is not None and (word.group(1) in YEAR_WORDS or word.group(1).isdigit())
                points.append((-80 if dated else -15, "like a year"))
        elif one.shape == "grouped" and len(one.value) == 4:
            plate = _KANA.search(before.rstrip()[-1:])
            points.append((-100 if plate else -30, "in pairs, like a number plate"))
        elif one.shape == "dotted":
            points.append((-15, "with a dot"))
        if len(one.value) > 8:
            points.append((-15, "long for a code"))
        if "promo" in self.kinds and not one.value.isdigit():
            points.append((-80, "a discount's message"))

    def alone_on_line(self, one: Candidate) -> bool:
        """Tell whether nothing else is on the candidate's line, where a text has several."""
        if not self.lines:
            return False
        start = self.text.rfind("\n", max(0, one.start - _MARGIN), one.start) + 1
        end = self.text.find("\n", one.end, one.end + _MARGIN)
        if (not start and one.start > _MARGIN) or (end < 0 and one.end + _MARGIN < len(self.text)):
            return False
        end = end if end >= 0 else len(self.text)
        return not (_LETTERS.search(self.text, start, one.start) or _LETTERS.search(self.text, one.end, end))

    def _against_letters(self, one: Candidate, alone: bool, points: Points) -> None:
        points.append((-5, "letters"))
        if one.value != one.value.upper():
            points.append((-45, "small letters"))
        if not one.value.isalpha():
            return
        points.append((-12, "letters only"))
        at = bisect_left(self.starts, one.start)
        left = self.hits[at - 1] if at else None
        named = (
            left is not None
            and left.kind in ("code", "enter", "number")
            and one.start - left.end <= 30
            and not _BREAK.search(self.text, left.end, one.start)
        )
        if not (named or alone):
            points.append((-120, "nothing before it says that a code comes"))
        place = bisect_left(self.places, one.start)
        beside = self.candidates[max(0, place - 1) : place + 2]
        if (at < len(self.hits) and self.starts[at] == one.start) or any(
            abs(each.start - one.end) <= 1 or abs(each.end - one.start) <= 1 for each in beside
        ):
            points.append((-120, "a word in capitals"))
