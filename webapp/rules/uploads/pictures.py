"""Pictures of documents: measured before they are decoded, and drawn again so that only the picture is stored."""

from __future__ import annotations

import io
import struct
import threading
from typing import TYPE_CHECKING

from webapp.errors import DocumentRefused

if TYPE_CHECKING:
    from PIL import Image

MOST_PIXELS = 64_000_000
"""More than any phone's camera makes; 50,000 × 50,000 would need 10 GB (docs/promises.md#58)."""
LONGEST_SIDE = 4096
"""The longest side that is stored: small print of an identity card stays readable."""

_FORMATS = {"jpg": "JPEG", "png": "PNG"}
_CHUNK = struct.Struct(">I4s")
_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"IDAT", b"IEND")
_MAGIC = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
_END = b"\xff\xd9"
# Decoding takes up to 200 MB: one picture at a time.
_TURN = threading.Lock()


def redraw(content: bytes, kind: str) -> bytes:
    """Return the picture without anything but its pixels, turned upright, at most `LONGEST_SIDE` long.

    Raises:
        DocumentRefused: not a picture of this kind (``jpg`` or ``png``), broken, or too large to decode.
    """
    if not content.startswith(_MAGIC[kind]):
        raise DocumentRefused("content")
    # Lazy: the library costs memory, and most processes take no documents.
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # measured here: the library's limit warns before it refuses
    with _TURN:
        try:
            if kind == "png":
                return _written(_upright(_without_notes(content), kind), kind)
            return _written(_photo(content), kind)
        except DocumentRefused:
            raise
        except Exception as broken:  # any failure of a decoder is the file's fault
            raise DocumentRefused("content") from broken


def _upright(content: bytes, kind: str) -> Image.Image:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise DocumentRefused("pixels")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # shrinks a JPEG while it is read
        upright = _in_bytes(ImageOps.exif_transpose(picture), kind)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return upright


def _photo(content: bytes) -> Image.Image:
    """Read a JPEG, also one that lacks only its end. Raise OSError for one that lacks a part of the picture.

    The decoder fills what is missing. Where nothing is, it ignores what stands before the end.
    """
    try:
        return _upright(content, "jpg")
    except OSError:
        ended, filled = (_upright(content + more + _END, "jpg") for more in (b"", bytes(4096)))
        if ended.tobytes() != filled.tobytes():
            raise
        return ended


def _without_notes(content: bytes) -> bytes:
    """Return a PNG without its text and colour profile, which the library refuses to unpack when they are long."""
    kept = [content[:8]]
    at, name = 8, b""
    while at + _CHUNK.size <= len(content) and name != b"IEND":
        length, name = _CHUNK.unpack_from(content, at)
        end = at + _CHUNK.size + length + 4
        if name in _CHUNKS:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def _in_bytes(picture: Image.Image, kind: str) -> Image.Image:
    """Return the picture in colours of 8 bits: making it smaller in another mode loses lines."""
    if picture.mode.startswith("I"):  # 16-bit grey: the library's conversion cuts at 255
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    return picture.convert("RGBA" if kind == "png" and picture.has_transparency_data else "RGB")


def _written(picture: Image.Image, kind: str) -> bytes:
    from PIL import Image

    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    file = io.BytesIO()
    if kind == "jpg":
        bare.save(file, "JPEG", quality=88)
    else:
        bare.save(file, "PNG")
    return file.getvalue()
