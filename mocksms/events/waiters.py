"""Who waits for events: testers for one message, and open inboxes for all."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mocksms import store
from mocksms.core.models import Event

if TYPE_CHECKING:
    from mocksms.events.hub import Hub

QUEUE_LENGTH = 1000
_BATCH = 500

Wanted = Callable[[Event], bool]


class Waiter:
    """A waiter for events of a world. A context manager: leaves the queue on exit.

    `wake` is called in the arrival's thread at each matching event. Without it, :meth:`pause` waits.
    """

    def __init__(
        self, hub: Hub, wanted: Wanted, to: str = "", wake: Callable[[], object] | None = None
    ) -> None:
        self.to = to
        self.wanted = wanted
        self._hub = hub
        self._signal = threading.Event()
        self.wake = wake or self._signal.set

    def put(self, event: Event) -> None:
        """Take an event from the hub."""
        if self.wanted(event):
            self.wake()

    def pause(self, seconds: float) -> None:
        """Wait for a matching event, at most this long."""
        self._signal.wait(max(0.0, seconds))
        self._signal.clear()

    def leave(self) -> None:
        """Stop waiting."""
        self._hub.leave(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()


class Subscription(Waiter):
    """Every matching event of a world after one id, in order."""

    def __init__(self, hub: Hub, wanted: Wanted, wake: Callable[[], object] | None = None) -> None:
        super().__init__(hub, wanted, wake=wake)
        self._arrived: deque[Event] = deque(maxlen=QUEUE_LENGTH)
        self.is_behind = False
        self.last = 0
        self.began_again = False
        self._conditions = ""
        self._has_new_conditions = False

    def start(self, after: int | None, conditions: str = "") -> None:
        """Begin after the event with this id, or with the next event; after these conditions, or the present ones.

        An id ahead of all events is from another world: then begin with the first event, and remember that.
        """
        with self._hub.store.reading() as db:
            newest = store.reading.last_event(db)
            current = store.conditions.stamp(db)
        self._has_new_conditions = conditions not in ("", current)
        self._conditions = current
        self.began_again = after is not None and after > newest
        if after is None:
            self.last = newest
        else:
            self.last, self.is_behind = 0 if self.began_again else after, True

    def put(self, event: Event) -> None:
        """Take an event from the hub. The subscriber is woken once for several."""
        self._arrived.append(event)

    def see(self, conditions: str) -> None:
        """Wake the subscriber if these conditions are new."""
        if conditions != self._conditions:
            self._conditions, self._has_new_conditions = conditions, True
            self.wake()

    def new_conditions(self) -> str:
        """Return the stamp of the conditions if they changed since the last call, else ""."""
        is_new, self._has_new_conditions = self._has_new_conditions, False
        return self._conditions if is_new else ""

    def get(self, timeout: float) -> list[Event]:
        """Return the matching events since the last call, oldest first.

        Wait up to `timeout` seconds for one, or for new conditions.
        """
        deadline = time.monotonic() + timeout
        while not self._hub.closed:
            if found := self.take():
                return found
            left = deadline - time.monotonic()
            if left <= 0 or self._has_new_conditions:
                return []
            self.pause(left)
        return []

    def take(self) -> list[Event]:
        """Return the matching events since the last call, oldest first, without waiting."""
        return [event for event in self._take() if self.wanted(event)]

    def needs_database(self) -> bool:
        """Return whether :meth:`take` has to read the database, which a coroutine must not do."""
        if not self.is_behind:
            expected = self.last + 1
            for event in tuple(self._arrived):
                if event.id > expected:
                    return True
                expected = max(expected, event.id + 1)
        return self.is_behind

    def _take(self) -> list[Event]:
        if self.is_behind:
            return self._catch_up()
        taken: list[Event] = []
        before = self.last
        try:
            while self._arrived:
                event = self._arrived.popleft()
                if event.id == self.last + 1:
                    taken.append(event)
                    self.last = event.id
                elif event.id > self.last:
                    taken += self._catch_up()
        except store.EngineError:  # the next call returns all of them
            self.last, self.is_behind = before, True
            raise
        return taken

    def _catch_up(self) -> list[Event]:
        with self._hub.store.reading() as db:
            found = store.reading.events(db, self.last, _BATCH, self._hub.recent.find)
        self.is_behind = len(found) == _BATCH
        if found:
            self.last = found[-1].id
        return found
