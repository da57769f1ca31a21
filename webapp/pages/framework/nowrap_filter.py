"""Prevent line breaks inside phone numbers, day ranges, a hyphenated term and Japanese particles after a bracket."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

WHOLE = re.compile(
    r"\+?\d+(?:[ -]\d+)+"  # a phone number
    r"|\d+〜\d+日"
    r"|Two-Step"
    r"|[^\s、。「」()&;]{1,2}[」)][のをにはがでと]"  # a particle after a bracket must not begin a line
)


def nowrap(text: str) -> Markup:
    """Return a text as HTML, with each part that has to stay on one line held together."""
    return Markup(WHOLE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped
