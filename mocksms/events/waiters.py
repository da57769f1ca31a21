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
from mocksms.events.batch import Batch
from mocksms.events.recent import MOST_KEPT_CHARACTERS, length

if TYPE_CHECKING:
    from mocksms.events.hub import Hub

QUEUE_LENGTH = 1000
_BATCH = 500

Wanted = Callable[[Event], bool]


class Listener:
    """A place in a hub's queue. A context manager: leaves the queue on exit."""

    def __init__(self, hub: Hub, wake: Callable[[], object] | None = None) -> None:
        """`wake` is called in the arrival's thread. Without it, :meth:`pause` waits."""
        self._hub = hub
        self._signal = threading.Event()
        self.wake = wake or self._signal.set

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


class Waiter(Listener):
    """A waiter for events of a world, woken at each matching event."""

    def __init__(
        self, hub: Hub, wanted: Wanted, to: str = "", wake: Callable[[], object] | None = None
    ) -> None:
        super().__init__(hub, wake)
        self.to = to
        self._wanted = wanted

    def put(self, event: Event) -> None:
        """Take an event from the hub."""
        if self._wanted(event):
            self.wake()


class Subscription(Listener):
    """Every matching event of a world after one id, in order."""

    def __init__(
        self, hub: Hub, wanted: Wanted | None = None, wake: Callable[[], object] | None = None
    ) -> None:
        """Without `wanted`, all events match, and streams share what they get."""
        super().__init__(hub, wake)
        self._wanted = wanted
        self._arrived: deque[Batch] = deque()
        self._limit = _BATCH
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

    def put(self, batch: Batch) -> None:
        """Take events from the hub. The subscriber is woken after that.

        One who lags far behind reads them from the database later.
        """
        kept = tuple(self._arrived)
        if (
            sum(map(len, kept)) >= QUEUE_LENGTH
            or sum(each.characters for each in kept) >= MOST_KEPT_CHARACTERS
        ):
            self._arrived.clear()
        self._arrived.append(batch)

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
        """Return the next matching events, oldest first.

        Wait up to `timeout` seconds for one, or for new conditions.
        """
        deadline = time.monotonic() + timeout
        while not self._hub.closed:
            if found := self.take():
                return found
            left = deadline - time.monotonic()
            if left <= 0 or self._has_new_conditions:
                return []
            if not self.is_behind:
                self.pause(left)
        return []

    def take(self) -> list[Event]:
        """Return the next matching events, oldest first, without waiting. There may be more when there are any."""
        found = self.arrived()
        return self.read() if found is None else found

    def arrived(self) -> list[Event] | None:
        """Return the next matching events that arrived, none if none did, or None if they must be :meth:`read`."""
        while not self.is_behind:
            try:
                batch = self._arrived.popleft()
            except IndexError:
                return []
            found = batch.after(self.last)
            if found is None:
                self.is_behind = True
            elif found:
                self.last = found[-1].id
                if matching := self._matching(found):
                    return matching
        return None

    def read(self) -> list[Event]:
        """Read the next matching events from the database. There may be more if it `is_behind` still.

        Few large ones: they stay in memory until the client has taken them.
        """
        with self._hub.store.reading() as db:
            found = store.reading.events(db, self.last, self._limit, self._hub.recent.find)
        kept = _first(found)
        is_cut = len(kept) < len(found)
        self.is_behind = is_cut or len(found) == self._limit
        self._limit = len(kept) if is_cut else min(2 * self._limit, _BATCH)
        if kept:
            self.last = kept[-1].id
        return self._matching(kept)

    def _matching(self, found: list[Event]) -> list[Event]:
        return found if self._wanted is None else [event for event in found if self._wanted(event)]


def _first(found: list[Event]) -> list[Event]:
    """Return the first events, up to the one that reaches what may be kept."""
    characters = 0
    for count, event in enumerate(found, start=1):
        characters += length(event)
        if characters >= MOST_KEPT_CHARACTERS:
            return found[:count]
    return found
