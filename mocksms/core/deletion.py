"""Delete messages in short transactions, so that many of them hold nobody up."""

import time
from collections.abc import Callable, Sequence

from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Filter
from mocksms.core.worlds import World
from mocksms.store.deletion import Doomed

AT_FIRST, AT_MOST = 200, 5000
SLICE_SECONDS = 0.03
PAUSE_SECONDS = 0.002  # a writer who waits takes the lock now
Find = Callable[[store.Connection, int], Sequence[Doomed]]


def delete(world: World, wanted: Filter) -> int:
    """Delete the messages that match. Return how many were deleted."""
    if wanted.q:
        inbox.complete_words(world)
    with world.store.writing() as db:
        if deleted := store.deletion.all_arrived(db, wanted):
            return deleted
        if store.deletion.is_most(db, wanted):
            # The rest is indexed again, which is less work than to take each message out of the index.
            store.search_index.begin_again(db)
        last = store.reading.last_message(db)  # what arrives between two slices stays
    return in_slices(world, lambda db, limit: store.deletion.matching(db, wanted, last, limit))


def delete_one(world: World, sid: str) -> bool:
    """Delete the message with this provider id. Return True if it existed."""
    with world.store.writing() as db:
        found = store.deletion.by_sid(db, sid)
        store.deletion.remove(db, found)
    return bool(found)


def in_slices(world: World, find: Find) -> int:
    """Delete what `find` returns, at most that many messages, until it returns fewer. Return how many were deleted.

    A transaction takes about SLICE_SECONDS: the size of the next one follows from the time of the last one.
    """
    size, deleted = AT_FIRST, 0
    while True:
        with world.store.writing() as db:
            start = time.monotonic()
            found = find(db, size)
            store.deletion.remove(db, found)
        deleted += len(found)
        if len(found) < size:
            return deleted
        spent = max(time.monotonic() - start, 0.001)
        size = max(AT_FIRST // 4, min(AT_MOST, 2 * size, int(size * SLICE_SECONDS / spent)))
        time.sleep(PAUSE_SECONDS)
