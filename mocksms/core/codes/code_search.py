"""Find the one-time code in a text. To import this takes a fifth of a second: it has the words of 21 languages."""

import re
from typing import NamedTuple

from mocksms.core.codes import candidates, evidence
from mocksms.core.codes.languages import DIGITS
from mocksms.core.codes.text import normalise, without_addresses

_ORIGIN_BOUND = re.compile(r"@[^\s#@]+ #([0-9A-Za-z]{4,10})(?:\s+[%@]\S+)*")


class Found(NamedTuple):
    """The code in a text, or None, and why in plain English."""

    code: str | None
    reason: str


def find(text: str) -> Found:
    """Return the one-time code in a text, and the reason."""
    plain = normalise(text)
    if bound := _origin_bound(plain):
        return Found(bound, "the line bound to a website names it")
    plain = without_addresses(plain)
    lower = plain.lower()
    read = candidates.read(plain)
    best = _best(lower, read) if read else None
    if best is None or (best.total < evidence.THRESHOLD and evidence.SPEAKS_OF_CODE in best.points):
        if spelt := candidates.spelt(lower, DIGITS):
            best = _best(lower, sorted([*read, *spelt]))
        elif best is None:
            return Found(None, "no number that could be a code")
    reasons = best.reasons()
    if best.total < evidence.THRESHOLD:
        return Found(None, f"too little evidence for the likeliest number, {best.candidate.value}: {reasons}")
    return Found(best.candidate.value, reasons)


def _best(lower: str, read: list[candidates.Candidate]) -> evidence.Weighed:
    for each in read:
        if each.shape == "letters" and not each.value.isalpha():  # its letters are no words
            lower = f"{lower[: each.start]}{'0' * (each.end - each.start)}{lower[each.end :]}"
    return evidence.Scene(lower, read).best()


def _origin_bound(plain: str) -> str | None:
    if "@" not in plain or "#" not in plain:
        return None
    for line in reversed(plain.splitlines()):
        if line.startswith("@") and (found := _ORIGIN_BOUND.fullmatch(line.rstrip())):
            return found.group(1)
    return None
