"""Group commit: writers who come at the same time share one transaction, each still returns only when it is on disk.

What a commit of one message costs is mostly the pages it touches; eight messages touch almost the same ones.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from sqlite_utils import Database

from mocksms.core.models import Event
from mocksms.store.connection_pool import Pool

LARGEST_GROUP = 64
Work = Callable[[Database, list[Event]], None]


@dataclass(slots=True, eq=False)
class _Ticket:
    """One writer's work; its gate opens when the work is done or when it is this writer's turn to lead."""

    work: Work
    gate: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False
    error: BaseException | None = None


class GroupCommit:
    """Lets one writer at a time lead: it does all the work that waits, in the order it came."""

    def __init__(self, pool: Pool, publish: Callable[[list[Event]], None]) -> None:
        """`publish` gets the events of a transaction right after its commit."""
        self._pool = pool
        self._publish = publish
        self._mutex = threading.Lock()
        self._queue: list[_Ticket] = []
        self._led = False

    def run(self, work: Work) -> None:
        """Does the work in a transaction, perhaps with others'; returns when it is committed, raises what it raised."""
        ticket = _Ticket(work)
        ticket.gate.acquire()
        with self._mutex:
            self._queue.append(ticket)
            waits, self._led = self._led, True
        if waits:
            ticket.gate.acquire()
        if not ticket.done:
            self._lead()
        if ticket.error is not None:
            raise ticket.error

    def _lead(self) -> None:
        with self._mutex:
            group, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
        try:
            self._commit(group)
        finally:
            with self._mutex:
                heir = self._queue[0] if self._queue else None
                self._led = heir is not None
            for ticket in group:
                ticket.done = True
                ticket.gate.release()
            if heir is not None:
                heir.gate.release()

    def _transaction(self, works: list[Work]) -> None:
        events: list[Event] = []
        with self._pool.write(partial(self._publish, events)) as db:
            for work in works:
                work(db, events)

    def _commit(self, group: list[_Ticket]) -> None:
        try:
            self._transaction([ticket.work for ticket in group])
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
                return
            # One of them failed and nothing was written: each on its own, so that only that one fails.
            for ticket in group:
                self._commit([ticket])
