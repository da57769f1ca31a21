"""Sample documents for testers: the stage's licence, and others that a reset refuses."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import lru_cache

from webapp.rules.uploads.office import MOST_MEMBERS
from webapp.sandbox.personas.states import SPECIMEN

LARGE_BYTES = 10 * 1024 * 1024 + 1  # one more than `Config.upload_bytes` allows
_SIDE = 50_000  # pixels: 7 GB if decoded


def sample_bytes(name: str) -> bytes:
    """Return the content of the sample of this name. Raises KeyError."""
    return _made(name)


@lru_cache(maxsize=16)
def _made(name: str) -> bytes:
    return _FILES[name]()


def _pdf(body: bytes = b"", size: int = 0) -> bytes:
    """Return a PDF of one empty page, filled up to ``size`` bytes."""
    head = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n" + body
    )
    tail = b"\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    return head + b"%" + b"x" * max(0, size - len(head) - len(tail) - 1) + tail


def _locked() -> bytes:
    """Return a document that a viewer asks a password for."""
    import pikepdf  # lazy: the library costs memory

    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(_pdf()), suppress_warnings=True) as document:
        document.save(file, encryption=pikepdf.Encryption(owner="for the owner", user="for the reader"))
    return file.getvalue()


def _huge_picture() -> bytes:
    """Return a picture of a few hundred bytes that declares a huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _swelling_document() -> bytes:
    """Return a document of far too many parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for at in range(MOST_MEMBERS + 1):
            archive.writestr(f"word/{at}.xml", b"")
    return file.getvalue()


_OFFICE = "application/vnd.openxmlformats-officedocument."
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _document(
    of: str = "", kind: str = "image/png", target: str = "media/1.png", mode: str = "Internal"
) -> bytes:
    """Return a DOCX with one part beside its text: its relationship, content type and place."""
    package = "http://schemas.openxmlformats.org/package/2006"
    types = (
        f'<Types xmlns="{package}/content-types"><Override PartName="/word/document.xml" '
        f'ContentType="{_OFFICE}wordprocessingml.document.main+xml"/>'
        f'<Override PartName="/word/media/1.png" ContentType="{kind}"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{_RELATIONS}/{of}" '
        f'Target="{target}" TargetMode="{mode}"/></Relationships>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<document/>")
        archive.writestr("word/_rels/document.xml.rels", relations)
        archive.writestr("word/media/1.png", b"")
    return file.getvalue()


_FILES: dict[str, Callable[[], bytes]] = {
    "licence.png": SPECIMEN.read_bytes,
    "notes.txt": lambda: b"What I wanted to say.\n",
    "empty.pdf": lambda: b"",
    "torn.png": lambda: b"this is no picture",
    "script.pdf": lambda: _pdf(b"4 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj\n"),
    "locked.pdf": _locked,
    "macros.docx": lambda: _document("image", "application/vnd.ms-office.vbaProject"),
    "embedded.docx": lambda: _document("oleObject", f"{_OFFICE}oleObject"),
    "linked.docx": lambda: _document("image", target="https://elsewhere.example/1.png", mode="External"),
    "swelling.docx": _swelling_document,
    "huge.png": _huge_picture,
    "large.pdf": lambda: _pdf(size=LARGE_BYTES),
    "page-1.pdf": _pdf,
    "page-2.pdf": _pdf,
    "page-3.pdf": _pdf,
    "page-4.pdf": _pdf,
}
NAMES = tuple(_FILES)
