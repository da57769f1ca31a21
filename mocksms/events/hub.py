"""Live arrivals: waiting testers and open inboxes of one world.

Within a process, the arrival itself wakes a waiter. Other processes' writes are found in the database: when they are
announced, and once a second besides, once for all waiters. Events are delivered in the order of their ids, without
duplicates or gaps.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from mocksms import store
from mocksms.core.models import Event
from mocksms.events.batch import Batch
from mocksms.events.recent import Recent
from mocksms.events.waiters import Listener, Subscription, Waiter, Wanted
from mocksms.store import Store

RECHECK_SECONDS = 1.0
HEAD_START_SECONDS = 0.004
PER_STREAM_SECONDS = 0.0005  # the pause after a portion of streams, for each stream in it
PER_EVENT_SECONDS = 0.001  # the pause after all streams, for each event: in a flood they are told seldom
MOST_PAUSE_SECONDS = 0.25
TOLD_AT_ONCE = 8  # streams in a portion: an arrival waits for no more of them
_BATCH = 500
_log = logging.getLogger(__name__)


class Hub:
    """The event queue of one world, for waiters in this process."""

    def __init__(self, world_store: Store, announce: Callable[[int], None]) -> None:
        """`announce` gets the id of each transaction's last event, for other processes."""
        self.store = world_store
        self._announce = announce
        self.closed = False
        self._lock = threading.Lock()
        self._waiters: dict[str, tuple[Waiter, ...]] = {}
        self._streams: tuple[Subscription, ...] = ()
        self.recent = Recent()
        self._line: deque[Event] = deque()
        self._called = threading.Event()
        self._is_looking = False
        self._has_news = False
        self._published = 0

    def publish(self, events: list[Event]) -> None:
        """Publish committed events in id order, right after the commit.

        Wakes API waiters at once and inbox streams slightly later, batched: a waiting tester is one thread, open
        inboxes are many that would all wake.
        """
        for event in events:
            if event.id <= self._published + 1:
                self._published = max(self._published, event.id)
            else:  # another process wrote those between
                self.look()
        self._hand_on(events)
        self._announce(events[-1].id if events else 0)

    def look(self) -> None:
        """Publish what other processes wrote, soon and in another thread."""
        if self._is_looking:
            self._has_news = True
            self._called.set()

    def recheck(self) -> None:
        """Show streams what changed besides messages, in all processes."""
        self.look()
        self._announce(0)

    def _hand_on(self, events: list[Event]) -> None:
        for event in events:
            if self._waiters:
                to = event.message.recipient
                for waiter in (*self._waiters.get(to, ()), *(self._waiters.get("", ()) if to else ())):
                    waiter.put(event)
        if self._streams and events:
            with self._lock:
                self.recent.add(events if self._streams else [])  # the last one to leave clears it
            self._line.extend(events)
            self._called.set()

    def _look_after(self) -> None:
        """Notify the inboxes, and check for other processes' writes, as long as there are waiters."""
        due = time.monotonic() + RECHECK_SECONDS
        while not self.closed:
            if self._called.wait(max(0.0, due - time.monotonic())):
                self._called.clear()
                if self._has_news:
                    self._has_news = False
                    self._look_carefully()
                if self._line:
                    time.sleep(HEAD_START_SECONDS)
                    self._tell_streams(Batch(self._line.popleft() for _ in range(len(self._line))))
            if time.monotonic() >= due:
                due = time.monotonic() + RECHECK_SECONDS
                with self._lock:
                    if not self._waiters and not self._streams:
                        self._is_looking = False
                        return
                self._look_carefully()

    def _look_carefully(self) -> None:
        try:
            self._look()
        except Exception:
            _log.exception("the events of other processes were not found; looking again")

    def _tell_streams(self, news: Batch) -> None:
        for told, stream in enumerate(self._streams, start=1):
            try:
                stream.put(news)
                stream.wake()
            except Exception:
                _log.exception("an event stream was not woken")
            if told % TOLD_AT_ONCE == 0:
                time.sleep(PER_STREAM_SECONDS * TOLD_AT_ONCE)
        time.sleep(min(MOST_PAUSE_SECONDS, PER_EVENT_SECONDS * len(news)))

    def _look(self) -> None:
        """Publish what another process wrote, and new conditions; release everyone when the world was deleted."""
        try:
            is_behind, streams = True, self._streams
            if streams:
                with self.store.reading() as db:
                    conditions = store.conditions.stamp(db)
                for stream in streams:
                    stream.see(conditions)
            while is_behind:
                with self.store.reading() as db:
                    newest = store.reading.last_event(db)
                    found = (
                        store.reading.events(db, self._published, _BATCH) if newest > self._published else []
                    )
                self._hand_on(found)
                is_behind = len(found) == _BATCH
                # the newest may be gone already
                self._published = max(self._published, found[-1].id if is_behind else newest)
        except store.Gone:
            self.close()
        except store.Unavailable:
            _log.warning("the database cannot be read; looking again", exc_info=True)

    def _join(self, waiter: Listener) -> None:
        newest = 0
        if not self._is_looking:
            with self.store.reading() as db:  # the waiter looks after this, and sees all before it
                newest = store.reading.last_event(db)
        with self._lock:  # an error above, or when the thread is started, changes nothing here
            if not self._is_looking:
                self._published = max(self._published, newest)
                threading.Thread(target=self._look_after, name="hub", daemon=True).start()
                self._is_looking = True
            if isinstance(waiter, Subscription):
                self._streams = (*self._streams, waiter)
            elif isinstance(waiter, Waiter):
                self._waiters[waiter.to] = (*self._waiters.get(waiter.to, ()), waiter)

    def wait(self, wanted: Wanted, to: str = "", wake: Callable[[], object] | None = None) -> Waiter:
        """Join the queue to be woken by matching events. Check the database after this, and after each wake-up.

        With `to`, only events of this recipient match.
        """
        waiter = Waiter(self, wanted, to, wake)
        self._join(waiter)
        return waiter

    def subscribe(
        self,
        after: int | None = None,
        wanted: Wanted | None = None,
        wake: Callable[[], object] | None = None,
        conditions: str = "",
    ) -> Subscription:
        """Join the queue for every matching event after the id `after`, or from now on; without `wanted`, all match.

        Conditions other than `conditions` are news too; "" means the present ones.
        """
        subscription = Subscription(self, wanted, wake)
        self._join(subscription)
        try:
            subscription.start(after, conditions)
        except BaseException:
            subscription.leave()
            raise
        return subscription

    def leave(self, waiter: Listener) -> None:
        """Leave the queue."""
        with self._lock:
            if isinstance(waiter, Subscription):
                self._streams = tuple(other for other in self._streams if other is not waiter)
                if not self._streams:
                    self.recent.clear()
            elif isinstance(waiter, Waiter):
                left = tuple(other for other in self._waiters.get(waiter.to, ()) if other is not waiter)
                if left:
                    self._waiters[waiter.to] = left
                else:
                    self._waiters.pop(waiter.to, None)

    def close(self) -> None:
        """Release everyone who waits."""
        self.closed = True
        self._called.set()
        with self._lock:
            waiting = [*self._streams, *(each for group in self._waiters.values() for each in group)]
        for waiter in waiting:
            waiter.wake()
