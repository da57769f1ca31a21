"""The statuses of an SMS or mail: the steps of a new message, and when it arrives."""

from mocksms.core.faults import Effects
from mocksms.core.models import Message

# In these statuses a message exists for its sender, but is on no handset.
UNSEEN = frozenset(
    {"scheduled", "accepted", "queued", "sending", "sent", "undelivered", "failed", "canceled"}
)
DELIVERED = ("queued", "sending", "sent", "delivered")


def plan(message: Message, now: float, effects: Effects, due_at: float | None) -> None:
    """Set a new message's status, history and time of arrival."""
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


def arrive(message: Message, now: float) -> None:
    """Set the statuses of a held message that arrives now."""
    message.due_at = None
    message.status = "delivered"
    message.received_at = message.updated_at = now
    steps = DELIVERED if message.history[-1][0] == "scheduled" else DELIVERED[1:]
    message.history += [(step, now) for step in steps]
