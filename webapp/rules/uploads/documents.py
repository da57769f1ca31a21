"""Accept documents by their extension *and* their content, and drop hidden data.

A document is checked by its bytes. Its name gives an extension and is dropped (docs/promises.md#57 to #60). Pictures
are drawn again, so neither EXIF nor anything hidden behind the picture is stored. The accepted documents:
docs/screens.md#a32.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from webapp.errors import DocumentRefused, DocumentTooLarge, TooManyDocuments


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a visitor sent it. The name is a stranger's text and is never used as a path."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """An accepted document: ``kind`` is the extension it is served with, ``content`` what is stored."""

    kind: str
    content: bytes = field(repr=False)


MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "jpg": "image/jpeg",
    "png": "image/png",
}
EXTENSIONS = (".doc", ".docx", ".jpg", ".jpeg", ".pdf", ".png")
ACCEPT = ",".join(EXTENSIONS)
"""For a file field's ``accept``."""

_EXTENSION = re.compile(r"\.(docx?|jpe?g|pdf|png)\Z", re.IGNORECASE)


def inspect(uploads: list[Upload], *, limit_bytes: int, limit_files: int) -> list[Document]:
    """Accept all of these documents, or none.

    Raises:
        TooManyDocuments: more than ``limit_files``.
        DocumentTooLarge: one has more than ``limit_bytes``.
        DocumentRefused: none was sent, or one is not what its name says.
    """
    if not uploads:
        raise DocumentRefused("missing")
    if len(uploads) > limit_files:
        raise TooManyDocuments(limit_files)
    if any(len(upload.content) > limit_bytes for upload in uploads):
        raise DocumentTooLarge(limit_bytes)
    return [_inspect(upload) for upload in uploads]


def _inspect(upload: Upload) -> Document:
    from webapp.rules.uploads.judges import JUDGES  # late: few requests bring a document

    found = _EXTENSION.search(upload.name)
    if found is None or any(ord(char) < 0x20 for char in upload.name):
        raise DocumentRefused("extension")
    if not upload.content:
        raise DocumentRefused("empty")
    kind = {"jpeg": "jpg"}.get(found[1].lower(), found[1].lower())
    return Document(kind, JUDGES[kind](upload.content))
