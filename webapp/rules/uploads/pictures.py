"""Pictures of documents: measured before they are decoded, and drawn again so that only the picture is stored."""

from __future__ import annotations

import io
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
_MAGIC = {"jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
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
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # measured here: the library's limit warns before it refuses
    with _TURN:
        try:
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise DocumentRefused("pixels")
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # shrinks a JPEG while it is read
                upright = ImageOps.exif_transpose(picture)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                return _written(upright, kind)
        except DocumentRefused:
            raise
        except Exception as broken:  # any failure of a decoder is the file's fault
            raise DocumentRefused("content") from broken


def _written(picture: Image.Image, kind: str) -> bytes:
    from PIL import Image

    mode = "RGBA" if kind == "png" and "A" in picture.getbands() else "RGB"
    bare = Image.new(mode, picture.size)
    bare.paste(picture.convert(mode))
    file = io.BytesIO()
    if kind == "jpg":
        bare.save(file, "JPEG", quality=88)
    else:
        bare.save(file, "PNG")
    return file.getvalue()
