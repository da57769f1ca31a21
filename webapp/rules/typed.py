"""What was typed or pasted into one line, without what nobody sees."""

from __future__ import annotations

import re
import unicodedata

from webapp.shared.normal_forms import normalise

_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def visible(text: str) -> str:
    """Return ``text`` in NFKC (full-width characters become ASCII) without invisible characters and outer spaces.

    Zero-width, soft-hyphen, direction and other format characters come with what is pasted from messages and pages;
    so do tabs and line breaks.
    """
    normal = _VARIATION_SELECTORS.sub("", normalise(text))
    return "".join(char for char in normal if unicodedata.category(char) not in ("Cf", "Cc")).strip()
