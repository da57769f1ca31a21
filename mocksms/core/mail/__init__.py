"""Parse a mail: sender, recipients, subject, text, HTML, files. The source is kept unchanged beside it."""

from mocksms.core.models import Message


def parse(source: bytes, recipient: str, envelope_sender: str) -> Message:
    """Return the mail as a message to one recipient. Any bytes are accepted: unreadable parts are left empty.

    Raise :class:`mocksms.core.mail.structure.TooManyParts`.
    """
    from mocksms.core.mail import parsing  # late: Python's parser of mails takes a fiftieth of a start

    return parsing.parse(source, recipient, envelope_sender)
