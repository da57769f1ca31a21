"""A text with its words and candidates, and how those are related to each other."""

import itertools
from bisect import bisect_left

from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.frame import Frame
from mocksms.core.codes.sentences import BREAK, DIGIT, LETTERS

AT_ONCE = 4  # characters between a number and the word that belongs to it
UNCASED = "\u0590"  # alphabets without capitals begin here, most of them
_AND = frozenset(
    (
        "and",
        "und",
        "et",
        "y",
        "e",
        "en",
        "i",
        "ve",
        "и",
        "і",
        "та",
        "و",
        "dan",
        "và",
        "और",
        "และ",
        "と",
        "和",
        "及",
    )
)
_LABEL = 40  # characters from a word to what it speaks of


class Surroundings:
    """A text in lower case with its words and its candidates."""

    def __init__(self, text: str, candidates: list[Candidate], frame: Frame) -> None:
        self.text = text
        self.candidates = candidates
        self.places = [each.start for each in candidates]
        self.hits, self.starts = frame.hits, frame.starts
        self.breaks = frame.breaks
        self.first = frame.first

    def entered(self, one: Candidate, first: int) -> bool:
        """Return whether a verb, or the word for a code, follows at once, as in 2026を入力."""
        if first >= len(self.hits):
            return False
        hit = self.hits[first]
        if not 0 < hit.start - one.end <= AT_ONCE:
            return False
        gap = self.text[one.end : hit.start]
        if hit.kind == "code":
            return self.text[hit.start] < UNCASED and not gap.strip(" '")
        return hit.kind == "enter" and not gap.lstrip(" ")[:1].isascii()

    def verb_follows(self, one: Candidate, first: int) -> bool:
        """Return whether a verb for entering is right behind it."""
        if first >= len(self.hits):
            return False
        hit = self.hits[first]
        return hit.kind == "enter" and 0 < hit.start - one.end <= AT_ONCE

    def before(self, place: int, kind: str) -> int:
        """Return how many words of this kind are before this word in its sentence, with no number between them."""
        start = self.hits[place].start
        return sum(
            hit.kind == kind
            and start - hit.end <= _LABEL
            and not BREAK.search(self.text, hit.end, start)
            and not DIGIT.search(self.text, hit.end, start)
            for hit in self.hits[max(0, place - 5) : place]
        )

    def follows(self, place: int, one: Candidate) -> bool:
        """Return whether this word is right behind another number: KASIM100 kodunu."""
        at = bisect_left(self.places, self.hits[place].start)
        other = self.candidates[at - 1] if at else one
        gap = self.hits[place].start - other.end
        return 0 <= gap <= 2 and other.value != one.value and not other.value.isalpha()

    def taken(self, place: int, farthest: int) -> bool:
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

    def in_a_list(self, one: Candidate) -> bool:
        """Return whether "and" joins it to another number of its length: a message has one code."""
        place = bisect_left(self.places, one.start)
        beside = self.candidates[max(0, place - 1) : place + 2]
        for first, second in itertools.pairwise(beside):
            if first.value != second.value and self.text[first.end : second.start].strip(" ,") in _AND:
                return first.shape == second.shape == "plain"
        return False

    def behind_a_word(self, one: Candidate) -> bool:
        """Return whether a word in capitals is before it that a message asks to send: reply CANCEL 4471."""
        place = bisect_left(self.places, one.start) - 1
        word = self.candidates[place] if place >= 0 else one
        if not word.value.isalpha() or one.start - word.end != 1:
            return False
        at = bisect_left(self.starts, word.start) - 1
        return at >= 0 and self.hits[at].kind == "enter" and word.start - self.hits[at].end <= AT_ONCE

    def at_an_edge(self, one: Candidate) -> bool:
        """Return whether the message begins or ends with it."""
        return one.start <= self.first or not LETTERS.search(self.text, one.end)
