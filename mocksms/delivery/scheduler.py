"""Run what is due: held messages and calls by the phone's clock, jobs by the computer's."""

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
    """Check when the next step is due, and at least each second because the phone's clock may move. Wait at least
    `pause` real seconds.
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
    """Return the seconds until the next step is due, None without one."""
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
    with suppress(store.Gone):  # the world was deleted meanwhile: nothing is due any more
        _do_due(world)


def _do_due(world: World) -> None:
    all_went_well = False
    try:
        all_went_well = deliver_due(world)
        job_runner.start_due(world)
    finally:  # what failed stays due: try again, but not in a tight loop
        watch(world, 0.0 if all_went_well else RECHECK_SECONDS)


def deliver_due(world: World) -> bool:
    """Process everything that is due by the phone's clock. One failure doesn't block the rest.

    Return True if all succeeded.
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
