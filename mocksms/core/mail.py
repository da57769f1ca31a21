"""Taking a mail apart: sides, subject, text, HTML, attachments. The source is kept whole beside it."""

import email
import email.errors
import email.policy
import re
import unicodedata
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr
from html.parser import HTMLParser
from typing import Any

from mocksms.core import inbox
from mocksms.core.models import Message

LONGEST_NAME = 120
_SKIPPED = {"script", "style", "head", "title"}
_BLOCKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "hr"}


class _Text(HTMLParser):
    """The words of an HTML mail, a line a block."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skipping += tag in _SKIPPED
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._skipping = max(0, self._skipping - (tag in _SKIPPED))
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of_html(html: str) -> str:
    """The text a reader sees of an HTML page, without its scripts and styles."""
    parser = _Text()
    parser.feed(html)
    return re.sub(r"[ \t]*\n\s*", "\n", "".join(parser.pieces)).strip()


def parse(source: bytes, recipient: str, envelope_sender: str) -> Message:
    """The mail as a message to one recipient. Any bytes can be taken: what cannot be read is left empty."""
    mail = email.message_from_bytes(source, _class=EmailMessage, policy=email.policy.default)
    shown = _header(mail, "From")
    sender = (parseaddr(shown)[1] or envelope_sender).lower()
    html = _part(mail, "html")
    details: dict[str, Any] = {"from": shown or envelope_sender, "envelope_from": envelope_sender}
    for name, header in (("to", "To"), ("cc", "Cc"), ("reply_to", "Reply-To"), ("message_id", "Message-ID")):
        if value := _header(mail, header):
            details[name] = value
    if attachments := _attachments(mail):
        details["attachments"] = attachments
    return Message(
        sid=inbox.new_sid("ML"),
        channel="mail",
        wire="smtp",
        sender=sender,
        recipient=recipient,
        subject=_header(mail, "Subject"),
        body=_part(mail, "plain") or text_of_html(html),
        html=html,
        status="delivered",
        details=details,
    )


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return _clean(str(mail.get(name, ""))).replace("\r", "").replace("\n", " ").strip()
    except (ValueError, IndexError, AttributeError, email.errors.MessageError):
        # The standard library's header parser fails on some broken headers; such a header is as good as
        # absent.
        return ""


def _part(mail: EmailMessage, subtype: str) -> str:
    try:
        part = mail.get_body(preferencelist=(subtype,))
        return "" if part is None else _clean(_content(part)).replace("\r\n", "\n")
    except (LookupError, ValueError, AttributeError, email.errors.MessageError):
        return ""


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except LookupError:  # a character set that Python does not know: what is ASCII can be read all the same
        content = part.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _clean(text: str) -> str:
    """Lone surrogates (undecodable bytes) cannot be stored or sent as UTF-8."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def attachment_name(part: EmailMessage, number: int) -> str:
    """What an attachment may be called on this machine: the last part of the sender's name for it, without marks
    that are not seen or turn the direction of writing (``exe.fdp`` must not read as ``pdf.exe``)."""
    written = _clean(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in written if unicodedata.category(char) not in ("Cc", "Cf")).strip(" .")
    return seen[-LONGEST_NAME:] or f"attachment-{number + 1}"


def _attachments(mail: EmailMessage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    try:
        for part in mail.iter_attachments():
            content = part.get_payload(decode=True)
            size = len(content) if isinstance(content, bytes) else len(part.as_bytes())
            found.append(
                {"name": attachment_name(part, len(found)), "type": part.get_content_type(), "size": size}
            )
    except (KeyError, ValueError, LookupError, AttributeError, email.errors.MessageError):
        return found
    return found
