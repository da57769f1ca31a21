"""QR codes as inline SVG."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

LEVEL = "l"
"""A screen has no dirt or tears: the least correction has the fewest and so the largest squares."""
MASK = 4
"""Any of the eight masks scans; trying all of them to find the best costs three times as much (segno's default)."""
BORDER = 4
"""The quiet zone, in squares (ISO/IEC 18004, 6.3.8)."""
_RUN = re.compile(rb"(\x00*)(\x01+)")


def qr_svg(content: str) -> Markup:
    """Return a QR code, black on white with its quiet zone also in dark mode, sized by the page's style."""
    import segno  # needed on one page only

    rows = segno.make(content, error=LEVEL, mask=MASK, micro=False, boost_error=False).matrix
    size = len(rows) + 2 * BORDER
    return Markup(  # noqa: S704 - made here from squares, holds no typed text
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path stroke="#000" d="{_lines(rows)}"/></svg>'
    )


def _lines(rows: Sequence[bytearray]) -> str:
    """Return the dark squares as lines of a path, one square wide."""
    return "".join(
        f"M{BORDER} {y}.5" + "".join([f"m{len(light)} 0h{len(dark)}" for light, dark in _RUN.findall(row)])
        for y, row in enumerate(rows, BORDER)
    )
