"""From "queued" to "delivered", or not: the statuses of an SMS or mail, at once, later, or never."""

import logging
from collections.abc import Callable
from dataclasses import replace

from mocksms import store
from mocksms.core import phone_numbers
from mocksms.core.faults import Effects
from mocksms.core.models import Event, Message
from mocksms.core.worlds import World
from mocksms.delivery import webhooks

log = logging.getLogger("mocksms.scheduler")
# In these statuses a message is known to its sender but not on any handset.
UNSEEN = frozenset(
    {"scheduled", "accepted", "queued", "sending", "sent", "undelivered", "failed", "canceled"}
)
DELIVERED = ("queued", "sending", "sent", "delivered")
RECHECK_SECONDS = 1.0
_AT_DUE: dict[str, Callable[[World, str], None]] = {}


def at_due(channel: str, work: Callable[[World, str], None]) -> None:
    """Names what is done with a message of this channel (its sid is given) when it is due; others then arrive."""
    _AT_DUE[channel] = work


def plan(message: Message, now: float, effects: Effects, due_at: float | None) -> None:
    """Writes a new message's status, history and time of arrival."""
    first = "accepted" if message.details.get("messaging_service_sid") else "queued"
    if message.direction == "out":
        steps = [message.status]
    elif due_at is not None:
        steps, message.due_at = ["scheduled"], due_at
    elif effects.undelivered is not None:
        steps = [first, "sending", "sent", "undelivered"]
        message.error_code = effects.undelivered
    elif effects.drop:
        steps = [first, "sending", "sent"]
    elif effects.delay:
        steps, message.due_at = [first], now + effects.delay
    else:
        steps = [first, *DELIVERED[1:]]
    message.status = "received" if message.direction == "out" else steps[-1]
    message.history = [(step, now) for step in steps]


def follow(world: World, message: Message) -> None:
    """Sees to what comes after: tells the sender's app, wakes up when a held message is due."""
    if message.direction == "in":
        tell(world, message, 1)
    if message.due_at is not None:
        watch(world)


def tell(world: World, message: Message, after: int) -> None:
    """Posts the statuses of the history from this place on to the sender's StatusCallback."""
    url = message.details.get("status_callback")
    if not url:
        return
    posts = []
    for status, _ in message.history[after:]:
        fields = {
            "AccountSid": message.account,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "To": message.recipient,
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "MessageStatus": status,
            "SmsStatus": status,
        }
        if service := message.details.get("messaging_service_sid"):
            fields["MessagingServiceSid"] = service
        if message.error_code and status in ("undelivered", "failed"):
            fields["ErrorCode"] = str(message.error_code)
        posts.append(webhooks.Post(url, message.account, list(fields.items())))
    webhooks.send(world, message.sid, posts)


def watch(world: World, pause: float = 0.0) -> None:
    """Looks for what is due when the next is, and at least each second, for the phone's clock may be moved; not before
    `pause` real seconds are over.
    """
    with world.pool.read() as db:
        due_at = store.reading.next_due(db)
    if due_at is not None and not world.is_watched():
        world.set_watched(True)
        world.jobs.later(max(pause, min(due_at - world.now(), RECHECK_SECONDS)), lambda: _look(world))


def _look(world: World) -> None:
    world.set_watched(False)
    if not world.hub.closed:
        all_went_well = False
        try:
            all_went_well = deliver_due(world)
        finally:  # what failed stays due: it is tried again, but not without end at once
            watch(world, 0.0 if all_went_well else RECHECK_SECONDS)


def deliver_due(world: World) -> bool:
    """Lets everything happen that is due by the phone's clock; what fails holds up nothing else.

    Gives whether all went well.
    """
    with world.pool.read() as db:
        found = store.reading.due(db, world.now())
    all_went_well = True
    for message in found:
        try:
            _AT_DUE.get(message.channel, _arrive)(world, message.sid)
        except store.Busy:
            raise
        except Exception:
            log.exception("what was due of message %s failed", message.sid)
            all_went_well = False
    return all_went_well


def _arrive(world: World, sid: str) -> None:
    now = world.now()
    with world.write() as (db, events):
        message = store.reading.find_sid(db, sid)
        if message is None or message.due_at is None:
            return  # canceled, or another process was faster
        before = len(message.history)
        message.due_at = None
        message.status = "delivered"
        message.received_at = message.updated_at = now
        steps = DELIVERED if message.history[-1][0] == "scheduled" else DELIVERED[1:]
        message.history += [(step, now) for step in steps]
        store.messages.arrive(db, message, phone_numbers.kind(message.handset))
        events.append(Event(message.id, now, "message", replace(message)))
    tell(world, message, before)
