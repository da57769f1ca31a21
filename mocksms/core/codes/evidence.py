"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.vocabulary import YEAR_WORDS, Hit

_SHORT = 100
_MARGIN = 24  # characters that may stand around a code alone on its line
FARTHEST_BEFORE, FARTHEST_AFTER = 120, 60  # characters from a candidate that are looked at
THRESHOLD = 50
_BREAK = re.compile(r"[。！？!?\n]|[.।](?=\s|$)")
_OPENING, _CLOSING = "「『【[(（<«\"'*_>→≫`", "」』】])）>»\"'*_<←≪`"
_CURRENCY = re.compile(
    r"(?:[¥￥$€£₩₹₽฿₫₺₴]|(?<![A-Za-z])(?:rs|inr|usd|eur|jpy|krw|rmb|cny|nt|rp|idr|thb|vnd|brl|pln|gbp|chf|sar|aed)\.?)"
    r" ?-?$"
)
_DIGIT = re.compile(r"\d")
_KANA = re.compile("[\u3041-\u3096]")
_LETTERS = re.compile(r"\w")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_AMOUNT_ENDS = tuple("%‰°€$£₩₹₽฿₫₺₴")
_REASONS = {
    "code": "a word for a code",
    "number": "a word for a number",
    "other": "a word for another number",
    "promo": "a word for a discount",
    "enter": "a word for entering",
    "login": "a word for signing in",
}
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


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its points and the reasons for them, strongest first."""

    candidate: Candidate
    points: int
    reasons: tuple[str, ...]


class Scene:
    """A text in lower case with its words, against which candidates are weighed."""

    def __init__(self, text: str, candidates: list[Candidate], hits: list[Hit]) -> None:
        self.text = text
        self.candidates = candidates
        self.hits = hits
        self.lines = "\n" in text.strip()
        self.places = [each.start for each in candidates]
        self.starts = [hit.start for hit in hits]
        self.values = Counter(each.value for each in candidates)
        self.kinds = {hit.kind for hit in hits}

    def weigh(self, candidate: Candidate) -> Weighed:
        """Return a candidate's points and reasons."""
        points = [
            *self._words_before(candidate),
            *self._words_after(candidate),
            *self._layout(candidate),
            *self._against(candidate),
        ]
        if _like_a_year(candidate):
            word = _LAST_WORD.search(self.text, max(0, candidate.start - 16), candidate.start)
            dated = word is not None and (word.group(1) in YEAR_WORDS or word.group(1).isdigit())
            points.append((-80 if dated else -15, "like a year"))
        points.sort(key=lambda each: -abs(each[0]))
        return Weighed(candidate, sum(each[0] for each in points), tuple(each[1] for each in points))

    def _words_before(self, one: Candidate) -> list[tuple[int, str]]:
        """Read the words on the left, the nearest first: the nearest one decides."""
        found: list[tuple[int, str]] = []
        last = bisect_left(self.starts, one.start)
        seen: set[str] = set()
        for hit in reversed(self.hits[max(0, last - 12) : last]):
            gap = self.text[hit.end : one.start]
            if len(gap) > FARTHEST_BEFORE:
                break
            breaks = len(_BREAK.findall(gap))
            kind = "other" if hit.kind == "promo" else hit.kind
            if (
                kind in seen
                or kind == "unit"
                or (kind == "other" and seen)
                or (kind in ("code", "number") and "other" in seen and breaks)
            ):
                continue
            near = (
                not seen
                and not breaks
                and len(gap) <= (8 if kind == "other" else 16)
                and not any(map(str.isdigit, gap))
            )
            if kind == "other" and near and self._code_before(hit):
                confirmed = any(
                    each.kind == "login" and 0 <= hit.start - each.end <= 3
                    for each in self.hits[max(0, last - 12) : last]
                )
                found.append((-12 if confirmed else -45, f"{_REASONS[kind]} before it"))
                seen.add(kind)
                continue
            if points := _POINTS_BEFORE[kind][0 if near else 1 if not breaks else 2]:
                found.append((points, f"{_REASONS[kind]} {'right ' if near else ''}before it"))
            seen.add(kind)
            if kind in ("other", "code") and near:
                break
        return found

    def _words_after(self, one: Candidate) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        first = bisect_left(self.starts, one.end)
        alone = self.alone_on_line(one)
        seen: set[str] = set()
        for hit in self.hits[first : first + 8]:
            gap = self.text[one.end : hit.start]
            if len(gap) > FARTHEST_AFTER or _BREAK.search(gap.lstrip("\n") if alone else gap):
                break
            if hit.kind == "unit" and gap in ("", " ") and not seen:
                found.append((-90, "a unit follows"))
            near = len(gap) <= 40 if hit.kind == "code" else len(gap) <= 16
            near = near and gap[:1] != ","
            if hit.kind in seen or any(map(str.isdigit, gap)):
                continue
            if hit.kind == "code" and self._taken(hit):
                continue
            if points := _POINTS_AFTER.get(hit.kind, (0, 0))[0 if near else 1]:
                found.append((points, f"{_REASONS[hit.kind]} after it"))
            seen.add(hit.kind)
        return found

    def _code_before(self, other: Hit) -> bool:
        """Tell whether a word for a code is in the sentence before this word, and no number between them."""
        before = self.hits[
            max(0, bisect_left(self.starts, other.start) - 3) : bisect_left(self.starts, other.start)
        ]
        return any(
            hit.kind == "code"
            and other.start - hit.end <= 30
            and not _BREAK.search(self.text, hit.end, other.start)
            and not _DIGIT.search(self.text, hit.end, other.start)
            for hit in before
        )

    def _taken(self, hit: Hit) -> bool:
        """Tell whether a number follows this word in its sentence: then it names that number."""
        at = bisect_left(self.places, hit.end)
        return (
            at < len(self.places)
            and self.places[at] - hit.end <= 40
            and not _BREAK.search(self.text, hit.end, self.places[at])
        )

    def _layout(self, one: Candidate) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        if self.alone_on_line(one):
            found.append((30, "alone on its line"))
        before = self.text[max(0, one.start - 2) : one.start].strip()[-1:]
        after = self.text[one.end : one.end + 2].strip()[:1]
        if before and after and before in _OPENING and after in _CLOSING:
            found.append((20, "set in marks"))
        if one.shape == "spoken":
            found.append((35, "spoken digit by digit"))
        if len(one.value) == 6:
            found.append((10, "six digits" if one.value.isdigit() else "six letters"))
        if not _LETTERS.search(self.text, 0, one.start):
            found.append((25, "the message begins with it"))
        if self.values[one.value] > 1:
            found.append((15, "said twice"))
        if len(self.values) == 1:
            found.append((12, "no other number like it"))
            if (one.shape == "plain" or len(one.value) == 6) and len(
                _LETTERS.findall(self.text[:_SHORT])
            ) <= 12 + len(one.value):
                found.append((60, "little else in the message"))
        found += [(points, reason) for kind, points, reason in _ANYWHERE if kind in self.kinds]
        return found

    def _against(self, one: Candidate) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        before, after = self.text[max(0, one.start - 8) : one.start], self.text[one.end : one.end + 4]
        if _CURRENCY.search(before) or after[:1] in _AMOUNT_ENDS:
            found.append((-100, "an amount"))
        if before[-1:] in ("*", "•", "x", "+", "#", "№", "…") and not (
            before[-1:] == "*" and after[:1] == "*"
        ):
            known = before[-1:] == "*" and len(one.value) > 4
            found.append((0 if known else -70, "a masked or numbered one"))
        if before.endswith("...") or (before[-1:] == "-" and before[-2:-1].strip()):
            found.append((-100, "the end of another number"))
        if one.shape == "plain" and _DATE.fullmatch(one.value):
            found.append((-60, "like a date"))
        if len(one.value) > 8:
            found.append((-15, "long for a code"))
        if "promo" in self.kinds and not one.value.isdigit():
            found.append((-80, "a discount's message"))
        if one.shape == "letters":
            found += self._against_letters(one)
        if one.shape == "grouped" and len(one.value) == 4:
            plate = _KANA.search(before.rstrip()[-1:])
            found.append((-100 if plate else -30, "in pairs, like a number plate"))
        if one.shape == "dotted":
            found.append((-15, "with a dot"))
        return found

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

    def _against_letters(self, one: Candidate) -> list[tuple[int, str]]:
        found = [(-5, "letters")]
        if one.value != one.value.upper():
            found.append((-45, "small letters"))
        if one.value.isalpha():
            found.append((-12, "letters only"))
            left = self.hits[
                max(0, bisect_left(self.starts, one.start) - 1) : bisect_left(self.starts, one.start)
            ]
            named = left and left[0].kind in ("code", "enter", "number") and one.start - left[0].end <= 30
            named = named and not _BREAK.search(self.text, left[0].end, one.start)
            if not (named or self.alone_on_line(one)):
                found.append((-120, "nothing before it says that a code comes"))
            at = bisect_left(self.places, one.start)
            beside = self.candidates[max(0, at - 1) : at + 2]
            if any(abs(each.start - one.end) <= 1 or abs(each.end - one.start) <= 1 for each in beside):
                found.append((-120, "a word in capitals"))
            at = bisect_left(self.starts, one.start)
            if self.hits[at : at + 1] and self.hits[at].start == one.start:
                found.append((-120, "a word in capitals"))
        return found


def _like_a_year(one: Candidate) -> bool:
    return one.shape == "plain" and len(one.value) == 4 and one.value[:2] in ("19", "20")
