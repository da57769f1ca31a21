"""Status receipts to the app that sent a message, as jobs."""

from dataclasses import asdict

from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.store.jobs import NewJob

KIND = "receipt"


def new_jobs(world: World, message: Message, after: int) -> list[NewJob]:
    """Return the receipts for the steps of the message's history from index `after` on, in order."""
    if message.direction == "out" or not message.wants_receipts:
        return []
    return [
        NewJob(KIND, f"{KIND}:{message.sid}", {"wire": message.wire, "request": asdict(request)})
        for request in world.sender_app(message).receipts(message, after)
    ]
