"""Checks of a message: pure functions, run when a message is read, so that receiving it costs nothing."""

from mocksms.core import display_names
from mocksms.core.checks import sms
from mocksms.core.checks.check import N_, Check
from mocksms.core.checks.language import NAMES, detect
from mocksms.core.mail.html_text import text_of_html
from mocksms.core.models import Message

__all__ = ["Check", "of"]


def of(message: Message) -> list[Check]:
    """Return the checks of a message, in reading order."""
    from mocksms.core.checks import mail  # late: it loads nh3, and no list or stream has checks

    found: list[Check | None] = []
    if message.channel == "sms":
        if not display_names.carrier(message):  # other services have no alphabets and no parts
            found += [sms.encoding(message.body), sms.parts(message.body)]
        found.append(sms.origin_bound(message.body))
    if message.channel == "mail" and message.html and not message.is_text_of_html:
        found.append(mail.same_code(message.body, text_of_html(message.html)))
    found += mail.links(message.links, message.html)
    found.append(_language(f"{message.subject}\n{message.body}"))
    return [check for check in found if check is not None]


def _language(text: str) -> Check | None:
    language = detect(text)
    if language is None:
        return None
    return Check("language", None, N_("Language: %(name)s."), {"language": language, "name": NAMES[language]})
