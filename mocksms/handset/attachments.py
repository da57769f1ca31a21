"""The attachments of a mail, read from its source."""

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage

from mocksms.mail import attachment_name


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
