"""Make a message of a mail: sender, recipients, subject, text, HTML, files."""

from typing import Any

from mocksms.core import sids
from mocksms.core.mail import files, headers, structure
from mocksms.core.mail.html_text import text_of_html
from mocksms.core.models import Message


def parse(source: bytes, recipient: str, envelope_sender: str) -> Message:
    """Return the mail as a message; see :func:`mocksms.core.mail.parse`."""
    parts = structure.read(source)
    shown = headers.value(parts.head, "From", parts.hint)
    address = headers.address(str(parts.head.get("From", "")))  # as written: encoded words may hold another
    html = "\n".join(leaf.text.text for leaf in parts.htmls)
    body, read = _text(parts, html)
    details: dict[str, Any] = {"from": shown or envelope_sender, "envelope_from": envelope_sender}
    for name, header in (("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To"), ("message_id", "Message-ID")):
        if value := headers.value(parts.head, header, parts.hint):
            details[name] = value
    if parts.files:
        details["attachments"] = files.rows(parts)
    if parts.is_cut or len(parts.files) > structure.MOST_FILES:
        details["cut"] = True
    if read:
        details["text"] = {"part": read.type, "declared": read.charset, "used": read.text.charset}
    return Message(
        sid=sids.new_sid("ML"),
        channel="mail",
        wire="smtp",
        sender=(headers.readable(address, parts.hint) or envelope_sender).lower(),
        recipient=recipient,
        subject=headers.value(parts.head, "Subject", parts.hint),
        body=body,
        html=html,
        status="delivered",
        details=details,
    )


def _text(parts: structure.Parts, html: str) -> tuple[str, structure.Leaf | None]:
    """Return the text to read, and the part that it came from or begins with."""
    plain = "\n".join(leaf.text.text for leaf in parts.plains)
    if html and structure.only_points_to_html(plain) and (words := text_of_html(html)):
        return words, parts.htmls[0]
    return plain, next(iter((*parts.plains, *parts.htmls)), None)
