"""What the text of a Word document asks for by itself: fields, and pictures without a relationship."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from webapp.errors import DocumentRefused

MOST_ELEMENTS = 400_000
"""The limit for elements and attributes of a document: some hundred pages. Each costs time."""
_COST_OF_ARGUMENT = 4  # of a hyperlink, in elements

_LINKED = frozenset(
    ("DATA", "DATABASE", "DDE", "DDEAUTO", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "RD")
)
_ACTIVE = frozenset(("CONTROL", "EMBED", "HTMLCONTROL", "MACROBUTTON", "PRINT"))
_NAME = re.compile(r"[^\w=]*([A-Za-z]+)")  # of a field: ECMA-376 Part 1, 17.16.1
_ARGUMENT = re.compile(r'"([^"]*)"?|([^\s"]+)')
_SWITCHES_WITH_TEXT = frozenset(("\\l", "\\o", "\\s", "\\t"))
_INSTRUCTIONS = frozenset(("instrText", "delInstrText"))
_TEXTS = frozenset(("t", "delText"))
_DRAWN = frozenset(("imagedata", "fill", "stroke"))
_ASKING = frozenset(("fldChar", "fldSimple", *_DRAWN))
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|//", re.IGNORECASE)
_FOR_READERS = frozenset(("http", "https", "mailto", "tel", "sms", "ftp"))


def scheme(target: str) -> str:
    """Return the scheme of a link's target, ``//`` for a place on another machine, or nothing within a folder."""
    plain = re.sub(r"[\s\0-\x20]+", "", unquote(target)).replace("\\", "/")
    found = _SCHEME.match(plain)
    return (found[1] or "//").lower() if found else ""


def is_for_readers(target: str) -> bool:
    """Return whether a hyperlink leads to a page, an address or a number: no program, file or share."""
    return scheme(target) in {"", *_FOR_READERS}


def check(part: bytes, room: int) -> int:
    """Refuse a part in XML that loads or runs something without a relationship. Prefixes of names are ignored.

    Returns:
        How many elements and attributes the other parts may have: ``room`` without those of this part.

    Raises:
        DocumentRefused: it does, or it has too many elements.
        ValueError: it is not XML, or it has a DTD.
    """
    from defusedxml.expatreader import create_parser  # few requests need it

    if part.count(b"=") > room:  # a long row of attributes would be read before it can be counted
        raise DocumentRefused("bomb")
    reader = _Reader(room)
    parser = create_parser(forbid_dtd=True)
    parser.setContentHandler(reader)
    try:
        parser.feed(part)
        parser.close()
    except SAXException as broken:
        raise ValueError("not XML") from broken
    reader.finish()
    return reader.room


class _Reader(ContentHandler):
    """Join the instructions of fields over their runs. A field may hold others: each is judged alone."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room
        self.fields: list[list[str]] = [[]]  # the outermost first; what is in no field comes before
        self.coded = [False]  # whether any text of the field belongs to its instruction
        self.reads = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name is SAX's
        self._pay(1 + len(attrs))
        name = name.rpartition(":")[2]
        self.reads = name in _INSTRUCTIONS or (name in _TEXTS and self.coded[-1])
        if name == "mailMerge":
            raise DocumentRefused("linked")
        if name in _ASKING:
            for key, value in attrs.items():
                self._attribute(name, key.rpartition(":")[2], value)

    def _attribute(self, name: str, key: str, value: str) -> None:
        if name in _DRAWN and key in ("src", "href") and scheme(value):
            raise DocumentRefused("linked")
        if key == "instr":
            self._judge(value)
        if key == "fldCharType":
            self._turn(value.strip())

    def _turn(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append([])
            self.coded.append(True)
        elif kind == "separate":
            self.coded[-1] = False
        elif kind == "end" and len(self.fields) > 1:
            self.coded.pop()
            self._judge("".join(self.fields.pop()))

    def characters(self, content: str) -> None:
        if self.reads:
            self.fields[-1].append(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name is SAX's
        self.reads = False

    def finish(self) -> None:
        """Judge what was begun and not ended."""
        for field in self.fields:
            self._judge("".join(field))

    def _judge(self, instruction: str) -> None:
        found = _NAME.match(instruction)
        name = found[1].upper() if found else ""
        if name in _LINKED:
            raise DocumentRefused("linked")
        if name in _ACTIVE:
            raise DocumentRefused("active")
        if found and name == "HYPERLINK":
            self._judge_link(instruction, found.end())

    def _judge_link(self, instruction: str, start: int) -> None:
        """Refuse a hyperlink to a file or program. Switches, and the texts of those that have one, are no targets."""
        is_text = False
        for argument in _ARGUMENT.finditer(instruction, start):
            self._pay(_COST_OF_ARGUMENT)
            quoted, bare = argument.groups(default="")
            if len(bare) == 2 and bare.startswith("\\"):
                is_text = bare.lower() in _SWITCHES_WITH_TEXT
            elif not is_text and not is_for_readers(quoted or bare):
                raise DocumentRefused("linked")
            else:
                is_text = False

    def _pay(self, elements: int) -> None:
        self.room -= elements
        if self.room < 0:
            raise DocumentRefused("bomb")
