"""Record mails sent by SMTP with the answers, in the log of their world."""

import logging
import time
from dataclasses import dataclass

from aiosmtpd.smtp import Envelope

from mocksms import store
from mocksms.core.models import Message
from mocksms.core.request_log import LONGEST_BODY, RecordedRequest
from mocksms.core.worlds import World, Worlds
from mocksms.store.requests import ChosenBy

log = logging.getLogger("mocksms.request_log")
HUNG_UP = "A fault ended the connection"
BY_NOTHING = "No X-World, lease or plus-tag names a world that there is"


@dataclass(slots=True)
class RecordedMail:
    """A mail to one mailbox: its world, and the message that was saved."""

    mailbox: str
    world: World | None = None
    chosen_by: ChosenBy = "default"
    message: Message | None = None


def record(worlds: Worlds, envelope: Envelope, copy: RecordedMail, answer: str) -> None:
    """Record the outcome of a mail, in the default world if it has none. `answer` is "" for a closed connection."""
    message, code = copy.message, answer[:3]
    is_in_default = message is not None and copy.chosen_by == "default"
    content = envelope.original_content or b""
    try:
        (copy.world or worlds.get()).request_log.record(
            RecordedRequest(
                at=time.time(),
                wire="smtp",
                chosen_by=copy.chosen_by,
                method="MAIL",
                path=f"FROM:<{envelope.mail_from or ''}> TO:<{copy.mailbox}>",
                recipient=copy.mailbox,
                status=int(code) if code.isdecimal() else 421,
                is_accepted=message is not None,
                reason=HUNG_UP if not answer else BY_NOTHING if is_in_default else "",
                sid=message.sid if message is not None else "",
                body=content[: 2 * LONGEST_BODY],
                answer=answer.encode(),
            )
        )
    except store.EngineError:  # a log failure must not affect the request
        log.exception("a mail cannot be noted")
