"""The Messages app: conversations, bubbles, replies."""

from dataclasses import dataclass, field
from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mocksms.api.middleware import world
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.delivery import inbound_messages
from mocksms.handset import devices
from mocksms.handset._blueprint import blueprint
from mocksms.handset.layout_context import render, row_number

PAGE = 40
LONGEST_REPLY = 1600


@dataclass(slots=True)
class Day:
    """The messages of one day of a conversation, oldest first."""

    at: float
    messages: list[Message] = field(default_factory=list)


def by_day(messages: list[Message]) -> list[Day]:
    """Group messages, oldest first, by the day of their arrival."""
    days: list[Day] = []
    last = None
    for message in messages:
        date = datetime.fromtimestamp(message.received_at, get_timezone()).date()
        if date != last:
            days.append(Day(message.received_at))
            last = date
        days[-1].messages.append(message)
    return days


@blueprint.get("/handsets/<address>/messages/")
def messages(address: str) -> str:
    """Show the conversations of a phone, newest first."""
    device = devices.device(world(), address)
    return render("messages", device, threads=inbox.threads(world(), address, "sms"))


@blueprint.get("/handsets/<address>/messages/<path:peer>")
def thread(address: str, peer: str) -> str:
    """Show one conversation, oldest first, with its codes ready to copy.

    Opening it changes nothing; the page's module, or a button without JavaScript, marks it as read.
    """
    before = row_number(request.args, "before")
    found = inbox.thread(world(), address, peer, PAGE + 1, before)
    older = None
    if len(found) > PAGE:
        found = found[:PAGE]
        older = url_for("handset.thread", address=address, peer=peer, before=found[-1].id)
    unread = sum(message.direction == "in" and message.read_at is None for message in found)
    days = by_day(found[::-1])
    return render(
        "thread", devices.device(world(), address), peer=peer, days=days, unread=unread, older_url=older
    )


@blueprint.post("/handsets/<address>/reply")
def reply(address: str) -> Response:
    """Send a text typed on the phone to the other side's webhook."""
    peer, body = request.form.get("peer", ""), request.form.get("body", "").strip()
    if not peer:
        abort(400)
    if not body or len(body) > LONGEST_REPLY:
        flash(_("Enter a message of 1 to %(most)d characters.", most=LONGEST_REPLY), "problem")
    else:
        inbound_messages.send(world(), address, peer, body)
    return redirect(url_for("handset.thread", address=address, peer=peer))
