"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from typing import NamedTuple

from mocksms.core.codes import layout, sentences
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import BARE
from mocksms.core.codes.layout import Points
from mocksms.core.codes.sentences import BREAK
from mocksms.core.codes.vocabulary import Hit

_SHORT = 100
_MORE = {size: re.compile(rf"(?:\W*+\w){{{13 + size}}}") for size in range(4, 11)}  # than a code and a name
FARTHEST_BEFORE, FARTHEST_AFTER = 120, 60  # characters from a candidate that are looked at
THRESHOLD = 50
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"\w")
_JOINT = ("", " ", "'")  # between a count and its unit
_REASONS = {
    "code": "a word for a code",
    "number": "a word for a number",
    "figures": "a word for digits",
    "other": "a word for another number",
    "promo": "a word for a discount",
    "enter": "a word for entering",
    "by": "a word for using",
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
    "figures": (50, 30, 16),
    "other": (-100, -12, 0),
    "enter": (55, 30, 22),
    "by": (38, 8, 0),
    "login": (26, 17, 10),
}
_POINTS_AFTER = {
    "code": (60, 35),
    "number": (10, 5),
    "figures": (20, 10),
    "promo": (-30, -10),
    "enter": (45, 20),
    "login": (24, 14),
}
_NEAR = {"other": 8, "figures": 24}  # characters; of other words 16
_ANYWHERE = (
    ("code", 8, "the message speaks of a code"),
    ("login", 10, "the message speaks of signing in"),
    ("enter", 6, "the message asks to enter something"),
)
_AT_ONCE, _UNCASED = 3, "\u0590"
_DISCOUNT = "the message speaks of a discount"
_VERB_LAST = 24  # characters between letters and the verb behind them: 「QWTRPD」を入力
_PROMO = re.compile(r"([A-Z]{4,8})\d{1,3}[A-Z]{0,4}")
_UNSPEAKABLE = re.compile(r"[^aeiouy]{4}|q(?!u)|\A[^aeiou]*[aeiou]?[^aeiou]*\Z")


class Weighed(NamedTuple):
    """A candidate with the sum of its points, and each with its reason."""

    candidate: Candidate
    total: int
    points: Points

    def reasons(self) -> str:
        """Return the three strongest reasons."""
        strongest = sorted([(-abs(points), reason) for points, reason in self.points])[:3]
        return "; ".join([reason for _, reason in strongest])


class Scene:
    """A text in lower case with its words, against which candidates are weighed."""

    def __init__(self, text: str, candidates: list[Candidate], hits: list[Hit]) -> None:
        self.text = text
        self.candidates = candidates
        self.lines = "\n" in text
        self.places = [each.start for each in candidates]
        self.breaks = [each.start() for each in BREAK.finditer(text)]
        self.values = [each.value for each in candidates]
        self.kinds = {hit.kind for hit in hits}
        if not self.kinds.isdisjoint(sentences.SAYS_NONE):
            hits = sentences.without_none(hits, self.breaks, self.places)
            self.kinds = {hit.kind for hit in hits}
        self.hits = hits
        self.starts = [hit.start for hit in hits]
        first = _LETTERS.search(text)
        self.first = first.start() if first else 0
        self.of_all: Points = [(points, reason) for kind, points, reason in _ANYWHERE if kind in self.kinds]
        if "promo" in self.kinds:
            signs_in = any(
                hit.kind == "login" or (hit.kind == "code" and not text.startswith(BARE, hit.start))
                for hit in hits
            )
            self.of_all.append((-15, _DISCOUNT) if signs_in else (-120, f"{_DISCOUNT}, not of signing in"))
        self.short = False
        if (
            len(candidates) == 1
            or len({each.value for each in candidates if not layout.no_code(text, each)}) <= 1
        ):
            self.of_all.append((14, "no other number like it"))
            self.short = len(set(self.values)) == 1 and not _MORE[len(candidates[0].value)].match(
                text, 0, _SHORT
            )

    def weigh(self, one: Candidate) -> Weighed:
        """Return a candidate's points and reasons."""
        alone = self.lines and layout.alone_on_line(self.text, one)
        first = bisect_left(self.starts, one.start)
        points = self._words_before(one, first, alone)
        self._words_after(one, first, alone, points)
        self._seen(one, alone, points)
        points += self.of_all
        return Weighed(one, sum([each[0] for each in points]), points)

    def _words_before(self, one: Candidate, last: int, alone: bool) -> Points:
        """Read the words on the left, the nearest first: the nearest one decides."""
        found: Points = []
        seen: set[str] = set()
        start = layout.introduced(self.text, one) if alone else one.start
        at = bisect_left(self.breaks, start)
        sentence = self.breaks[at - 1] if at else -1  # where the candidate's sentence begins
        if start < one.start:
            found.append((20, "a colon before its line"))
        for place in range(last - 1, max(-1, last - 13), -1):
            hit = self.hits[place]
            distance = start - hit.end
            if distance > FARTHEST_BEFORE:
                break
            broken = sentence >= hit.end
            kind = "other" if hit.kind == "promo" else hit.kind
            if (
                kind in seen
                or kind not in _POINTS_BEFORE
                or (kind == "other" and seen)
                or (broken and kind in ("code", "number", "figures") and "other" in seen)
            ):
                continue
            near = (
                not seen
                and not broken
                and distance <= _NEAR.get(kind, 16)
                and not _DIGIT.search(self.text, hit.end, one.start)
            )
            seen.add(kind)
            if kind == "other" and near:
                before = self.hits[place - 1] if place else hit
                gap = self.text[before.end : hit.start]
                confirmed = before.kind == "login" and len(gap) <= 3 and "\n" not in gap
                entered = self._entered(one, last)
                if confirmed or entered or self._code_before(place):
                    found.append((-12 if confirmed or entered else -45, _BEFORE[kind]))
                    continue
            points = _POINTS_BEFORE[kind][0 if near else 1 if not broken else 2]
            if (
                broken
                and len(seen) == 1
                and kind in ("code", "figures")
                and _LETTERS.search(self.text, sentence + 1, start)
            ):
                points //= 2  # its own sentence begins with other words
            if points:
                found.append((points, _RIGHT_BEFORE[kind] if near else _BEFORE[kind]))
            if near and kind in ("other", "code"):
                break
        return found

    def _entered(self, one: Candidate, first: int) -> bool:
        """Tell whether a verb, or the word for a code, follows at once, as in 2026を入力."""
        if first >= len(self.hits):
            return False
        hit = self.hits[first]
        if not 0 < hit.start - one.end <= _AT_ONCE:
            return False
        if hit.kind == "code":
            return self.text[hit.start] < _UNCASED and not self.text[one.end : hit.start].strip(" '")
        return hit.kind == "enter" and not self.text[one.end].isascii()

    def _words_after(self, one: Candidate, first: int, alone: bool, points: Points) -> None:
        seen: set[str] = set()
        start = one.end
        if one.start <= self.first:  # 482913. Use it …
            start += len(self.text[start : start + 2]) - len(self.text[start : start + 2].lstrip(".。! "))
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
            if kind in seen or kind not in _POINTS_AFTER or _DIGIT.search(self.text, one.end, hit.start):
                continue
            if (kind == "code" and self._taken(place, 40)) or (
                kind == "enter"
                and distance > _AT_ONCE
                and self._taken(place, 40 if self.text[hit.start] < _UNCASED else 12)
            ):
                continue
            seen.add(kind)
            near = distance <= (40 if kind == "code" else 16) and self.text[one.end] != ","
            at_once = 25 if place == first and kind == "enter" and self._entered(one, first) else 0
            points.append((_POINTS_AFTER[kind][0 if near else 1] + at_once, _AFTER[kind]))

    def _code_before(self, place: int) -> bool:
        """Tell whether a word for a code is in the sentence before this word, and no number between them."""
        start = self.hits[place].start
        return any(
            hit.kind == "code"
            and start - hit.end <= 30
            and not BREAK.search(self.text, hit.end, start)
            and not _DIGIT.search(self.text, hit.end, start)
            for hit in self.hits[max(0, place - 3) : place]
        )

    def _taken(self, place: int, farthest: int) -> bool:
        """Tell whether a number follows this word in its sentence: then it names that number."""
        end = self.hits[place].end
        at = bisect_left(self.places, end)
        if at == len(self.places):
            return False
        number = self.places[at]
        return (
            number - end <= farthest
            and not BREAK.search(self.text, end, number)
            and not any(
                hit.kind == "other" and hit.start < number for hit in self.hits[place + 1 : place + 4]
            )
        )

    def _seen(self, one: Candidate, alone: bool, points: Points) -> None:
        """Add what the whole message says about a candidate, and what its look and its surroundings say."""
        if alone:
            points.append((30, "alone on its line"))
        if one.start <= self.first:
            points.append((25, "the message begins with it"))
        elif layout.labelled(self.text, self.first, one):
            points.append((10, "a name and a colon before it"))
        if len(self.values) > 1 and self.values.count(one.value) > 1:
            points.append((15, "said twice"))
        if self.short and (one.shape == "plain" or len(one.value) == 6) and self._at_an_edge(one):
            points.append((60, "little else in the message"))
        layout.add_look(self.text, one, points)
        if one.shape == "letters":
            self._against_letters(one, alone, points)
        if "promo" in self.kinds and not one.value.isdigit():
            points.append((-80, "a discount's message"))

    def _at_an_edge(self, one: Candidate) -> bool:
        """Tell whether the message begins or ends with it."""
        return one.start <= self.first or not _LETTERS.search(self.text, one.end)

    def _against_letters(self, one: Candidate, alone: bool, points: Points) -> None:
        points.append((-5, "letters"))
        if one.value != one.value.upper():
            points.append((-45, "small letters"))
        if (word := _PROMO.fullmatch(one.value)) and not _UNSPEAKABLE.search(word.group(1).lower()):
            points.append((-80, "a word and a number, like a discount's code"))
        if not one.value.isalpha():
            return
        points.append((-12, "letters only"))
        at = bisect_left(self.starts, one.start)
        left = self.hits[at - 1] if at else None
        right = self.hits[at] if at < len(self.hits) else None
        random = _UNSPEAKABLE.search(one.value.lower()) is not None
        named = alone
        if (
            left is not None
            and left.kind in ("code", "enter", "by", "number", "figures")
            and one.start - left.end <= 30
            and not BREAK.search(self.text, left.end, one.start)
        ):
            named = True
            if left.kind in ("enter", "by") and not random and not alone:
                points.append((-60, "a word that can be spoken"))
        elif (
            right is not None
            and right.kind in ("enter", "figures")
            and 0 <= right.start - one.end <= _VERB_LAST
        ):
            named = named or random
        if not named:
            points.append((-120, "nothing says that a code comes"))
        place = bisect_left(self.places, one.start)
        beside = self.candidates[max(0, place - 1) : place + 2]
        if (at < len(self.hits) and self.starts[at] == one.start) or any(
            abs(each.start - one.end) <= 1 or abs(each.end - one.start) <= 1 for each in beside
        ):
            points.append((-120, "a word in capitals"))
