"""Where sentences end, and which of them mention a code that the message doesn't contain."""

import re
from bisect import bisect_left

from mocksms.core.codes.naming import Hit

BREAK = re.compile(
    r"[。！？!?\n.।](?:(?<![.।])|(?=\s|$)(?<!\bno.)(?<!\bnr.)(?<!\btel.)(?<!\bref.)(?<!\bext.)(?<!\bdok.)(?<!тел.)(?<!№.))"
)
DIGIT = re.compile(r"\d")
LETTERS = re.compile(r"\w")
SAYS_NONE = ("warn", "none")
_BESIDE = 4  # characters between a word and the one that says that none is needed


def without_none(hits: list[Hit], breaks: list[int], places: list[int]) -> list[Hit]:
    """Drop words for codes that the message doesn't contain.

    They are in a sentence without a number like "We never ask for your code" (`warn`), or beside a word that says
    none is needed, as in 認証は不要 (`none`).
    """
    warnings = {bisect_left(breaks, hit.start) for hit in hits if hit.kind == "warn"}
    warnings -= {bisect_left(breaks, place) for place in places}
    return [
        hit
        for place, hit in enumerate(hits)
        if hit.kind not in ("code", "login", *SAYS_NONE)
        or not (
            (hit.kind in ("code", "warn") and bisect_left(breaks, hit.start) in warnings)
            or (hit.kind in ("code", "login") and _is_needless(hits, place))
        )
    ]


def _is_needless(hits: list[Hit], place: int) -> bool:
    """Return whether a word beside this one says that none is needed."""
    one = hits[place]
    before, after = hits[place - 1 : place], hits[place + 1 : place + 2]
    return any(each.kind == "none" and one.start - each.end <= _BESIDE for each in before) or any(
        each.kind == "none" and each.start - one.end <= _BESIDE for each in after
    )
