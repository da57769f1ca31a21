"""What stays whole where a line of text ends: a number with its parts and its counter, a particle with its bracket."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

WHOLE = re.compile(
    r"\+?\d+(?:[ -]\d+)+"  # a phone number
    r"|\d+〜\d+日"
    r"|[^\s、。「」()&;]{1,2}[」)][のをにはがでと]"  # the little word after a bracket begins no line
)


def nowrap(text: str) -> Markup:
    """Return a text as HTML, each part that has to stay on one line held together."""
    return Markup(WHOLE.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped
