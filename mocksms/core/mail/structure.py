"""The parts of a mail: which are its text and its HTML, and which are files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import errors
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from functools import cached_property
from itertools import islice
from typing import Any

from mocksms.core.mail import charsets, headers

LONGEST_HEADER = 16_384
MOST_NESTS = 200
MOST_FILES = 1_000
LONGEST_REST = 250_000
"""Bytes of a text's further parts that are shown with it."""
MOST_PARTS = 10_000
MOST_FIELDS = 20_000
MOST_LINES = 400_000
"""Lines that are read of a mail: what the largest attachment has in base64. The parser takes its time by lines."""
MOST_LINES_IN_NESTS = 3_000_000
"""Lines times parts that hold others: the parser compares each line with the boundaries of all parts around it."""
_LINE_END = re.compile(rb"\r\n?|\n")
_META = re.compile(rb"<meta\b[^>]{0,200}\bcharset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_META_BYTES = 1_024
_HTML = "text/html"
_PLAIN = "text/plain"
_SHOWN = ("text/markdown", "text/enriched", "text/richtext", "text/x-markdown")
_POINTS_TO_HTML = re.compile(r"(?<![A-Za-z0-9./_-])html(?![A-Za-z0-9/_-])", re.IGNORECASE)
_LONGEST_POINTER = 400


class TooManyParts(ValueError):
    """The mail has more parts, nested parts or headers than any program writes."""


@dataclass(slots=True)
class _Count:
    """Counts what a mail is made of while it is parsed. Raise :class:`TooManyParts` beyond the bounds."""

    lines: int
    parts: int = 0
    fields: int = 0
    nests: int = 0

    def part(self, policy: Any = None) -> Message[Any, Any]:
        """Return an empty part. The parser calls this for each."""
        self.parts += 1
        self._check()
        return Message(policy)

    def field(self) -> None:
        """Count a header."""
        self.fields += 1
        self._check()

    def nest(self) -> None:
        """Count a part that holds others."""
        self.nests += 1
        self._check()

    def _check(self) -> None:
        if (
            self.parts > MOST_PARTS
            or self.fields > MOST_FIELDS
            or self.nests > MOST_NESTS
            or self.nests * self.lines > MOST_LINES_IN_NESTS
        ):
            raise TooManyParts


class _Bounded(Compat32):
    """Keep headers as they came, cut to a length that every parser of them can handle.

    The standard library's header parsers need time that grows with the square of the length.
    """

    count: _Count = None  # type: ignore[assignment]  # one a mail, given to the constructor

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        self.count.field()
        name, _, rest = sourcelines[0].partition(":")
        value = (rest + "".join(sourcelines[1:]))[:LONGEST_HEADER].strip(" \t\r\n")
        match name.lower():
            case "content-transfer-encoding":
                value = value.partition(";")[0].partition("(")[0].strip(" \t\"'").lower()
            case "content-type" if value[:10].lower().startswith(("multipart/", "message/")):
                self.count.nest()
        return name, value

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value

    def fold_binary(self, name: str, value: str) -> bytes:
        return f"{name}: {value}{self.linesep}".encode("ascii", "surrogateescape")


@dataclass(frozen=True)
class Leaf:
    """A part without parts inside; an attached mail counts as one."""

    part: Message[Any, Any]
    hint: str  # the character set of headers that declare none
    choice: int  # which multipart/alternative it is in, 0 for none

    @cached_property
    def type(self) -> str:
        """Return the media type in lower case, text/plain for a missing or unreadable one."""
        found = self.part.get_content_type()
        return _PLAIN if found.startswith("multipart/") else found  # without a boundary it is all text

    @cached_property
    def name(self) -> str:
        """Return its file name, "" without one."""
        named = headers.file_name(self.part, self.hint)
        if not named and self.type == "message/rfc822":
            subjects = (
                headers.harmless(headers.value(each, "Subject", self.hint)) for each in _inside(self.part)
            )
            named = next((f"{subject}.eml" for subject in subjects if subject), "")
        return named

    @property
    def is_attached(self) -> bool:
        """Return whether the sender marked it as a file, not text to read."""
        return str(self.part.get("Content-Disposition", "")).strip().lower().startswith("attachment")

    @cached_property
    def content(self) -> bytes:
        """Return its bytes, without the transfer encoding."""
        part = self.part
        if part.is_multipart():
            inner = b"\n".join(each.as_bytes() for each in _inside(part))
            if not part.get("Content-Transfer-Encoding"):
                return inner
            part = Message(part.policy)
            part["Content-Transfer-Encoding"] = self.part["Content-Transfer-Encoding"]
            part.set_payload(inner.lstrip().decode("ascii", "surrogateescape"))
        try:
            content = part.get_payload(decode=True)
        except (ValueError, errors.MessageError):  # broken base64 or uuencode
            return b""
        return content if isinstance(content, bytes) else b""

    @property
    def charset(self) -> str:
        """Return the declared charset of its text, "" without one."""
        if declared := headers.parameters(self.part, "Content-Type").get("charset", ""):
            return declared
        found = _META.search(self.content[:_META_BYTES]) if self.type == _HTML else None
        return found[1].decode("ascii", "replace") if found else ""

    @cached_property
    def text(self) -> charsets.Decoded:
        """Return its content as text."""
        found = charsets.decode(self.content, self.charset)
        return charsets.Decoded(headers.clean(found.text).replace("\r\n", "\n"), found.charset)


@dataclass(frozen=True)
class Parts:
    """A parsed mail: its headers, the leaves of its text and of its HTML, and all others.

    `is_cut` is true when the mail has more lines than are read.
    """

    head: Message[Any, Any]
    plains: list[Leaf]
    htmls: list[Leaf]
    files: list[Leaf]
    is_cut: bool = False

    @property
    def hint(self) -> str:
        """Return the charset for headers that declare none: the text's."""
        return next((leaf.charset for leaf in (*self.plains, *self.htmls)), "")


def read(source: bytes) -> Parts:
    """Parse a mail. Any bytes are accepted. Raise :class:`TooManyParts`."""
    ends = source.count(b"\n") + source.count(b"\r") - source.count(b"\r\n")
    count = _Count(min(ends, MOST_LINES))
    policy = _Bounded(count=count, linesep="\r\n", mangle_from_=False)  # type: ignore[call-arg]  # a policy takes its own attributes
    if is_cut := ends > MOST_LINES:
        source = source[: next(islice(_LINE_END.finditer(source), MOST_LINES - 1, None)).end()]
    try:
        head = BytesParser(count.part, policy=policy).parsebytes(source)
    except RecursionError:
        raise TooManyParts from None
    leaves = list(_leaves(head, headers.parameters(head, "Content-Type").get("charset", "")))
    plain, html = _texts(leaves)
    plains, htmls = _with_rest(leaves, plain, html), _with_rest(leaves, html)
    shown = {id(leaf) for leaf in (*plains, *htmls)}
    files = [leaf for leaf in leaves if id(leaf) not in shown]
    return Parts(head, plains, htmls, files[:MOST_FILES], is_cut)


def _with_rest(leaves: list[Leaf], first: Leaf | None, html: Leaf | None = None) -> list[Leaf]:
    """Return the first part of a text with those that go on with it, as pictures within a text part it.

    A plain text beside HTML has no rest: the HTML is what the mail shows.
    """
    if first is None:
        return []
    if html is not None or first.is_attached or first.name:
        return [first]
    found, room = [first], LONGEST_REST
    for leaf in leaves[next(at for at, leaf in enumerate(leaves) if leaf is first) + 1 :]:
        is_rest = leaf.type == first.type and not (leaf.is_attached or leaf.name)
        if is_rest and not (leaf.choice and leaf.choice == first.choice):
            room -= len(leaf.content)
            if room < 0:
                break
            found.append(leaf)
    return found


def _texts(leaves: list[Leaf]) -> tuple[Leaf | None, Leaf | None]:
    """Return the leaf of the text and that of the HTML."""
    texts = [leaf for leaf in leaves if leaf.type in (_PLAIN, _HTML, *_SHOWN) and not leaf.is_attached]
    plain = next((at for at, leaf in enumerate(texts) if leaf.type == _PLAIN and not leaf.name), None)
    html = next((at for at, leaf in enumerate(texts) if leaf.type == _HTML and not leaf.name), None)
    if plain is None and html is None:
        only = next((leaf for leaf in texts if leaf.type in (_PLAIN, _HTML) or not leaf.name), None)
        return (None, only) if only and only.type == _HTML else (only, None)
    if plain is not None and html is not None and html < plain:
        together = texts[plain].choice and texts[plain].choice == texts[html].choice
        plain = plain if together else None  # a text after the HTML is a mailing list's footer
    return None if plain is None else texts[plain], None if html is None else texts[html]


def _leaves(part: Message[Any, Any], hint: str, choice: int = 0) -> Iterator[Leaf]:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        inner = id(part) if part.get_content_subtype() == "alternative" else choice
        for each in _inside(part):
            yield from _leaves(each, hint, inner)
    else:
        yield Leaf(part, hint, choice)


def _inside(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    """Return the parts of a part. Not as text: the parser would then decode it by any codec that the mail names."""
    payload = part.get_payload() if part.is_multipart() else ()
    return [each for each in payload if isinstance(each, Message)]


def only_points_to_html(text: str) -> bool:
    """Return True for a plain text with nothing to read: blank, or a note that the mail needs HTML."""
    words = "".join(char for char in text if char.isprintable()).strip()
    if not words:
        return True
    return (
        len(words) <= _LONGEST_POINTER
        and bool(_POINTS_TO_HTML.search(text))
        and not re.search(r"\d{4}", text)
    )
