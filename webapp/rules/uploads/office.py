"""Word's documents, old and new: what they must be made of, and what they must not hold."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from urllib.parse import unquote
from xml.etree import ElementTree

from webapp.errors import DocumentRefused
from webapp.rules.uploads import fields

MOST_MEMBERS = 1_000
MOST_UNPACKED_BYTES = 100 * 1024 * 1024
"""The limit for an unpacked document: ten times the largest upload (docs/promises.md#58)."""
MOST_STRUCTURE_BYTES = 1024 * 1024
"""The list of content types and the relationships of a document have some kilobytes."""
MOST_TEXT_BYTES = 12 * 1024 * 1024
"""The limit for all other parts in XML. A book without its pictures has some megabytes."""

_CHUNK = 64 * 1024
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD_PART = "word/document.xml"
_TYPES_PART = "[content_types].xml"
_RELATIONS = ".rels"
_FORBIDDEN = re.compile(
    r"vbaProject|\.bin\Z|\.(exe|dll|js|vbs|jar|html?|svg|docm|zip)\Z|(\A|[/\\])\.\.|\A[/\\]|\\", re.IGNORECASE
)
_ACTIVE_TYPE = re.compile(
    r"vbaproject|vbadata|oleobject|activex|macroenabled|\Atext/html\Z|\Aapplication/rtf\Z"
)
_ACTIVE_RELATION = re.compile(
    r"/(oleobject|package|vbaproject|wordvbadata|control|activexcontrolbinary|afchunk|keymapcustomizations"
    r"|webextension(taskpanes)?)[/\s]*\Z"
)
_HYPERLINKS = (
    "http://schemas.openxmlformats.org/officedocument/2006/relationships/hyperlink",
    "http://purl.oclc.org/ooxml/officedocument/relationships/hyperlink",
)

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FILE_MAGIC = (_OLE_MAGIC, b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF-", b"{\\rtf")
"""How programs, archives and documents begin. No picture or font of a document does."""
_XML_START = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_OLE_HEADER = struct.Struct("<8x16xHHHHH")  # [MS-CFB] 2.2: versions, byte order, sector shifts
_MARKUP = re.compile(rb"<(script|html|\?php|!doctype)", re.IGNORECASE)


def docx(content: bytes) -> bytes:
    """Check a DOCX (ECMA-376): an archive from its first byte to its last, with Word's main part and no macros.

    Everything in it is unpacked once: a part that is not as long as declared is refused. Its parts are what their
    content types and relationships say, whatever their names (docs/promises.md#87). Its texts have no field that
    loads or runs something.

    Raises:
        DocumentRefused: not such a document, broken, or it unpacks to more than the limit. It runs or embeds
            something, or loads something from elsewhere.
    """
    if not content.startswith(b"PK\x03\x04") or content[-22:-18] != b"PK\x05\x06":
        raise DocumentRefused("content")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED_BYTES:
                raise DocumentRefused("bomb")
            names = {_name(member) for member in members}
            if len(names) != len(members) or not {_WORD_PART, _TYPES_PART} <= names:
                raise DocumentRefused("content")
            if min(member.header_offset for member in members) != 0:
                raise DocumentRefused("content")
            if any(_FORBIDDEN.search(name) for name in names):
                raise DocumentRefused("active")
            structure = _unpack(archive, members)
        _check_types(_elements(structure.pop(_TYPES_PART)))
        for part in structure.values():
            _check_relations(_elements(part))
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        EOFError,
        ValueError,
        ElementTree.ParseError,
    ) as broken:
        raise DocumentRefused("content") from broken
    return content


def _name(member: zipfile.ZipInfo) -> str:
    """Return the name of a part, which an archive may spell in percent codes (ECMA-376 Part 2, 7.3.4)."""
    return unquote(member.filename).lower()


def _unpack(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Unpack everything, which checks its size and sum. Return the list of content types and the relationships.

    Parts in XML are judged on the way: all that are named or begin so.
    """
    structure: dict[str, bytes] = {}
    rooms = {True: MOST_STRUCTURE_BYTES, False: MOST_TEXT_BYTES}
    elements = fields.MOST_ELEMENTS
    for member in members:
        name, kept = _name(member), list[bytes]()
        is_structure = name == _TYPES_PART or name.endswith(_RELATIONS)
        is_kept, is_first = is_structure or name.endswith(".xml"), True
        with archive.open(member) as part:
            # A part gives no more than its declared size, and the sizes were added up before.
            while chunk := part.read(_CHUNK):
                if is_first and chunk.startswith(_FILE_MAGIC):
                    raise DocumentRefused("active")
                is_kept |= is_first and _XML_START.match(chunk) is not None
                is_first = False
                if is_kept:
                    kept.append(chunk)
                    rooms[is_structure] -= len(chunk)
                    if rooms[is_structure] < 0:
                        raise DocumentRefused("bomb")
        if is_structure:
            structure[name] = b"".join(kept)
        elif is_kept:
            elements = fields.check(b"".join(kept), elements)
    return structure


def _elements(part: bytes) -> list[dict[str, str]]:
    """Return the attributes of each element of a part in XML. Entities are refused: they could spell anything.

    Raises:
        ValueError, ElementTree.ParseError: not such XML.
    """
    from defusedxml.ElementTree import fromstring  # few requests need it

    return [dict(element.attrib) for element in fromstring(part, forbid_dtd=True).iter()]


def _check_types(elements: list[dict[str, str]]) -> None:
    types = [element.get("ContentType", "").partition(";")[0].strip().lower() for element in elements]
    if any(map(_ACTIVE_TYPE.search, types)):
        raise DocumentRefused("active")
    if _MAIN_TYPE not in types:
        raise DocumentRefused("content")


def _check_relations(elements: list[dict[str, str]]) -> None:
    """Refuse what a document runs, embeds or loads. A hyperlink is followed by its reader alone."""
    for element in elements:
        kind, target = element.get("Type", "").strip().lower(), element.get("Target", "")
        is_external = element.get("TargetMode", "").strip().lower() == "external"
        if is_external and not (kind in _HYPERLINKS and fields.is_for_readers(target)):
            raise DocumentRefused("linked")
        if _ACTIVE_RELATION.search(kind):
            raise DocumentRefused("active")
        if not is_external and fields.scheme(target):
            raise DocumentRefused("linked")


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
