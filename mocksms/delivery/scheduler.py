"""What is due: held messages arrive and calls take their next step by the phone's clock; jobs are done by ours."""

import logging
import threading
import time
import weakref
from contextlib import suppress
from functools import partial

from mocksms import store
from mocksms.core import calls, inbox
from mocksms.core.worlds import World
from mocksms.delivery import job_runner

log = logging.getLogger("mocksms.scheduler")
RECHECK_SECONDS = 1.0
_watched: "weakref.WeakSet[World]" = weakref.WeakSet()
_lock = threading.Lock()


def watch(world: World, pause: float = 0.0) -> None:
    """Look for what is due when the next is, and at least each second, for the phone's clock may be moved; not before
    `pause` real seconds are over.
    """
    due_in = _due_in(world)
    if due_in is None:
        return
    with _lock:
        if world in _watched:
            return
        _watched.add(world)
    world.background.jobs.later(max(pause, min(due_in, RECHECK_SECONDS)), partial(_look, world))


def _due_in(world: World) -> float | None:
    """Return the seconds until the next thing is due, None when there is nothing to come."""
    with world.store.reading() as db:
        message, job = store.reading.next_due(db), store.jobs.next_due(db)
        offset = 0.0 if message is None else store.conditions.read(db).offset
    times = [] if message is None else [message - offset]
    times += [] if job is None else [job]
    return min(times) - time.time() if times else None


def _look(world: World) -> None:
    with _lock:
        _watched.discard(world)
    if world.hub.closed:
        return
    with suppress(store.Gone):  # the world was deleted, at whatever moment: nothing is due in it any more
        _do_due(world)


def _do_due(world: World) -> None:
    all_went_well = False
    try:
        all_went_well = deliver_due(world)
        job_runner.start_due(world)
    finally:  # what failed stays due: it is tried again, but not without end at once
        watch(world, 0.0 if all_went_well else RECHECK_SECONDS)


def deliver_due(world: World) -> bool:
    """Do everything that is due by the phone's clock; what fails holds up nothing else.

    Return whether all went well.
    """
    with world.store.reading() as db:
        found = store.reading.due(db, time.time() + store.conditions.read(db).offset)
    all_went_well = True
    for message in found:
        try:
            if message.channel == "call":
                calls.advance_due(world, message.sid)
            else:
                inbox.deliver_held(world, message.sid)
        except store.Unavailable:
            raise
        except Exception:
            log.exception("what was due of message %s failed", message.sid)
            all_went_well = False
    return all_went_well
