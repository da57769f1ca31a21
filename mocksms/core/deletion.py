"""Delete messages in short transactions, so that many of them hold nobody up."""

import time
from collections.abc import Callable, Sequence
from enum import Enum

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Filter
from mocksms.core.worlds import World
from mocksms.store.deletion import Doomed

AT_FIRST, AT_MOST = 200, 5000
SLICE_SECONDS = 0.015
PAUSE_SECONDS = 0.002  # a writer who waits takes the lock now
Find = Callable[[store.Connection, int], Sequence[Doomed]]


class Interrupted(store.Unavailable):
    """The database can't be used, after `deleted` messages were deleted. The same call deletes the rest."""

    def __init__(self, deleted: int) -> None:
        super().__init__(f"the database can't be used; {deleted} messages were deleted")
        self.deleted = deleted


class Share(Enum):
    """How many of all messages a deletion is about; most are more than half."""

    ALL = "all"
    MOST = "most"
    FEW = "few"
    NONE = "none"


def delete(world: World, wanted: Filter) -> int:
    """Delete the messages that match. Return how many were deleted."""
    if wanted.q:
        inbox.complete_words(world)
    share = _share(world, wanted)
    if share is Share.NONE:
        return 0
    if share is not Share.FEW:
        # The rest is indexed again, which is less work than to take each message out of the index.
        with world.store.writing() as db:
            store.search_index.begin_again(db)
    with world.altering() as db:
        if share is Share.ALL and (deleted := store.deletion.all_arrived(db, wanted)):
            return deleted
        last = store.reading.last_message(db)  # what arrives between two slices stays
    return in_slices(world, lambda db, limit: store.deletion.matching(db, wanted, last, limit))


def _share(world: World, wanted: Filter) -> Share:
    """Return how many of all messages match. It is found outside the lock, counting twice those that match."""
    if wanted.q:
        return Share.FEW
    with world.store.reading() as db:
        if wanted == Filter():
            return Share.ALL if store.reading.last_message(db) else Share.NONE
        found = store.reading.count(db, wanted)
        if not found:
            return Share.NONE
        total = store.reading.count(db, Filter(), 2 * found + 1)
    return Share.FEW if total > 2 * found else Share.MOST if total > found else Share.ALL


def delete_one(world: World, sid: str) -> bool:
    """Delete the message with this provider id. Return True if it existed."""
    with world.altering() as db:
        found = store.deletion.by_sid(db, sid)
        store.deletion.remove(db, found)
    return bool(found)


def in_slices(world: World, find: Find) -> int:
    """Delete what `find` returns, at most that many messages, until it returns fewer. Return how many were deleted.

    A transaction takes about SLICE_SECONDS: the size of the next one follows from the time of the last one. Open pages
    learn of it at the end, or once a second before.

    Raises:
        Interrupted: after a part of them.
    """
    size, deleted = AT_FIRST, 0
    while True:
        try:
            with world.store.writing() as db:
                start = time.monotonic()
                found = find(db, size)
                store.deletion.remove(db, found)
        except store.Unavailable as error:
            if deleted:
                raise Interrupted(deleted) from error
            raise
        deleted += len(found)
        if len(found) < size:
            world.hub.recheck()
            return deleted
        spent = max(time.monotonic() - start, 0.001)
        size = max(AT_FIRST // 4, min(AT_MOST, 2 * size, int(size * SLICE_SECONDS / spent)))
        time.sleep(PAUSE_SECONDS)
