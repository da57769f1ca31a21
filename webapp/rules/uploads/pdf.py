"""PDFs: whole from head to end, and without active content."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from functools import cache

from webapp.errors import DocumentRefused

MOST_UNPACKED_BYTES = 20 * 1024 * 1024
"""The limit for a document's unpacked object streams."""

_HEAD = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"%%EOF[\s\x00]*\Z")
_DICTIONARY_BYTES = 400  # how far before its stream an object's dictionary is looked for


@cache  # compiling takes milliseconds, and only a reset needs it
def _named(*names: str) -> re.Pattern[bytes]:
    """Return a pattern for these names, also with #xx for any of their letters (ISO 32000-1, 7.3.5)."""
    spelled = ["".join(f"(?:{letter}|#(?i:{ord(letter):02x}))" for letter in name) for name in names]
    return re.compile(f"/(?:{'|'.join(spelled)})(?![A-Za-z0-9])".encode())


# Active content (ISO 32000-1, 12.6.4). OpenAction only selects a page.
_ACTIVE = (
    "JavaScript", "Launch", "SubmitForm", "ImportData", "GoToE", "EmbeddedFile", "EmbeddedFiles", "RichMedia",
)  # fmt: skip
_SHORT_ACTIVE = ("JS", "XFA")
_MARKUP = re.compile(rb"<(script|html|\?php|!doctype|svg[\s>])", re.IGNORECASE)


def pdf(content: bytes) -> bytes:
    """Check a PDF for the names of actions, also in packed objects.

    Short names are not looked for in pictures and fonts: any three letters turn up in megabytes of packed bytes.

    Raises:
        DocumentRefused: no PDF from its first byte to its last, or it holds scripts, programs or other files.
    """
    if not _HEAD.match(content) or not _END.search(content[-1024:]):
        raise DocumentRefused("content")
    objects, packed = _taken_apart(content)
    active, short = _named(*_ACTIVE), _named(*_SHORT_ACTIVE)
    if active.search(content) or active.search(packed) or short.search(objects + packed):
        raise DocumentRefused("active")
    if _MARKUP.search(objects[:4096]):
        raise DocumentRefused("active")
    return content


def _taken_apart(content: bytes) -> tuple[bytes, bytes]:
    """Return the document without the bodies of its streams, and the unpacked object streams."""
    objects: list[bytes] = []
    packed: list[bytes] = []
    left = MOST_UNPACKED_BYTES
    at = 0
    for start, end in _streams(content):
        objects.append(content[at:start])
        dictionary = content[max(at, start - _DICTIONARY_BYTES) : start]
        if b"/ObjStm" in dictionary[dictionary.rfind(b"obj") :]:
            packed.append(_unpacked(content[start:end], left))
            left -= len(packed[-1])
        at = end
    return b"".join([*objects, content[at:]]), b"".join(packed)


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Return where the body of each stream begins and ends, in one pass whatever the document holds."""
    at = 0
    while (found := content.find(b"stream", at)) != -1:
        at = found + len(b"stream")
        start = at + 2 if content[at : at + 2] == b"\r\n" else at + 1
        if content[start - 1 : start] != b"\n":
            continue
        end = content.find(b"endstream", start)
        if end == -1:
            return
        yield start, end
        at = end + len(b"endstream")


def _unpacked(stream: bytes, limit: int) -> bytes:
    try:
        unpacked = zlib.decompressobj().decompress(stream, limit + 1)
    except zlib.error:
        raise DocumentRefused("content") from None
    if len(unpacked) > limit:
        raise DocumentRefused("bomb")
    return unpacked
