"""What is due by the phone's clock: held messages arrive, calls take their next step."""

import logging

from mocksms import store
from mocksms.core import calls, inbox
from mocksms.core.worlds import World

log = logging.getLogger("mocksms.scheduler")
RECHECK_SECONDS = 1.0


def watch(world: World, pause: float = 0.0) -> None:
    """Look for what is due when the next is, and at least each second, for the phone's clock may be moved; not before
    `pause` real seconds are over.
    """
    with world.store.reading() as db:
        due_at = store.reading.next_due(db)
    if due_at is not None and not world.is_watched():
        world.set_watched(True)
        world.background.jobs.later(
            max(pause, min(due_at - world.now(), RECHECK_SECONDS)), lambda: _look(world)
        )


def _look(world: World) -> None:
    world.set_watched(False)
    if not world.hub.closed:
        all_went_well = False
        try:
            all_went_well = deliver_due(world)
        finally:  # what failed stays due: it is tried again, but not without end at once
            watch(world, 0.0 if all_went_well else RECHECK_SECONDS)


def deliver_due(world: World) -> bool:
    """Do everything that is due by the phone's clock; what fails holds up nothing else.

    Return whether all went well.
    """
    with world.store.reading() as db:
        found = store.reading.due(db, world.now())
    all_went_well = True
    for message in found:
        try:
            if message.channel == "call":
                calls.go_on_when_due(world, message.sid)
            else:
                inbox.arrive(world, message.sid)
        except store.Unavailable:
            raise
        except Exception:
            log.exception("what was due of message %s failed", message.sid)
            all_went_well = False
    return all_went_well
