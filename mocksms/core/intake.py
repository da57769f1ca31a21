"""How a provider hands a message to a world: faults and opt-outs are worked out once, when it comes in."""

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from mocksms.core import calls, faults, inbox
from mocksms.core.faults import NOTHING, Effects
from mocksms.core.models import Message
from mocksms.core.request_log import KEPT
from mocksms.core.worlds import World
from mocksms.store.conditions import Conditions
from mocksms.store.group_commit import ConditionsChanged

OPTED_OUT = 21610


class Rejected(Exception):
    """The message is rejected; `code` is the fault's, or OPTED_OUT when its recipient opted out from its sender."""

    def __init__(self, code: int, recipient: str) -> None:
        super().__init__(code, recipient)
        self.code = code
        self.recipient = recipient


class Interrupted(Exception):
    """A fault breaks the answer itself: an error page (`http_status`), or a closed connection (None)."""

    def __init__(self, http_status: int | None = None) -> None:
        super().__init__(http_status)
        self.http_status = http_status


class Arrival(NamedTuple):
    """An accepted message: its world, the phone's time (Unix seconds) and its faults.

    `expected` are the conditions that this was worked out from; None when they were read for this message. `again`
    works it out once more.
    """

    world: World
    now: float
    effects: Effects
    expected: Conditions | None
    again: Callable[[], "Arrival"]

    def keep(self, message: Message, raw: bytes | None = None, due_at: float | None = None) -> Message:
        """Save an SMS or mail with its source; `due_at` (by the phone's clock) holds it back until then."""
        try:
            kept = inbox.keep(self.world, message, self.now, self.effects, raw, due_at, self.expected)
            KEPT.set(kept)
            return kept
        except ConditionsChanged:
            return self.again().keep(message, raw, due_at)

    def ring(self, call: Message, ring_seconds: float) -> Message:
        """Save a call and let it ring."""
        KEPT.set(call)
        return calls.place(self.world, call, ring_seconds, self.effects, self.now)


def meet(
    world: World, channel: str, recipient: str, sender: str, over_http: bool = True, stops: bool = True
) -> Arrival:
    """Return the arrival of a message on this channel. Raise :class:`Rejected` or :class:`Interrupted`.

    Each fault that hits it is counted as used. `over_http` is False for a protocol without HTTP statuses; `stops` is
    False for senders that STOP doesn't apply to.

    Most messages have no fault. For them the conditions this process read last are good enough here: the transaction
    that saves the message compares them with the database, see :class:`mocksms.store.group_commit.GroupCommit`.
    """
    again = partial(meet, world, channel, recipient, sender, over_http, stops)
    known = world.group_commit.seen or world.conditions()
    if stops and channel != "call" and not known.has_faults and not known.has_stops:
        return Arrival(world, time.time() + known.offset, NOTHING, known, again)
    conditions = world.conditions()
    now = time.time() + conditions.offset
    if stops and conditions.has_stops and channel == "sms" and inbox.is_opted_out(world, recipient, sender):
        raise Rejected(OPTED_OUT, recipient)
    effects = faults.take(world, channel, recipient, sender) if conditions.has_faults else NOTHING
    if over_http and effects.http_status is not None:
        raise Interrupted(effects.http_status)
    if effects.hang_up and channel != "call":
        raise Interrupted
    code = effects.reject if over_http else effects.smtp_code or effects.reject
    if code is not None:
        raise Rejected(code, recipient)
    return Arrival(world, now, effects, None, again)
