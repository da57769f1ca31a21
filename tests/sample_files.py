"""Documents for the tests of a reset: valid ones of every kind, and parts to break them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from PIL import Image

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'wordprocessingml.document.main+xml"/></Types>'
)
SECRET_PLACE = "35.6586N 139.7454E"


def png(width: int = 60, height: int = 40, mode: str = "RGB") -> bytes:
    """Return a small picture."""
    return _picture(width, height, mode, "PNG")


def jpg(width: int = 60, height: int = 40) -> bytes:
    """Return a photo whose EXIF data holds a place and a rotation."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = SECRET_PLACE
    return _picture(width, height, "RGB", "JPEG", exif=exif)


def _picture(width: int, height: int, mode: str, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), "teal").save(file, kind, **options)
    return file.getvalue()


def huge_png(side: int = 50_000) -> bytes:
    """Return a picture of a few hundred bytes that declares `side` × `side` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def pdf(body: bytes = b"", size: int = 0) -> bytes:
    """Return a PDF of one empty page; `size` pads it to this many bytes."""
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n" + body
    )
    tail = b"\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    padding = b"%" + b"x" * max(0, size - len(head) - len(tail) - 1) if size else b""
    return head + padding + tail


def locked_pdf(*, reader: str) -> bytes:
    """Return a PDF with a password for its owner, and one for its reader unless it is empty."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf()), suppress_warnings=True) as document:
        document.save(file, encryption=pikepdf.Encryption(owner="for the owner", user=reader))
    return file.getvalue()


def new_pdf(holding: str = "[]") -> bytes:
    """Return a PDF as today's programs write it, its objects in packed streams."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf()), suppress_warnings=True) as document:
        document.Root.Held = document.make_indirect(pikepdf.Object.parse(holding.encode()))
        document.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return file.getvalue()


def stream(data: bytes, dictionary: bytes) -> bytes:
    """Return a PDF stream object."""
    length = str(len(data)).encode()
    return b"5 0 obj<<" + dictionary + b"/Length " + length + b">>stream\n" + data + b"\nendstream endobj"


def packed(objects: bytes) -> bytes:
    """Return objects in a packed stream, as in newer PDFs."""
    return stream(zlib.compress(objects), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode")


def docx(members: dict[str, bytes] | None = None, *, types: bytes = TYPES) -> bytes:
    """Return a DOCX, with further members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", b"<w:document/>")
        for name, content in (members or {}).items():
            archive.writestr(name, content)
    return file.getvalue()


def doc(*streams: str) -> bytes:
    """Return a compound file with Word's stream and others: only its header and directory."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6)
    entries = b""
    for name in ("Root Entry", "WordDocument", *streams):
        written = (name + "\0").encode("utf-16-le")
        entries += (written.ljust(64, b"\0") + struct.pack("<H", len(written))).ljust(128, b"\0")
    return header.ljust(512, b"\0") + entries.ljust(2048, b"\0")
