"""QR codes as inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

LEVEL = "l"
"""A screen has no dirt or tears: the least correction has the fewest and so the largest squares."""
MASK = 2
"""Any of the eight masks scans; trying all of them to find the best costs three times as much (segno's default).
This one is the best of our codes on the average, by the rules of ISO/IEC 18004, 7.8.3."""
BORDER = 4
"""The quiet zone, in squares (ISO/IEC 18004, 6.3.8)."""
LONGEST = 7
"""The most dark squares in a row that every code has (of its corners); a longer run is drawn in parts."""


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
    """Return the dark squares as lines of a path, one square wide: a dark square is a byte 1, a light one 0."""
    drawn = (b"m-%d 1" % len(rows)).join(rows)
    for length in range(LONGEST, 0, -1):
        drawn = drawn.replace(b"\1" * length, b"h%d" % length).replace(b"\0" * length, b"m%d 0" % length)
    return f"M{BORDER} {BORDER}.5" + drawn.decode()
