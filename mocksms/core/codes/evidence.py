"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from mocksms.core.codes import layout, letters, sentences
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import BARE, IS, NUMBERS, TO
from mocksms.core.codes.layout import Points
from mocksms.core.codes.naming import Hit
from mocksms.core.codes.points import AFTER, ANYWHERE, BEFORE, POINTS_AFTER, POINTS_BEFORE, RIGHT_BEFORE
from mocksms.core.codes.sentences import BREAK

_SHORT = 100
_SLOWLY = 5  # characters a digit
_FAR = 12  # points between the best candidate and one that is no rival
_NEVER = -100  # of letters: they are no code, whatever is around them
_NAMED = -40  # points that say that a number is another one
_ALONE = (14, "no other number like it")
_MORE = {size: re.compile(rf"(?:\W*+\w){{{13 + size}}}") for size in range(4, 11)}  # than a code and a name
FARTHEST_BEFORE, FARTHEST_AFTER = 120, 60  # characters from a candidate that are looked at
THRESHOLD = 50
SPEAKS_OF_CODE = next((points, reason) for kind, points, reason in ANYWHERE if kind == "code")
_TWO_WORDS = re.compile(r"\w\W+\w+\W+\Z|\n")
_DIGIT = re.compile(r"\d")
_LETTERS = re.compile(r"\w")
_JOINT = ("", " ", "'")  # between a count and its unit
_NEAR = {"other": 8, "figures": 24}  # characters; of other words 16
_NEAR_COLON = 40  # where a colon follows
_PARTICLE = re.compile(r"[にでへをとが에][ 「『【]?\Z")  # 受付端末に 4821 と入れ
_PARTED = re.compile(rf"{_PARTICLE.pattern}|\w、|, ")
_ONCE = ("login", "life")
_ASKS = ("enter", "life", "secret")
_AT_ONCE, _UNCASED = 4, "\u0590"
_DONE = "the message says that something is done"
_DISCOUNT = "the message speaks of a discount"
_OBJECT = re.compile(r"[^\W\d_]{4}|[^\W\d_\x00-\u0589]{2}")
_NUMBER_NEXT = re.compile(r"\W{0,2}\d")


_total = attrgetter("total")


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
        first = _LETTERS.search(text)
        self.first = first.start() if first else 0
        asks = not self.kinds.isdisjoint(_ASKS)
        done = "done" in self.kinds and not asks
        if "slip" in self.kinds and (asks or self.kinds.isdisjoint(("done", "deal"))):
            hits = [hit._replace(kind="code") if hit.kind == "slip" else hit for hit in hits]
            self.kinds.add("code")
        self.hits = hits
        self.starts = [hit.start for hit in hits]
        self.of_all: Points = [(-15 if "code" in self.kinds else -40, _DONE)] if done else []
        self.of_all += [(points, reason) for kind, points, reason in ANYWHERE if kind in self.kinds]
        if "kept" in self.kinds and self.kinds.isdisjoint(_ONCE):
            self.of_all.append((-90, "the message gives a password that stays"))
        self.sells = False
        if "promo" in self.kinds:
            signs_in = any(
                hit.kind == "login" or (hit.kind == "code" and not text.startswith(BARE, hit.start))
                for hit in hits
            )
            self.of_all.append((-15 if signs_in else -120, _DISCOUNT))
            self.sells = not signs_in
        self.short = len(set(self.values)) == 1 and not _MORE[len(self.values[0])].match(text, 0, _SHORT)

    def best(self) -> Weighed:
        """Return the candidate with most points."""
        weighed = [self.weigh(each) for each in self.candidates]
        best = max(weighed, key=_total)
        rivals = [
            each
            for each in weighed
            if each.total > best.total - _FAR and not any(points <= _NAMED for points, _ in each.points)
        ]
        if best in rivals and all(each.candidate.value == best.candidate.value for each in rivals):
            return Weighed(best.candidate, best.total + _ALONE[0], [*best.points, _ALONE])
        return best

    def weigh(self, one: Candidate) -> Weighed:
        """Return a candidate's points and reasons."""
        alone = self.lines and layout.alone_on_line(self.text, one)
        first = bisect_left(self.starts, one.start)
        against = self._letters(one, first, alone) if one.shape == "letters" else []
        if sum([each[0] for each in against]) <= _NEVER:
            return Weighed(one, _NEVER, against)
        points = self._words_before(one, first, alone)
        self._words_after(one, first, alone, points)
        self._seen(one, alone, points)
        points += against
        points += self.of_all
        return Weighed(one, sum([each[0] for each in points]), points)

    def _letters(self, one: Candidate, first: int, alone: bool) -> Points:
        points = letters.look(one, "promo" in self.kinds, self.sells)
        if one.value.isalpha():
            right = self.hits[first] if first < len(self.hits) else None
            points += letters.alone(self.text, one, self.hits[max(0, first - 3) : first], right, alone)
            if (right and right.start == one.start) or letters.in_a_row(one, self.candidates, self.places):
                points.append((-120, "a word in capitals"))
        return points

    def _words_before(self, one: Candidate, last: int, alone: bool) -> Points:
        """Read the words on the left, the nearest first: the nearest one decides."""
        found: Points = []
        seen: set[str] = set()
        start = layout.introduced(self.text, one) if alone else one.start
        at = bisect_left(self.breaks, start)
        parted = _PARTICLE if one.shape == "spoken" else _PARTED
        colon = self.text[start - 2 : start].rstrip()[-1:] == ":"
        sentence = self.breaks[at - 1] if at else -1  # where the candidate's sentence begins
        if at and self.text[sentence] == "?" and not _TWO_WORDS.search(self.text, sentence, start):
            sentence = self.breaks[at - 2] if at > 1 else -1  # Is it you? Then 482913
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
                or kind not in POINTS_BEFORE
                or (kind == "other" and seen)
                or (broken and kind in ("code", "number", "figures") and "other" in seen)
            ):
                continue
            near = (
                not seen
                and not broken
                and distance <= (_NEAR_COLON if colon else _NEAR.get(kind, 16))
                and not _DIGIT.search(self.text, hit.end, one.start)
                and not (kind == "other" and parted.search(self.text, hit.end, one.start))
            )
            if near and kind == "enter" and not colon and start == one.start:
                near = not _OBJECT.search(self.text, hit.end, start)  # Présentez le billet 4821
            seen.add(kind)
            if not near and (
                (kind == "code" and (self._taken(place, _AT_ONCE) or self._follows(place, one)))
                or (kind == "enter" and _NUMBER_NEXT.match(self.text, hit.end) and not broken)
            ):
                continue  # it names another number: PIN 3084 with Devon (LV21 …; send 11 to 3000448
            if kind == "other" and near:
                before = self.hits[place - 1] if place else hit
                gap = self.text[before.end : hit.start]
                confirmed = before.kind == "login" and len(gap) <= 3 and not {"\n", ","} & {*gap}
                entered = self._entered(one, last) and not self.text.endswith(NUMBERS, hit.start, hit.end)
                far = distance > _NEAR[kind]  # 确认您的订单所需的号码: 4821
                if confirmed or entered or self._code_before(place):
                    found.append((-12 if confirmed or entered or far else -45, BEFORE[kind]))
                    continue
            points = POINTS_BEFORE[kind][0 if near else 1 if not broken else 2]
            if (
                broken
                and len(seen) == 1
                and kind in ("code", "figures")
                and _LETTERS.search(self.text, sentence + 1, start)
                and not self.text[max(0, start - 12) : start].rstrip(" :").endswith(IS)
            ):
                points //= 2  # its own sentence begins with other words
            if points:
                found.append((points, RIGHT_BEFORE[kind] if near else BEFORE[kind]))
            if near and kind in ("other", "code"):
                break
        return found

    def _entered(self, one: Candidate, first: int) -> bool:
        """Return whether a verb, or the word for a code, follows at once, as in 2026を入力."""
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
            if kind == "other" and one.shape == "letters" and distance <= 1:
                points.append((-60, "a word for another number at once after it"))
            if kind == "unit" and not seen and self.text[one.end : hit.start] in _JOINT:
                points.append((-90, "a unit follows"))
            if kind in seen or kind not in POINTS_AFTER or _DIGIT.search(self.text, one.end, hit.start):
                continue
            if (kind == "code" and self._taken(place, 40)) or (
                kind == "enter"
                and (
                    self._taken(place, _AT_ONCE)
                    or (
                        distance > _AT_ONCE
                        and self._taken(place, 40 if self.text[hit.start] < _UNCASED else 12)
                    )
                )
            ):
                continue
            seen.add(kind)
            near = distance <= (40 if kind == "code" else 16) and self.text[one.end] != ","
            at_once = 25 if place == first and kind == "enter" and self._entered(one, first) else 0
            points.append((POINTS_AFTER[kind][0 if near else 1] + at_once, AFTER[kind]))

    def _code_before(self, place: int) -> bool:
        """Return whether a word for a code is in the sentence before this word, and no number between them."""
        start = self.hits[place].start
        return any(
            hit.kind == "code"
            and start - hit.end <= 40
            and not BREAK.search(self.text, hit.end, start)
            and not _DIGIT.search(self.text, hit.end, start)
            for hit in self.hits[max(0, place - 5) : place]
        )

    def _follows(self, place: int, one: Candidate) -> bool:
        """Return whether this word is right behind another number: KASIM100 kodunu."""
        at = bisect_left(self.places, self.hits[place].start)
        other = self.candidates[at - 1] if at else one
        gap = self.hits[place].start - other.end
        return 0 <= gap <= 2 and other.value != one.value and not other.value.isalpha()

    def _taken(self, place: int, farthest: int) -> bool:
        """Return whether a number follows this word in its sentence: then it names that number."""
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
            points.append((35, "alone on its line"))
        if one.start <= self.first:
            points.append((25, "the message begins with it"))
        elif layout.labelled(self.text, self.first, one):
            points.append((16, "a name before it"))
        again = len(self.values) > 1 and self.values.count(one.value) > 1
        size, span = len(one.value), one.end - one.start
        if one.shape == "spoken" and (again or span >= _SLOWLY * size or span < 2 * size - 1):  # or in groups
            points.append((30, "spoken twice or slowly"))
        elif again:
            points.append((15, "said twice"))
        if self.short and (one.shape == "plain" or len(one.value) == 6) and self._at_an_edge(one):
            points.append((60, "little else in the message"))
        before = self.text[max(0, one.start - 12) : one.start].rstrip(" :'\"\n")
        if before.endswith(IS):
            points.append((10, "named by an is"))
        elif before.endswith(TO):
            points.append((-60, "something is sent to it"))
        layout.add_look(self.text, one, points)

    def _at_an_edge(self, one: Candidate) -> bool:
        """Return whether the message begins or ends with it."""
        return one.start <= self.first or not _LETTERS.search(self.text, one.end)
