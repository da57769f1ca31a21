"""Arrivals as they happen: waiting testers and open inboxes of one world.

In one process a waiter is woken by the arrival itself. Other processes on the same world are seen by
looking at the database once a second. Events are handed on in the order of their ids, none twice, none
left out.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from mocksms import store
from mocksms.core.models import Event
from mocksms.store import Store

RECHECK_SECONDS = 1.0
QUEUE_LENGTH = 1000
HEAD_START_SECONDS = 0.004
_BATCH = 500


class Waiter:
    """Wakes one thread when an event it wants arrives; a context manager that leaves the line at its end."""

    def __init__(self, hub: "Hub", wanted: Callable[[Event], bool]) -> None:
        self._hub = hub
        self._wanted = wanted
        self._signal = threading.Event()

    def put(self, event: Event) -> None:
        """Called by the hub at each event."""
        if self._wanted(event):
            self._signal.set()

    def wake(self) -> None:
        """Wakes the thread whatever arrived."""
        self._signal.set()

    def pause(self, seconds: float) -> bool:
        """Waits for a wanted event, at most so long or until it is time to look again; whether one came."""
        came = self._signal.wait(max(0.0, min(seconds, RECHECK_SECONDS)))
        self._signal.clear()
        return came

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hub.leave(self)


class Subscription(Waiter):
    """Every wanted event of a world from one id on, in order."""

    def __init__(self, hub: "Hub", wanted: Callable[[Event], bool]) -> None:
        super().__init__(hub, wanted)
        self._arrived: deque[Event] = deque(maxlen=QUEUE_LENGTH)
        self._behind = False
        self.last = 0
        self.began_again = False

    def start(self, after: int | None) -> None:
        """Begin after the event with this id, or with what comes from now on.

        An id that no event has had yet is another world's: then begin with the first event, and note it.
        """
        with self._hub.store.reading() as db:
            newest = store.reading.last_event(db)
        self.began_again = after is not None and after > newest
        if after is None:
            self.last = newest
        else:
            self.last, self._behind = 0 if self.began_again else after, True

    def put(self, event: Event) -> None:
        self._arrived.append(event)
        super().put(event)

    def get(self, timeout: float) -> list[Event]:
        """Wanted events since the last call, oldest first; waits up to `timeout` seconds for one, then
        gives none.
        """
        deadline = time.monotonic() + timeout
        while not self._hub.closed:
            if found := [event for event in self._take() if self._wanted(event)]:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            if not self.pause(left):
                self._behind = True  # another process may have written: look into the database
        return []

    def _take(self) -> list[Event]:
        if self._behind:
            return self._catch_up()
        taken: list[Event] = []
        while self._arrived:
            event = self._arrived.popleft()
            if event.id == self.last + 1:
                taken.append(event)
                self.last = event.id
            elif event.id > self.last:
                taken += self._catch_up()
        return taken

    def _catch_up(self) -> list[Event]:
        with self._hub.store.reading() as db:
            found = store.reading.events(db, self.last, _BATCH)
        self._behind = len(found) == _BATCH
        if found:
            self.last = found[-1].id
        return found


class Hub:
    """The line of events of one world, for those who wait in this process."""

    def __init__(self, world_store: Store) -> None:
        self.store = world_store
        self.closed = False
        self._lock = threading.Lock()
        self._waiters: tuple[Waiter, ...] = ()
        self._streams: tuple[Subscription, ...] = ()
        self._line: deque[Event] = deque()
        self._called = threading.Event()
        self._dispatcher: threading.Thread | None = None

    def publish(self, events: list[Event]) -> None:
        """Hands events to everyone who listens. Called in the order of ids, right after the commit.

        A waiting tester is one thread that wants to go on; open inboxes are many that all wake. So testers are woken
        at once, and the inboxes a moment later, with whatever else came in between.
        """
        for waiter in self._waiters:
            for event in events:
                waiter.put(event)
        if self._streams:
            self._line.extend(events)
            self._called.set()

    def _dispatch(self) -> None:
        while not self.closed:
            self._called.wait()
            self._called.clear()
            time.sleep(HEAD_START_SECONDS)
            news = [self._line.popleft() for _ in range(len(self._line))]
            for stream in self._streams:
                for event in news:
                    stream.put(event)

    def _join(self, waiter: Waiter) -> None:
        with self._lock:
            if isinstance(waiter, Subscription):
                self._streams = (*self._streams, waiter)
                if self._dispatcher is None:
                    self._dispatcher = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
                    self._dispatcher.start()
            else:
                self._waiters = (*self._waiters, waiter)

    def wait(self, wanted: Callable[[Event], bool]) -> Waiter:
        """Joins the line to be woken by wanted events; look into the database after joining, and after
        each pause.
        """
        waiter = Waiter(self, wanted)
        self._join(waiter)
        return waiter

    def subscribe(
        self, after: int | None = None, wanted: Callable[[Event], bool] | None = None
    ) -> Subscription:
        """Joins the line for every wanted event after the one with id `after`, or from now on."""
        subscription = Subscription(self, wanted or (lambda _: True))
        self._join(subscription)
        subscription.start(after)
        return subscription

    def leave(self, waiter: Waiter) -> None:
        """Leaves the line."""
        with self._lock:
            self._waiters = tuple(other for other in self._waiters if other is not waiter)
            self._streams = tuple(other for other in self._streams if other is not waiter)

    def close(self) -> None:
        """Lets everyone who waits go at once."""
        self.closed = True
        self._called.set()
        for waiter in (*self._waiters, *self._streams):
            waiter.wake()
