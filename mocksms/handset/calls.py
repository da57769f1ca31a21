"""The Phone app: recent calls and what became of them."""

from dataclasses import dataclass

from flask_babel import gettext as _

from mocksms import inbox
from mocksms.handset import devices
from mocksms.handset._blueprint import blueprint
from mocksms.handset.frame import show
from mocksms.models import Filter, Message
from mocksms.web import world

PAGE = 50
MISSED = {"no-answer", "busy", "canceled", "failed"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call in the list: its message, whether it was missed, and what became of it in words."""

    message: Message
    missed: bool
    outcome: str


def outcome(message: Message) -> str:
    """What became of a call, in words."""
    return {
        "queued": _("Waiting"),
        "ringing": _("Ringing"),
        "in-progress": _("In progress"),
        "completed": _("Answered"),
        "busy": _("Declined"),
        "no-answer": _("Missed"),
        "canceled": _("Missed"),
        "failed": _("Not connected"),
    }.get(message.status, message.status)


@blueprint.get("/handsets/<address>/phone/")
def phone(address: str) -> str:
    """The recent calls of a phone, newest first."""
    found = inbox.search(world(), Filter(to=address, channel="call"), PAGE)
    calls = [Call(each, each.status in MISSED, outcome(each)) for each in found]
    return show("phone", devices.device(world(), address), calls=calls)
