"""A mail as it goes over the wire: its header fields, a text and an HTML part."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def compose(
    sender: tuple[str, str], to: str, subject: str, text: str, html: str, key: str | None
) -> EmailMessage:
    """Return a mail to one address. ``sender`` is a name and an address. Mails of one ``key`` have one Message-ID."""
    name, address = sender
    own = _address(address, _CONTROL.sub(" ", name))
    message = EmailMessage(policy=SMTP)
    message["From"] = own
    message["To"] = _address(to)
    message["Subject"] = _CONTROL.sub(" ", subject).strip()  # it may hold names that visitors chose
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{key}@{own.domain}>" if key else make_msgid(domain=own.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    message.set_content(text, cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    return message


def _address(address: str, name: str = "") -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(name, local, domain)  # `addr_spec` takes no dots in a row
