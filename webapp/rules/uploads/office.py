"""Word's documents, old and new: what they must be made of, and what they must not hold."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from webapp.errors import DocumentRefused

MOST_MEMBERS = 1_000
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
"""The limit for an unpacked document: ten times the largest upload (docs/promises.md#58)."""
MOST_TYPES_BYTES = 1024 * 1024
"""A document's list of content types has some kilobytes."""

_CHUNK = 64 * 1024
_MAIN_TYPE = b"wordprocessingml.document.main+xml"
_WORD_PART = "word/document.xml"
_TYPES_PART = "[Content_Types].xml"
_FORBIDDEN = re.compile(
    r"vbaProject|\.bin\Z|\.(exe|dll|js|vbs|jar|html?|svg|docm|zip)\Z|(\A|[/\\])\.\.|\A[/\\]|\\", re.IGNORECASE
)

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_HEADER = struct.Struct("<8x16xHHHHH")  # [MS-CFB] 2.2: versions, byte order, sector shifts
_MARKUP = re.compile(rb"<(script|html|\?php|!doctype)", re.IGNORECASE)


def docx(content: bytes) -> bytes:
    """Check a DOCX (ECMA-376): an archive from its first byte to its last, with Word's main part and no macros.

    Everything in it is unpacked once: a part that is not as long as declared is refused.

    Raises:
        DocumentRefused: not such a document, broken, or it unpacks to more than the limit.
    """
    if not content.startswith(b"PK\x03\x04") or content[-22:-18] != b"PK\x05\x06":
        raise DocumentRefused("content")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED_BYTES:
                raise DocumentRefused("bomb")
            names = {member.filename for member in members}
            if len(names) != len(members) or not {_WORD_PART, _TYPES_PART} <= names:
                raise DocumentRefused("content")
            if min(member.header_offset for member in members) != 0:
                raise DocumentRefused("content")
            if any(_FORBIDDEN.search(name) for name in names):
                raise DocumentRefused("active")
            types = _unpack(archive, members)
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
    ) as broken:
        raise DocumentRefused("content") from broken
    if _MAIN_TYPE not in types or b"macroEnabled" in types:
        raise DocumentRefused("content")
    return content


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bytes:
    """Unpack everything, which checks its size and sum, and return the list of content types."""
    types = b""
    for member in members:
        with archive.open(member) as part:
            # A part gives no more than its declared size, and the sizes were added up before.
            while chunk := part.read(_CHUNK):
                if member.filename == _TYPES_PART:
                    types += chunk
                    if len(types) > MOST_TYPES_BYTES:
                        raise DocumentRefused("bomb")
    return types


def doc(content: bytes) -> bytes:
    """Check a DOC ([MS-CFB], [MS-DOC]): a compound file with Word's stream and no macros.

    Raises:
        DocumentRefused: not such a document, or it holds macros or embedded programs.
    """
    if not content.startswith(_OLE_MAGIC) or len(content) < 1536 or len(content) % 512:
        raise DocumentRefused("content")
    _minor, major, order, sector, small = _OLE_HEADER.unpack_from(content)
    if (major, sector) not in ((3, 9), (4, 12)) or order != 0xFFFE or small != 6:
        raise DocumentRefused("content")
    if not _has_stream(content, "WordDocument") or b"PK\x05\x06" in content[-65_557:]:
        raise DocumentRefused("content")
    if any(_has_stream(content, name) for name in ("Macros", "_VBA_PROJECT", "VBA", "\x01Ole10Native")):
        raise DocumentRefused("active")
    if _MARKUP.search(content[512:4096]):
        raise DocumentRefused("content")
    return content


def _has_stream(content: bytes, name: str) -> bool:
    """Return whether the directory has an entry of this name: 64 bytes of UTF-16, its length in bytes, its kind."""
    written = (name + "\0").encode("utf-16-le")
    entry = written.ljust(64, b"\0") + struct.pack("<H", len(written))
    return entry in content
