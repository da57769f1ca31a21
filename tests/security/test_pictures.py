"""Pictures of a reset keep what they show (docs/promises.md#88)."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from webapp.errors import DocumentRefused
from webapp.rules.uploads.pictures import redraw

SHADES = (0, 120, 240)


def shaded(mode: str) -> Image.Image:
    """Return a picture with a dark, a middle and a light part."""
    grey = Image.frombytes("L", (3, 1), bytes(SHADES)).resize((30, 8), Image.Resampling.NEAREST)
    if mode == "I;16":
        return Image.frombytes(mode, grey.size, b"".join(bytes([shade, shade]) for shade in grey.tobytes()))
    if mode == "P":
        return grey.convert("RGB").quantize(8)
    return grey.convert(mode)


def written(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def kept_shades(content: bytes, kind: str = "png") -> list[int]:
    with Image.open(io.BytesIO(redraw(content, kind))) as kept:
        grey = kept.convert("RGB").convert("L")
        row = grey.crop((0, 4, 30, 5)).tobytes()
        return [row[x] for x in (5, 15, 25)]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_picture_keeps_its_shades_in_every_mode_s88(mode: str) -> None:
    assert kept_shades(written(shaded(mode))) == pytest.approx(SHADES, abs=3)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_photo_keeps_its_shades_in_every_mode_s88(mode: str) -> None:
    assert kept_shades(written(shaded(mode), "JPEG", quality=95), "jpg") == pytest.approx(SHADES, abs=6)


def test_picture_keeps_thin_lines_of_a_large_scan_s88() -> None:
    scan = Image.new("1", (8_200, 40), 1)
    scan.paste(0, (0, 1, 8_200, 2))
    with Image.open(io.BytesIO(redraw(written(scan), "png"))) as kept:
        assert kept.convert("L").getextrema() != (255, 255)


def test_picture_keeps_what_is_clear_in_its_palette_s88() -> None:
    with Image.open(io.BytesIO(redraw(written(shaded("P"), transparency=0), "png"))) as kept:
        assert kept.mode == "RGBA" and kept.getchannel("A").getextrema() == (0, 255)


def test_picture_may_have_long_notes_s88() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "x" * 2_000_000, zip=True)
    content = written(shaded("RGB"), pnginfo=notes, icc_profile=bytes(3_000_000))
    assert kept_shades(content) == pytest.approx(SHADES, abs=3)


def test_picture_may_lack_its_end_s88() -> None:
    content = written(shaded("RGB"))
    assert kept_shades(content[: -len(b"....IEND....")]) == pytest.approx(SHADES, abs=3)


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_photo_may_lack_its_end_s88(lost: int, progressive: bool) -> None:
    content = written(shaded("RGB"), "JPEG", quality=95, progressive=progressive)
    assert kept_shades(content[:-lost], "jpg") == pytest.approx(SHADES, abs=6)


@pytest.mark.parametrize("part", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("progressive", [False, True])
def test_photo_that_lacks_a_part_is_refused_s88(part: float, progressive: bool) -> None:
    noise = Image.frombytes("RGB", (200, 200), random.Random(88).randbytes(200 * 200 * 3))
    content = written(noise, "JPEG", progressive=progressive)
    with pytest.raises(DocumentRefused):
        redraw(content[: int(len(content) * part)], "jpg")
