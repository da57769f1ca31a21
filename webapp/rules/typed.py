"""What was typed or pasted into one line, without what nobody sees."""

from __future__ import annotations

import re
import unicodedata

from webapp.shared.normal_forms import normalise

JOINERS = "\u200c\u200d"
"""They join letters or pictures, as in Persian words and in emoji of several people."""

_LOOSE_JOINERS = re.compile(f"(?<![^\\s{JOINERS}])[{JOINERS}]+|[{JOINERS}]+(?=[\\s{JOINERS}]|\\Z)")
_INNER_JOINERS = re.compile(f"(?<=[^\\s{JOINERS}])[{JOINERS}](?=[^\\s{JOINERS}])")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Fillers and the empty Braille pattern: letters by their category, but nobody sees them."""

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """Return ``text`` in NFKC (full-width characters become ASCII) without invisible characters and outer spaces.

    Zero-width, soft-hyphen, direction and other format characters come with what is pasted from messages and pages;
    so do tabs and line breaks.
    """
    normal = _VARIATION_SELECTORS.sub("", normalise(text))
    return "".join(char for char in normal if unicodedata.category(char) not in ("Cf", "Cc")).strip()


def one_line(text: str, longest: int) -> str:
    """Return a name as it is kept: on one line, without invisible characters; "" if nothing of it is seen.

    Joiners stay between visible characters. Characters that reverse the direction go.
    """
    characters = (
        "" if _is_hidden(char) else char if char in JOINERS or char.isprintable() else " " for char in text
    )
    kept = " ".join(_LOOSE_JOINERS.sub("", "".join(characters)).split())[:longest].rstrip(" " + JOINERS)
    return kept if any(map(_is_seen, kept)) else ""


def without_joiners(text: str) -> str:
    """Return a name without the joiners that stand between visible characters; loose ones stay."""
    return _INNER_JOINERS.sub("", text)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) == "Cf" and char not in JOINERS


def _is_seen(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in _BLANK_LETTERS
