"""Add up what speaks for and against a candidate."""

import re
from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from mocksms.core.codes import frame as framing
from mocksms.core.codes import layout, letters, nearby
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.languages import IS, TO
from mocksms.core.codes.points import AFTER, ANYWHERE, RIGHT_BEFORE, Points
from mocksms.core.codes.surroundings import Surroundings
from mocksms.core.codes.text import masked

_SHORT = 100
_SLOWLY = 5  # characters a digit
_FAR = 12  # points between the best candidate and one that is no rival
_NEVER = -100  # of letters: they are no code, whatever is around them
_NAMED = -40  # points that say that a number is another one
_ALONE = (14, "no other number like it")
_MORE = {size: re.compile(rf"(?:\W*+\w){{{13 + size}}}") for size in range(4, 11)}  # than a code and a name
THRESHOLD = 50
SPEAKS_OF_CODE = next((points, reason) for kind, points, reason in ANYWHERE if kind == "code")
_CLAUSE = 6  # characters to a comma: 别把验证码给任何人，请报1414
_SENT_TO = re.compile(r"\b(?:text|txt|sms|send|whatsapp)\b[^.!?\n:]{1,24} to \Z")
_SEVERAL = (-50, "one of several numbers")
_NAMED_CODE = RIGHT_BEFORE["code"]
_LINE = (35, "alone on its line")
_FRAUD = (-80, "a fraud warning with a number to call")
_SURELY = (RIGHT_BEFORE["code"], AFTER["code"])
_total = attrgetter("total")


class Weighed(NamedTuple):
    """A candidate with the sum of its points, and each with its reason."""

    candidate: Candidate
    total: int
    points: Points

    def is_named(self) -> bool:
        """Return whether a word for a code is right before it."""
        return any(reason == _NAMED_CODE for _, reason in self.points)

    def reasons(self) -> str:
        """Return the three strongest reasons."""
        strongest = sorted([(-abs(points), reason) for points, reason in self.points])[:3]
        return "; ".join([reason for _, reason in strongest])


class Scene(Surroundings):
    """A text in lower case with its words, against which candidates are weighed."""

    def __init__(self, text: str, candidates: list[Candidate]) -> None:
        frame = framing.frame(masked(text), tuple([(each.start, each.end) for each in candidates]))
        super().__init__(text, candidates, frame)
        self.frame = frame
        self.values = [each.value for each in candidates]
        order = {value: place for place, value in enumerate(self.values)}
        self.same = len(order) == 1
        # All about the candidates that the points of one may depend on: which values are the same, and the shapes.
        self.alike = tuple([(order[each.value], each.shape) for each in candidates])

    def best(self) -> Weighed:
        """Return the candidate with most points."""
        weighed = [self.weigh(each) for each in self.candidates]
        best = max(weighed, key=_total)
        rivals = [
            each
            for each in weighed
            if each.total > best.total - _FAR and not any(points <= _NAMED for points, _ in each.points)
        ]
        if self._names_several(best, rivals):
            return Weighed(best.candidate, best.total + _SEVERAL[0], [*best.points, _SEVERAL])
        if best in rivals and all(each.candidate.value == best.candidate.value for each in rivals):
            return Weighed(best.candidate, best.total + _ALONE[0], [*best.points, _ALONE])
        return best

    def _names_several(self, best: Weighed, rivals: list[Weighed]) -> bool:
        """Return whether the same word names another number too: course code 2204, project code 7731."""
        if self.same or not best.is_named():
            return False
        word = self._word_before(best.candidate)
        return any(
            each.candidate.value != best.candidate.value
            and each.is_named()
            and self._word_before(each.candidate) == word
            for each in rivals
        )

    def _word_before(self, one: Candidate) -> str:
        hit = self.hits[bisect_left(self.starts, one.start) - 1]
        return self.text[hit.start : hit.end]

    def weigh(self, one: Candidate) -> Weighed:
        """Return a candidate's points and reasons."""
        if one.shape == "letters":
            return self._weigh_letters(one)
        key = (one.start, one.end, one.shape, len(one.value), self.alike)
        known = self.frame.known.get(key)
        if known is None:
            known = self._around(one, self._is_alone(one))
            self.frame.remember(key, known)
        points = [*known, *layout.of_digits(self.text, one), *self.frame.of_all]
        if "scam" in self.frame.kinds and self._is_to_call(one, points):
            points.append(_FRAUD)
        return Weighed(one, sum([each[0] for each in points]), points)

    def _weigh_letters(self, one: Candidate) -> Weighed:
        key = (one.start, one.end, one.value, "", self.alike)
        known = self.frame.known.get(key)
        if known is None:
            alone = self._is_alone(one)
            known = self._letters(one, alone)
            if sum([each[0] for each in known]) > _NEVER:
                known += [*self._around(one, alone), *self.frame.of_all]
            self.frame.remember(key, known)
        return Weighed(one, sum([each[0] for each in known]), known)

    def _is_alone(self, one: Candidate) -> bool:
        return "\n" in self.text and layout.alone_on_line(self.text, one)

    def _around(self, one: Candidate, alone: bool) -> Points:
        """Return the points from all that is around a candidate, whatever its digits are."""
        first = bisect_left(self.starts, one.start)
        points = nearby.words_before(self, one, first, alone)
        nearby.words_after(self, one, first, alone, points)
        self._seen(one, alone, points)
        return points

    def _is_to_call(self, one: Candidate, points: Points) -> bool:
        """Return whether it could be whom to call, in a message that warns of fraud."""
        if one.start <= self.first or (len(one.value) == 6 and not one.value.startswith("11")):
            return False
        parted = "," in self.text[max(0, one.start - _CLAUSE) : one.start]
        reasons = {reason for _, reason in points}
        return _LINE[1] not in reasons and (parted or reasons.isdisjoint(_SURELY))

    def _letters(self, one: Candidate, alone: bool) -> Points:
        points = letters.look(one, "promo" in self.frame.kinds, self.frame.sells)
        if one.value.isalpha():
            first = bisect_left(self.starts, one.start)
            right = self.hits[first] if first < len(self.hits) else None
            points += letters.alone(self.text, one, self.hits[max(0, first - 3) : first], right, alone)
            if (right and right.start == one.start) or letters.in_a_row(one, self.candidates, self.places):
                points.append((-120, "a word in capitals"))
        return points

    def _seen(self, one: Candidate, alone: bool, points: Points) -> None:
        """Add what the whole message says about a candidate, and what its look and its surroundings say."""
        if alone:
            points.append(_LINE)
        if one.start <= self.first:
            points.append((25, "the message begins with it"))
        elif layout.labelled(self.text, self.first, one):
            points.append((16, "a name before it"))
        if self.in_a_list(one):
            points.append(_SEVERAL)
        if self.behind_a_word(one):
            points.append((-60, "sent after a word"))
        again = len(self.values) > 1 and self.values.count(one.value) > 1
        size, span = len(one.value), one.end - one.start
        if one.shape == "spoken" and (again or span >= _SLOWLY * size or span < 2 * size - 1):  # or in groups
            points.append((30, "spoken twice or slowly"))
        elif again:
            points.append((15, "said twice"))
        if (one.shape == "plain" or size == 6) and self._is_short(size) and self.at_an_edge(one):
            points.append((60, "little else in the message"))
        before = self.text[max(0, one.start - 12) : one.start].rstrip(" :'\"\n")
        if before.endswith(IS):
            points.append((10, "introduced by “is” or similar"))
        elif before.endswith(TO) or _SENT_TO.search(self.text, max(0, one.start - 40), one.start):
            points.append((-60, "a number to send something to"))
        layout.add_look(self.text, one, points)

    def _is_short(self, size: int) -> bool:
        return self.same and not _MORE[size].match(self.text, 0, _SHORT)
