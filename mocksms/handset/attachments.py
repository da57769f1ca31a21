"""The attachments of a mail and the pictures within it, read from its source."""

import email
import email.policy
import re
from base64 import b64encode
from dataclasses import dataclass
from email.message import EmailMessage

from mocksms.core.mail import attachment_name

LARGEST_PICTURES = 8_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """An attachment's name and content."""

    name: str
    content: bytes


def part(source: bytes, number: int) -> Part | None:
    """The attachment with this number (from 0, in the mail's order), or None."""
    message = email.message_from_bytes(source, _class=EmailMessage, policy=email.policy.default)
    for at, found in enumerate(message.iter_attachments()):
        if at == number:
            content = found.get_payload(decode=True)
            if not isinstance(content, bytes):
                content = found.as_bytes()
            return Part(attachment_name(found, number), content)
    return None


def pictures(source: bytes) -> dict[str, str]:
    """The pictures that a mail's HTML may show by `cid:` (RFC 2392): each Content-ID with its `data:` address.

    Those that would go beyond LARGEST_PICTURES bytes together are left out.
    """
    message = email.message_from_bytes(source, _class=EmailMessage, policy=email.policy.default)
    found: dict[str, str] = {}
    left = LARGEST_PICTURES
    for part in message.walk():
        try:
            name, kind = str(part.get("Content-ID", "")).strip(" <>"), part.get_content_type()
        except (ValueError, IndexError, AttributeError):
            continue  # a header that the standard library cannot read
        content = (
            part.get_payload(decode=True) if name and re.fullmatch(r"image/[a-z0-9.+-]+", kind) else None
        )
        if isinstance(content, bytes) and len(content) <= left:
            left -= len(content)
            found[name] = f"data:{kind};base64,{b64encode(content).decode()}"
    return found
