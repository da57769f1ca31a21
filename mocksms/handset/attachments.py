"""The attachments and embedded pictures of a mail, read from its source."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from mocksms.core import mail
from mocksms.core.mail import headers, structure

LARGEST_PICTURES = 8_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment's name and content."""

    name: str
    content: bytes


def listed(source: bytes) -> list[dict[str, Any]]:
    """Return name, type and size (bytes) of each attachment, in the order of their numbers."""
    return mail.attachments(parts) if (parts := _parts(source)) else []


def part(source: bytes, number: int) -> Part | None:
    """Return the attachment with this number (from 0, in the mail's order), or None."""
    parts = _parts(source)
    if parts is None or number >= len(parts.files):
        return None
    return Part(mail.attachment_name(parts.files[number], number), parts.files[number].content)


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


def _parts(source: bytes) -> structure.Parts | None:
    """Return the mail's parts; None for a mail that an earlier version accepted and this one refuses."""
    try:
        return structure.read(source)
    except (structure.TooManyParts, RecursionError):
        return None
