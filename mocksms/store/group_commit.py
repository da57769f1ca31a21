"""Group commit: concurrent writers share one transaction. Each returns only when its write is on disk.

Most of the cost of a commit is the pages it touches, and eight messages touch almost the same pages. A writer who comes
while a transaction runs joins it, so that few wait for the next one.

A message's faults were worked out earlier, from the conditions read last. One check per group tells whether these still
hold, so a change by another process (clock, faults, opt-outs) counts from its commit on.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from mocksms.core.models import Event
from mocksms.store import conditions
from mocksms.store.conditions import Conditions
from mocksms.store.engine import Busy, Connection, Gone, Store, Unreachable

LARGEST_GROUP = 64
Work = Callable[[Connection, list[Event]], None]


class ConditionsChanged(Exception):
    """The world's conditions are no longer those that the work was prepared for. Nothing was written."""


class Tokens(Protocol):
    """The accounts' signing tokens that are not in the database yet."""

    @property
    def unwritten(self) -> Mapping[str, str]:
        """Tokens by account."""

    def write(self, db: Connection) -> None:
        """Write them as part of a transaction."""


@dataclass(slots=True, eq=False)
class _Ticket:
    """One writer's work. Its gate opens when the work is done, or when this writer is the next leader."""

    work: Work
    expected: Conditions | None
    gate: threading.Lock = field(default_factory=threading.Lock)
    done: bool = False
    error: BaseException | None = None


class GroupCommit:
    """Group commit: one thread at a time runs all queued writes, in order."""

    def __init__(self, store: Store, publish: Callable[[list[Event]], None], tokens: Tokens) -> None:
        """`publish` gets a transaction's events right after its commit; `tokens` are written with it."""
        self.seen: Conditions | None = None
        self._store = store
        self._publish = publish
        self._tokens = tokens
        self._mutex = threading.Lock()
        self._queue: list[_Ticket] = []
        self._led = False

    def run(self, work: Work, expected: Conditions | None = None) -> None:
        """Run a small write in a transaction, perhaps with others'. Return after the commit, or raise what `work`
        raised.

        `work` gets the connection and the list for its events. It may run again when another writer's work fails.
        Inside this thread's own transaction, the work becomes part of it.

        Raise :class:`ConditionsChanged` when the conditions differ from `expected`.
        """
        ticket = _Ticket(work, expected)
        if self._store.is_writing():
            with self._store.writing() as db:
                self._transaction([ticket])
                db.flush()  # the caller goes on before the commit
        else:
            self._wait_for_turn(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _wait_for_turn(self, ticket: _Ticket) -> None:
        ticket.gate.acquire()
        with self._mutex:
            self._queue.append(ticket)
            waits, self._led = self._led, True
        if waits:
            ticket.gate.acquire()
        if not ticket.done:
            self._lead()

    def _lead(self) -> None:
        with self._mutex:
            group, self._queue = self._queue[:LARGEST_GROUP], self._queue[LARGEST_GROUP:]
        try:
            self._commit(group, is_open=True)
        finally:
            with self._mutex:
                heir = self._queue[0] if self._queue else None
                self._led = heir is not None
            for ticket in group:
                ticket.done = True
                ticket.gate.release()
            if heir is not None:
                heir.gate.release()

    def _transaction(self, group: list[_Ticket], is_open: bool = False) -> None:
        """Run the group's writes in a transaction. Who queues while it `is_open` joins the group."""
        events: list[Event] = []
        with self._store.writing() as db:
            self.seen = seen = conditions.read(db)
            for ticket in group:
                if ticket.expected is None or ticket.expected == seen:
                    ticket.error = None
                    ticket.work(db, events)
                else:
                    ticket.error = ConditionsChanged()
                if is_open and ticket is group[-1]:
                    with self._mutex:
                        room = LARGEST_GROUP - len(group)
                        group += self._queue[:room]
                        del self._queue[:room]
            if self._tokens.unwritten:  # those of the writers who joined, too
                self._tokens.write(db)
            self._store.after_commit(partial(self._publish, events))

    def _commit(self, group: list[_Ticket], is_open: bool = False) -> None:
        try:
            self._transaction(group, is_open)
        except Exception as error:
            if len(group) == 1 or isinstance(error, Busy | Gone | Unreachable):  # it would meet each of them
                for ticket in group:
                    ticket.error = error
                return
            # One failed and nothing was written: run each alone, so that only that one fails.
            for ticket in group:
                self._commit([ticket])
