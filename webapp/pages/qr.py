"""QR codes as inline SVG."""

from __future__ import annotations

from io import BytesIO

from markupsafe import Markup

LEVEL = "l"
"""A screen has no dirt or tears: the least correction has the fewest and so the largest squares."""
MASK = 4
"""Any of the eight masks scans; trying all of them to find the best costs three times as much (segno's default)."""


def qr_svg(content: str) -> Markup:
    """Return a QR code, black on white with its quiet zone also in dark mode, sized by the page's style."""
    import segno  # needed on one page only

    out = BytesIO()
    segno.make(content, error=LEVEL, mask=MASK, micro=False, boost_error=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        nl=False,
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        svgclass=None,
        lineclass=None,
    )
    return Markup(out.getvalue().decode())  # noqa: S704 - made here from modules, holds no typed text
