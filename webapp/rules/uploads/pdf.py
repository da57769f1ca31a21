"""PDFs: every object is read by qpdf, judged, and written again."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from webapp.errors import DocumentRefused

if TYPE_CHECKING:
    import pikepdf

MOST_UNPACKED_BYTES = 20 * 1024 * 1024
"""The limit for one unpacked stream of objects."""
MOST_OBJECTS = 50_000
"""The limit for the objects of a document. A scan has some hundred, a bill some thousand."""
MOST_PARTS = 1_500_000
"""The limit for what may be a value: in memory each takes 150 bytes."""
MOST_VALUES = 50_000
"""The limit for the entries of objects with suspicious names, which are walked one by one."""

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?[\s\x00]{0,1024}%PDF-[12]\.\d")
_LINE_BEHIND_BYTES = 1024
_OBJECT = re.compile(rb"\d\s+obj\b")
_REFERENCE = re.compile(rb"\b\d{1,10}\s{1,9}\d{1,5}\s{1,9}R\b")
_SEPARATORS = b"\0\t\n\f\r ()<>[]/"
_BLANKS = re.compile(rb"[\0\t\n\f\r ]{2,}")
_BLANK = b"\0\t\n\f\r "
# Reading takes memory: one document at a time.
_TURN = threading.Lock()

# Actions (ISO 32000-1, 12.6.4) that run, fetch, send or play something.
_ACTIONS = frozenset(
    f"/{name}"
    for name in (
        *("JavaScript", "Launch", "SubmitForm", "ImportData", "GoToR", "GoToE"),
        *("Rendition", "Movie", "Sound", "RichMediaExecute"),
    )
)
_ANNOTATIONS = frozenset(["/FileAttachment", "/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"])
_KEYS = frozenset(["/JavaScript", "/EmbeddedFiles", "/XFA"])
_SUSPICIOUS = re.compile(
    "|".join(
        f"{name}\\b"
        for name in (
            *_ACTIONS,
            *_ANNOTATIONS,
            *_KEYS,
            "/JS",
            "/OpenAction",
            "/AA",
            "/EF",
            "/EmbeddedFile",
            "/F",
            "/Ref",
        )
    ).encode()
)
_FILE_KEYS = frozenset(["/F", "/UF", "/DOS", "/Mac", "/Unix"])


def pdf(content: bytes) -> bytes:
    """Judge every object of a PDF, and return the document as qpdf writes it: with nothing that was not judged.

    Raises:
        DocumentRefused: no PDF from its first byte to its last, locked by a password, too large when it is
            opened, or it holds scripts, programs, other files, or something that acts when it is opened.
    """
    head = _HEAD.match(content)
    if head is None or not _is_whole(content):
        raise DocumentRefused("content")
    objects = sum(1 for _ in _OBJECT.finditer(content))
    if max(objects, content.count(b"stream") // 4) > MOST_OBJECTS or _count_parts(content) > MOST_PARTS:
        raise DocumentRefused("bomb")
    with _TURN:
        return _judged(content[head.end() - len(b"%PDF-1.4") :].rstrip(b"\0"))


def _count_parts(content: bytes) -> int:
    """Return an upper limit for the values in a document: how many separators there are."""
    parts = len(content) - len(content.translate(None, _SEPARATORS))
    if parts > MOST_PARTS:  # perhaps an unpacked picture, which is full of zeros
        content = _BLANKS.sub(b" ", content)
        parts = len(content) - len(content.translate(None, _SEPARATORS))
    return parts


def _is_whole(content: bytes) -> bool:
    """Return whether the document has its end, with zeros and at most one line behind it."""
    end = content.rfind(b"%%EOF")
    behind = content[end + len(b"%%EOF") :].strip(_BLANK) if end != -1 else b""
    return end != -1 and len(behind) <= _LINE_BEHIND_BYTES and len(behind.splitlines()) <= 1


@cache
def _set_limits() -> None:
    """Set qpdf's limits once: they hold for the process."""
    from pikepdf import settings

    settings.set_qpdf_limits(
        doc_max_warnings=1_000,
        parser_max_nesting=100,
        parser_max_container_size=MOST_PARTS,
        parser_max_container_size_damaged=MOST_OBJECTS,
        max_stream_filters=4,
        flate_max_memory=MOST_UNPACKED_BYTES,
        png_max_memory=MOST_UNPACKED_BYTES,
        run_length_max_memory=MOST_UNPACKED_BYTES,
        tiff_max_memory=MOST_UNPACKED_BYTES,
    )


def _judged(content: bytes) -> bytes:
    # Lazy: the library costs memory, and most processes take no documents.
    import pikepdf

    _set_limits()
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
            budget = _Budget()
            known = _measured(document, budget)
            if not document.pages:
                raise DocumentRefused("content")
            if any(_is_active(value) for value in _suspects(document, known, budget)):
                raise DocumentRefused("active")
            file = io.BytesIO()
            document.save(file)
            return file.getvalue()
    except DocumentRefused:
        raise
    except pikepdf.PasswordError as locked:
        raise DocumentRefused("password") from locked
    except Exception as broken:  # any failure of the library is the file's fault
        raise DocumentRefused("content") from broken


class _Budget:
    """What all object streams of a document may unpack to, together."""

    def __init__(self) -> None:
        self.bytes = MOST_UNPACKED_BYTES
        self.parts = MOST_PARTS

    def unpack(self, stream: pikepdf.Object) -> bytes:
        import pikepdf

        try:
            content = stream.read_bytes()
        except pikepdf.DataDecodingError as swollen:
            raise DocumentRefused("bomb") from swollen
        self.bytes -= len(content)
        self.parts -= _count_parts(content)
        if self.bytes < 0 or self.parts < 0:
            raise DocumentRefused("bomb")
        return content


def _measured(document: pikepdf.Pdf, budget: _Budget) -> set[int]:
    """Return the numbers of the object streams in the table, unpacked before qpdf keeps what is in them."""
    table = document.get_xref_table().values()
    if len(table) > MOST_OBJECTS:
        raise DocumentRefused("bomb")
    known = {entry.obj_stream_number for entry in table if entry.obj_stream_number}
    for number in known:
        budget.unpack(document.get_object(number, 0))
    return known


def _suspects(document: pikepdf.Pdf, known: set[int], budget: _Budget) -> Iterator[pikepdf.Object]:
    """Return the dictionaries and streams of every object in which a suspicious name is written.

    qpdf writes each name in one way only, so a pattern finds it in any spelling.
    """
    import pikepdf

    left = MOST_VALUES
    for item in document.objects:
        stream = item.stream_dict if isinstance(item, pikepdf.Stream) else None
        lost = stream and stream.get("/Type") == "/ObjStm" and item.objgen[0] not in known
        pending = _packed(budget.unpack(item), int(item.get("/First", 0))) if lost else []
        if _SUSPICIOUS.search((stream or item).unparse(resolved=True)):
            pending.append(item)
        while pending:
            value = pending.pop()
            if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
                yield value
                children = [child for _, child in value.items()]
            elif isinstance(value, pikepdf.Array):
                children = list(value)
            else:
                continue
            left -= 1 + len(children)
            if left < 0:
                raise DocumentRefused("bomb")
            # What a reference names has its own turn.
            pending.extend(child for child in children if not getattr(child, "is_indirect", False))


def _packed(content: bytes, first: int) -> list[pikepdf.Object]:
    """Return the objects of an object stream that no table leads to (ISO 32000-1, 7.5.7)."""
    import pikepdf

    starts = sorted({first + int(number) for number in content[:first].split()[1::2]})
    if len(starts) > MOST_OBJECTS:
        raise DocumentRefused("bomb")
    # Without its document, a reference cannot be read. What it names is judged by itself.
    parts = [_REFERENCE.sub(b"null", content[at:end]) for at, end in pairwise([*starts, len(content)])]
    return [pikepdf.Object.parse(part.strip(_BLANK)) for part in parts]


def _is_active(found: pikepdf.Object) -> bool:
    """Return whether a dictionary, or a stream's, is an action, an attachment, or acts when it is opened."""
    import pikepdf

    keys = found.keys()
    if keys & _KEYS or _named(found, "/S") in _ACTIONS or _named(found, "/Subtype") in _ANNOTATIONS:
        return True
    if isinstance(found, pikepdf.Stream):
        return "/F" in keys or "/Ref" in keys or _named(found, "/Type") == "/EmbeddedFile"
    if "/JS" in keys and isinstance(found["/JS"], pikepdf.String):
        return True
    opening = found.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and (_named(opening, "/S") != "/GoTo" or "/Next" in opening):
        return True
    # A font or a glyph may be called AA or EF: only what is built like actions or files counts.
    events, files = found.get("/AA"), found.get("/EF")
    return (
        isinstance(events, pikepdf.Dictionary)
        and any(isinstance(event, pikepdf.Dictionary) and "/S" in event for _, event in events.items())
    ) or (isinstance(files, pikepdf.Dictionary) and bool(files.keys() & _FILE_KEYS))


def _named(found: pikepdf.Object, key: str) -> str:
    """Return the name that is the key's value, or nothing."""
    import pikepdf

    value = found.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""
