"""Judge a document by its bytes, one function for each kind."""

from __future__ import annotations

import re
from collections.abc import Callable

from webapp.errors import DocumentRefused
from webapp.rules.uploads import office, pdf, pictures

_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557  # where an archive's directory ends at the latest: 22 bytes and the longest comment
_MARKUP = re.compile(rb"<(script|html|\?php|!doctype|svg[\s>]|iframe|body[\s>])", re.IGNORECASE)


def _pdf(content: bytes) -> bytes:
    if _is_also_archive(content):
        raise DocumentRefused("content")
    return pdf.pdf(content)


def _picture(kind: str) -> Callable[[bytes], bytes]:
    def judge(content: bytes) -> bytes:
        if _is_also_archive(content) or b"%PDF-" in content[:1024] or _MARKUP.search(content):
            raise DocumentRefused("content")
        return pictures.redraw(content, kind)

    return judge


def _is_also_archive(content: bytes) -> bool:
    """Return whether an archive follows the content: a polyglot, which programs read in different ways."""
    return _ZIP_END in content[-_ZIP_TAIL:]


JUDGES: dict[str, Callable[[bytes], bytes]] = {
    "pdf": _pdf,
    "doc": office.doc,
    "docx": office.docx,
    "jpg": _picture("jpg"),
    "png": _picture("png"),
}
"""The judge of each kind: it returns what is stored, or raises DocumentRefused."""
