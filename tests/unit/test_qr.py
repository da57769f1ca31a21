"""The picture of a QR code: another program reads what was put in."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image, ImageDraw

from mocksms.core.qr_reader import decode_qr
from webapp.pages.qr import BORDER, qr_svg

SCALE = 4
_STEP = re.compile(r"([Mmh])(-?\d+)(?: (\d+))?")


def _drawn(svg: str) -> Image.Image:
    """Return the picture of the one path with a stroke, as a browser draws it."""
    found = re.search(r'viewBox="0 0 (\d+) \1".*stroke="#000" d="([^"]+)"', svg)
    assert found
    size = int(found[1])
    picture = Image.new("L", (size * SCALE, size * SCALE), 255)
    pen, x, y = ImageDraw.Draw(picture), 0, 0
    for kind, first, second in _STEP.findall(found[2].replace(".5", "")):
        if kind == "M":
            x, y = int(first), int(second)
            continue
        if kind == "h":
            pen.rectangle((x * SCALE, y * SCALE, (x + int(first)) * SCALE - 1, (y + 1) * SCALE - 1), 0)
        x, y = x + int(first), y + int(second or 0)
    return picture


@pytest.mark.parametrize(
    "content",
    [
        "otpauth://totp/Mihon:hanako%40example.com?secret=MIHONDEMOMIHONDEMOMIHONDEMO23456&issuer=Mihon",
        "otpauth://totp/Mihon:" + "a" * 200 + "?secret=MIHONDEMOMIHONDEMOMIHONDEMO23456&issuer=Mihon",
        "1",
    ],
)
def test_qr_code_reads_as_its_content(content: str) -> None:
    svg = qr_svg(content)
    picture = _drawn(svg)
    out = io.BytesIO()
    picture.save(out, "png")
    assert decode_qr(out.getvalue()) == content


def test_qr_code_has_a_white_quiet_zone_all_around() -> None:
    svg = qr_svg("otpauth://totp/Mihon")
    picture = _drawn(svg)
    dark = Image.eval(picture, lambda value: 255 - value).getbbox()
    edge = BORDER * SCALE
    assert dark == (edge, edge, picture.width - edge, picture.height - edge)
    assert f'<path fill="#fff" d="M0 0h{picture.width // SCALE}v' in svg
