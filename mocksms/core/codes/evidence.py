"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from mocksms.core.codes import layout, letters, nearby, sentences
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import BARE, IS, TO
from mocksms.core.codes.layout import Points
from mocksms.core.codes.naming import Hit
from mocksms.core.codes.points import AFTER, ANYWHERE, RIGHT_BEFORE
from mocksms.core.codes.sentences import BREAK
from mocksms.core.codes.surroundings import Surroundings

_SHORT = 100
_SLOWLY = 5  # characters a digit
_FAR = 12  # points between the best candidate and one that is no rival
_NEVER = -100  # of letters: they are no code, whatever is around them
_NAMED = -40  # points that say that a number is another one
_ALONE = (14, "no other number like it")
_MORE = {size: re.compile(rf"(?:\W*+\w){{{13 + size}}}") for size in range(4, 11)}  # than a code and a name
THRESHOLD = 50
SPEAKS_OF_CODE = next((points, reason) for kind, points, reason in ANYWHERE if kind == "code")
_ONCE = ("login", "life")
_ASKS = ("enter", "life", "secret")
_DONE = "the message says that something is done"
_DISCOUNT = "the message speaks of a discount"
_FRAUD = (-80, "a warning of fraud, with a number to call")
_SURELY = (RIGHT_BEFORE["code"], AFTER["code"])
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


class Scene(Surroundings):
    """A text in lower case with its words, against which candidates are weighed."""

    def __init__(self, text: str, candidates: list[Candidate], hits: list[Hit]) -> None:
        breaks = [each.start() for each in BREAK.finditer(text)]
        self.kinds = {hit.kind for hit in hits}
        if not self.kinds.isdisjoint(sentences.SAYS_NONE):
            hits = sentences.without_none(hits, breaks, [each.start for each in candidates])
            self.kinds = {hit.kind for hit in hits}
        asks = not self.kinds.isdisjoint(_ASKS)
        done = "done" in self.kinds and not asks
        if "slip" in self.kinds and (asks or self.kinds.isdisjoint(("done", "deal"))):
            hits = [hit._replace(kind="code") if hit.kind == "slip" else hit for hit in hits]
            self.kinds.add("code")
        super().__init__(text, candidates, hits, breaks)
        self.lines = "\n" in text
        self.values = [each.value for each in candidates]
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
        points = nearby.words_before(self, one, first, alone)
        nearby.words_after(self, one, first, alone, points)
        self._seen(one, alone, points)
        if "scam" in self.kinds and self._is_to_call(one, alone, points):
            points.append(_FRAUD)
        points += against
        points += self.of_all
        return Weighed(one, sum([each[0] for each in points]), points)

    def _is_to_call(self, one: Candidate, alone: bool, points: Points) -> bool:
        """Return whether it could be whom to call, in a message that warns of fraud."""
        if alone or len(one.value) == 6 or one.start <= self.first:
            return False
        return not any(reason in _SURELY for _, reason in points)

    def _letters(self, one: Candidate, first: int, alone: bool) -> Points:
        points = letters.look(one, "promo" in self.kinds, self.sells)
        if one.value.isalpha():
            right = self.hits[first] if first < len(self.hits) else None
            points += letters.alone(self.text, one, self.hits[max(0, first - 3) : first], right, alone)
            if (right and right.start == one.start) or letters.in_a_row(one, self.candidates, self.places):
                points.append((-120, "a word in capitals"))
        return points

    def _seen(self, one: Candidate, alone: bool, points: Points) -> None:
        """Add what the whole message says about a candidate, and what its look and its surroundings say."""
        if alone:
            points.append((35, "alone on its line"))
        if one.start <= self.first:
            points.append((25, "the message begins with it"))
        elif layout.labelled(self.text, self.first, one):
            points.append((16, "a name before it"))
        if self.behind_a_word(one):
            points.append((-60, "sent behind a word"))
        again = len(self.values) > 1 and self.values.count(one.value) > 1
        size, span = len(one.value), one.end - one.start
        if one.shape == "spoken" and (again or span >= _SLOWLY * size or span < 2 * size - 1):  # or in groups
            points.append((30, "spoken twice or slowly"))
        elif again:
            points.append((15, "said twice"))
        if self.short and (one.shape == "plain" or len(one.value) == 6) and self.at_an_edge(one):
            points.append((60, "little else in the message"))
        before = self.text[max(0, one.start - 12) : one.start].rstrip(" :'\"\n")
        if before.endswith(IS):
            points.append((10, "named by an is"))
        elif before.endswith(TO):
            points.append((-60, "something is sent to it"))
        layout.add_look(self.text, one, points)
