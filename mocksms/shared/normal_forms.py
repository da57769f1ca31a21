"""Normal forms of outside text, in time that grows in line with its length (docs/promises.md#73)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal

MOST_MARKS = 30
"""Combining marks in a row that count; no script writes more (UAX #15, Stream-Safe Text Format)."""


def normalise(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"] = "NFKC") -> str:
    """Return the normal form of a text. Of marks in a row, `MOST_MARKS` stay."""
    return text if text.isascii() else unicodedata.normalize(form, without_long_marks(text))


def without_long_marks(text: str) -> str:
    """Return a text without the marks beyond `MOST_MARKS` in a row: the library sorts each row by insertion."""
    marks = set() if text.isascii() else {char for char in set(text) if _is_mark(char)}
    if not marks:
        return text
    kept, row = [], 0
    for char in text:
        row = row + 1 if char in marks else 0
        if row <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _is_mark(char: str) -> bool:
    """Return whether a character is nothing but marks once it is taken apart."""
    return all(map(unicodedata.combining, unicodedata.normalize("NFKD", char)))
