"""What a message says as a whole, whatever digits are in it. Messages of one template share it."""

from collections.abc import Hashable
from functools import lru_cache

from mocksms.core.codes import sentences, vocabulary
from mocksms.core.codes.languages import BARE
from mocksms.core.codes.naming import Hit
from mocksms.core.codes.points import ANYWHERE, Points

Spans = tuple[tuple[int, int], ...]  # of the candidates in a text

FARTHEST_BEFORE, FARTHEST_AFTER = 120, 60  # characters from a candidate whose words count
_FIRST = 160  # characters, a subject's too, whose words tell what a message is about
_LONGEST_KEPT, _MOST_KEPT, _MOST_KNOWN = 1000, 2048, 50
_ONCE = ("login", "life")
_ASKS = ("enter", "life", "secret")
_DONE = "the message says that something is done"
_DISCOUNT = "the message speaks of a discount"


class Frame:
    """A text's words and sentences, and the points that they give every candidate."""

    def __init__(self, text: str, spans: Spans) -> None:
        self.breaks = [each.start() for each in sentences.BREAK.finditer(text)]
        hits = vocabulary.find_words(text, _windows(spans, len(text)))
        kinds = {hit.kind for hit in hits}
        if not kinds.isdisjoint(sentences.SAYS_NONE):
            hits = sentences.without_none(hits, self.breaks, [start for start, _ in spans])
            kinds = {hit.kind for hit in hits}
        asks = not kinds.isdisjoint(_ASKS)
        done = "done" in kinds and not asks
        if "slip" in kinds and (asks or kinds.isdisjoint(("done", "deal"))):
            hits = [hit._replace(kind="code") if hit.kind == "slip" else hit for hit in hits]
            kinds.add("code")
        if "check" in kinds:
            kind = "other" if "bill" in kinds else "code"
            hits = [hit._replace(kind=kind) if hit.kind == "check" else hit for hit in hits]
            kinds.add(kind)
        self.known: dict[Hashable, Points] = {}  # the points of candidates seen before
        self.hits = hits
        self.kinds = kinds
        self.starts = [hit.start for hit in hits]
        first = sentences.LETTERS.search(text)
        self.first = first.start() if first else 0
        self.of_all: Points = [(-15 if "code" in kinds else -40, _DONE)] if done else []
        self.of_all += [(points, reason) for kind, points, reason in ANYWHERE if kind in kinds]
        if "kept" in kinds and kinds.isdisjoint(_ONCE):
            self.of_all.append((-90, "the message gives a permanent password"))
        self.sells = False
        if "promo" in kinds:
            signs_in = any(_signs_in(text, hit) for hit in hits)
            self.of_all.append((-15 if signs_in else -120, _DISCOUNT))
            self.sells = not signs_in

    def remember(self, candidate: Hashable, points: Points) -> None:
        """Keep the points of a candidate for the next message of this template."""
        if len(self.known) < _MOST_KNOWN:
            self.known[candidate] = points


def _signs_in(text: str, hit: Hit) -> bool:
    return hit.kind == "login" or (hit.kind == "code" and not text.startswith(BARE, hit.start))


_kept = lru_cache(maxsize=_MOST_KEPT)(Frame)


def frame(text: str, spans: Spans) -> Frame:
    """Return the frame of a text in lower case whose digits are masked."""
    return _kept(text, spans) if len(text) <= _LONGEST_KEPT else Frame(text, spans)


def _windows(spans: Spans, length: int) -> list[tuple[int, int]]:
    """Return the parts of a text whose words count: its beginning and what is around each candidate."""
    if length < _FIRST + FARTHEST_AFTER:
        return [(0, length)]
    windows = [(0, min(length, _FIRST))]
    for first, last in spans:
        start, end = first - FARTHEST_BEFORE, min(length, last + FARTHEST_AFTER)
        if start <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((start, end))
    return windows
