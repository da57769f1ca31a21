"""Header fields of a mail in readable form: encoded words, names, addresses, parameters, file names."""

from __future__ import annotations

import binascii
import re
import unicodedata
from email.message import Message
from typing import Any
from urllib.parse import unquote_to_bytes

LONGEST_NAME = 120
# The content ends before the next word, so no byte is read twice.
_WORD = re.compile(rb"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?((?:[^?=]|=(?!\?[^=])|\?(?!=))*)\?=")
_BRACKETS = re.compile(r"<([^<>]*)>[^<>]*\Z")
_ADDRESS = re.compile(r"[^\s@<>()\",;:]{1,64}@[^\s@<>()\",;:]{1,255}")
# An unclosed quote extends to the end, so no byte is read twice.
_PARAMETER = re.compile(r""";\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|\\?\Z)|([^;]*))""", re.DOTALL)
_PART_OF_ONE = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*)?")
_MOST_PARAMETERS = 100


def value(part: Message[Any, Any], name: str, charset: str = "") -> str:
    """Return a header field as one readable line; "" without one. `charset` is for undeclared bytes."""
    return readable(str(part.get(name, "")), charset)


def readable(written: str, charset: str = "") -> str:
    """Return readable text from a parsed header: decode surrogates (bytes beyond ASCII) and encoded words."""
    data = re.sub(rb"[\r\n]+", b"", written.encode("utf-8", "surrogateescape"))
    text: list[str] = []
    words: list[
        tuple[str, bytes]
    ] = []  # the encoded words since the last plain text, those of one label joined
    at = 0
    for found in _WORD.finditer(data):
        between = data[at : found.start()]
        if between.strip() or not words:
            text += [_decoded(content, label) for label, content in words]
            text.append(_plain(between, charset))
            words = []
        label, content = found[1].decode("ascii", "replace").lower(), _content(found[2], found[3])
        if words and words[-1][0] == label:
            words[-1] = (label, words[-1][1] + content)  # a sender may split a character
        else:
            words.append((label, content))
        at = found.end()
    text += [_decoded(content, label) for label, content in words]
    text.append(_plain(data[at:], charset))
    return clean("".join(text)).strip()


def _plain(data: bytes, charset: str) -> str:
    """Decode text outside encoded words: `charset` is for bytes beyond ASCII only."""
    return _decoded(data, "" if data.isascii() else charset)


def _decoded(data: bytes, charset: str) -> str:
    from mocksms.core.mail import charsets  # late: a phone without mails needs none

    return charsets.decode(data, charset).text


def _content(encoding: bytes, content: bytes) -> bytes:
    if encoding in b"qQ":
        return binascii.a2b_qp(content, header=True)
    whole = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    return binascii.a2b_base64(whole[: len(whole) - (len(whole) % 4 == 1)] + b"=" * (-len(whole) % 4))


def clean(text: str) -> str:
    """Return a text that can be stored and sent as UTF-8: without lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def address(written: str) -> str:
    """Return the address of a From line, whatever its name contains: the last one in angle brackets, else the first."""
    if brackets := _BRACKETS.search(written):
        inside = brackets[1].strip()
        return inside.rpartition(":")[2] if inside.startswith("@") else inside
    found = _ADDRESS.search(written)
    return found[0] if found else ""


def name(shown: str) -> str:
    """Return the display name of a From line, without quotes; "" without one."""
    brackets = _BRACKETS.search(shown)
    if brackets:
        before = shown[: brackets.start()].strip()
    else:
        comment = re.search(r"\(([^()]*)\)\s*\Z", shown)
        before = comment[1].strip() if comment else ""
    if len(before) > 1 and before[0] == before[-1] == '"':
        before = re.sub(r"\\(.)", r"\1", before[1:-1])
    return before.strip()


def parameters(part: Message[Any, Any], header: str, charset: str = "") -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition by their names in lower case.

    Of several spellings, the extended one wins (`filename*` before `filename`).
    """
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for number, found in enumerate(_PARAMETER.finditer(str(part.get(header, "")))):
        if number == _MOST_PARAMETERS:
            break
        written = found[3].strip() if found[2] is None else re.sub(r'\\(["\\])', r"\1", found[2])
        split = _PART_OF_ONE.fullmatch(found[1].lower())
        if split is None:
            continue
        if split[2] is None and split[3] is None:
            plain.setdefault(split[1], readable(written, charset))
        else:
            extended.setdefault(split[1], []).append((int(split[2] or 0), bool(split[3]), written))
    return plain | {key: _joined(pieces, charset) for key, pieces in extended.items()}


def _joined(pieces: list[tuple[int, bool, str]], charset: str) -> str:
    """Return a parameter that is written in pieces, or with its charset (RFC 2231)."""
    pieces.sort(key=lambda piece: piece[0])
    label, data = "", b""
    for number, (_, encoded, written) in enumerate(pieces):
        content = written
        if number == 0 and encoded and written.count("'") > 1:
            label, _language, content = written.split("'", 2)
        raw = content.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if encoded else raw
    return (
        clean(_decoded(data, label or charset))
        if label
        else readable(data.decode("utf-8", "surrogateescape"), charset)
    )


def file_name(part: Message[Any, Any], charset: str = "") -> str:
    """Return a safe file name for a part, "" without a name."""
    return harmless(
        parameters(part, "Content-Disposition", charset).get("filename")
        or parameters(part, "Content-Type", charset).get("name", "")
    )


def harmless(written: str) -> str:
    """Return the last path segment of a sender's file name, without invisible or direction-changing characters:
    ``exe.fdp`` must not read as ``pdf.exe``.
    """
    last = written.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if unicodedata.category(char) not in ("Cc", "Cf")).strip(" .")
    return seen[-LONGEST_NAME:]
