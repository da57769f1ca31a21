"""Codes of the world's authenticator app for tests: each is returned once, and stays valid long enough to be typed."""

import time

from mocksms import store
from mocksms.core.authenticator import Entry
from mocksms.core.worlds import World


def entries(world: World) -> list[Entry]:
    """Return the entries of all handsets of the world, oldest first."""
    with world.store.reading() as db:
        return [Entry(*row) for row in store.authenticators.everything(db)]


def find(world: World, entry_id: int) -> Entry | None:
    """Return an entry, or None."""
    with world.store.reading() as db:
        row = store.authenticators.find(db, entry_id)
    return None if row is None else Entry(*row)


def fresh_code(world: World, entry: Entry, seconds: float, patience: float) -> tuple[str, float] | None:
    """Return a code that stays valid for `seconds` and is not the last one returned, and how long it is valid.

    Wait up to `patience` real seconds for it, else return None. Time is the world's: moving its clock ends the wait.
    """
    deadline = time.monotonic() + patience
    with world.hub.wait(lambda _: False) as waiter:
        while True:
            now = world.now()
            lives = entry.seconds_left(now)
            if lives >= seconds and _is_new(world, entry, now):
                return entry.code(now), lives
            left = deadline - time.monotonic()
            if not world.store.exists():
                raise store.Gone(world.name)
            if left <= 0 or world.hub.closed:
                return None
            waiter.pause(min(1.0, left, lives + 0.01))


def _is_new(world: World, entry: Entry, now: float) -> bool:
    with world.store.writing() as db:
        return store.authenticators.give(db, entry.id, int(now // entry.period))
