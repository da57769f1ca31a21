"""Messages on no handset: those that did not arrive, and the proof that none came."""

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World


def not_arrived(world: World, to: str = "") -> list[Message]:
    """Return messages that are on no handset, newest first: undelivered, or held back until `due_at`."""
    with world.store.reading() as db:
        return store.reading.not_arrived(db, to)


def wait_for_none(world: World, wanted: Filter, seconds: float) -> Message | None:
    """Wait for this many seconds of the world's clock. Return a matching message as soon as there is one, else None.

    A held message that is due in that time matches too. Raise :class:`Gone` when the world is deleted meanwhile.
    """
    until = world.now() + seconds
    with world.hub.wait(lambda event: wanted.matches(event.message)) as waiter:
        while True:
            found = inbox.search(world, wanted, 1) or [
                each
                for each in not_arrived(world, wanted.to)
                if each.due_at is not None and each.due_at <= until
            ]
            left = until - world.now()
            if not world.store.exists():
                raise store.Gone(world.name)
            if found or left <= 0 or world.hub.closed:
                return found[0] if found else None
            waiter.pause(min(left, 1.0))  # the clock may be moved, and a message held back, without an event
