"""The attachments and embedded pictures of a mail, read from its source."""

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from mocksms.core.mail import headers

if TYPE_CHECKING:
    from mocksms.core.mail import structure

LARGEST_PICTURES = 8_000_000


class File(NamedTuple):
    """An attachment's name, declared media type and content."""

    name: str
    type: str
    content: bytes


def rows(parts: "structure.Parts") -> list[dict[str, Any]]:
    """Return name, type and size (bytes) of each file of a mail, in the mail's order."""
    return [
        {"name": _name(leaf, number), "type": leaf.type, "size": len(leaf.content)}
        for number, leaf in enumerate(parts.files)
    ]


def _name(leaf: "structure.Leaf", number: int) -> str:
    """Return a safe name for a file, made of its number if it has no name."""
    return leaf.name or f"attachment-{number + 1}"


def listed(source: bytes) -> list[dict[str, Any]]:
    """Return name, type and size (bytes) of each attachment, in the order of their numbers."""
    return rows(parts) if (parts := _parts(source)) else []


def file(source: bytes, number: int) -> File | None:
    """Return the attachment with this number (from 0, in the mail's order), or None."""
    parts = _parts(source)
    if parts is None or number >= len(parts.files):
        return None
    leaf = parts.files[number]
    return File(_name(leaf, number), leaf.type, leaf.content)


def pictures(source: bytes) -> dict[str, str]:
    """Return the pictures that a mail's HTML may show by `cid:` (RFC 2392): each Content-ID with its `data:` address.

    Pictures beyond LARGEST_PICTURES bytes together are left out.
    """
    parts = _parts(source)
    found: dict[str, str] = {}
    left = LARGEST_PICTURES
    for leaf in parts.files if parts else ():
        name = headers.value(leaf.part, "Content-ID").strip(" <>")
        if name and re.fullmatch(r"image/[a-z0-9.+-]+", leaf.type) and len(leaf.content) <= left:
            left -= len(leaf.content)
            found[name] = f"data:{leaf.type};base64,{b64encode(leaf.content).decode()}"
    return found


def _parts(source: bytes) -> "structure.Parts | None":
    """Return the mail's parts; None for a mail that an earlier version accepted and this one refuses."""
    from mocksms.core.mail import structure  # late, as for `mail.parse`

    try:
        return structure.read(source)
    except (structure.TooManyParts, RecursionError):
        return None
