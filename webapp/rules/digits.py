"""One-time codes as people type them: full-width digits, spaces, hyphens (docs/screens.md#typing)."""

from __future__ import annotations

import re
import unicodedata

from webapp.shared.normal_forms import normalise

_LONGEST_INPUT = 64
_SIX_DIGITS = re.compile(r"[0-9]{6}")
# What a Japanese keyboard types for "-", outside category Pd: long vowel mark, minus, lines.
_EXTRA_DASHES = frozenset("ー−ｰ─━")


def clean_code(text: str) -> str | None:
    """Return the six ASCII digits in ``text``, or None when it cannot be a code.

    NFKC turns full-width digits into ASCII; white space, dashes and invisible characters (as copied from a
    message) are dropped. Anything else makes it no code: nothing is guessed.
    """
    if len(text) > _LONGEST_INPUT:
        return None
    kept = "".join(char for char in normalise(text) if not is_separator(char))
    return kept if _SIX_DIGITS.fullmatch(kept) else None


def is_separator(char: str) -> bool:
    """Return whether a character may be before or between a code's digits: a space, a dash, or invisible."""
    return char.isspace() or char in _EXTRA_DASHES or unicodedata.category(char) in {"Pd", "Cf", "Zs"}
