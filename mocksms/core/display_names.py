"""Display numbers and senders: numbers in national form, mail senders by name."""

from functools import lru_cache

import phonenumbers

from mocksms.core import domains
from mocksms.core.mail import headers
from mocksms.core.models import Message

_CARRIERS = {"whatsapp:": "WhatsApp"}


@lru_cache(maxsize=4096)
def pretty(address: str) -> str:
    """Return a number in its usual form: 090-1234-5678 at home, +44 20 7946 0018 abroad. Return anything else
    unchanged.
    """
    if not address.startswith("+"):
        return address
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return address
    national = number.country_code == phonenumbers.country_code_for_region("JP")
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, style)


def sender_name(mail: Message) -> str:
    """Return the sender's name if the mail has one, else the address; see :func:`sender_line`."""
    return headers.name(sender_line(mail)) or domains.shown(mail.sender)


def sender_line(mail: Message) -> str:
    """Return the mail's From line, name and address, or the bare address."""
    return domains.shown(str(mail.details.get("from") or mail.sender))


def carrier(message: Message) -> str:
    """Return the service that carried a text instead of the telephone network, "" for none."""
    return _CARRIERS.get(str(message.details.get("address_prefix", "")), "")


def sender(message: Message) -> str:
    """Return the other side of a message for lists, banners and the home screen."""
    return sender_name(message) if message.channel == "mail" else pretty(message.peer)
