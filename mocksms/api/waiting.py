"""Waiting testers. Under the edge they need no thread; a plain WSGI server uses one for each."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app, request

from mocksms import store
from mocksms.config import Settings
from mocksms.core import waits
from mocksms.core.codes.pattern import Pattern
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.edge import HOLD

if TYPE_CHECKING:
    from mocksms.edge.held import Hold

FREE_THREADS = 8
"""Threads of a plain WSGI server that nobody may wait in."""
EXTENSION = "mocksms.places"


class TooManyWait(Exception):
    """The limit of waiting requests and open event streams is reached; the argument is the limit."""


class Places:
    """The places of waiting requests and open event streams."""

    def __init__(self, settings: Settings) -> None:
        self._most = settings.max_waits
        self._most_in_threads = min(settings.max_waits, max(1, settings.threads - FREE_THREADS))
        self._lock = threading.Lock()
        self.taken = 0

    def take(self, is_in_thread: bool = False) -> Callable[[], None]:
        """Take a place and return the function that frees it. Raise :class:`TooManyWait`."""
        most = self._most_in_threads if is_in_thread else self._most
        with self._lock:
            if self.taken >= most:
                raise TooManyWait(most)
            self.taken += 1
        return self._give_back

    def _give_back(self) -> None:
        with self._lock:
            self.taken -= 1

    @contextmanager
    def in_thread(self) -> Iterator[None]:
        """Hold a place inside the block. Raise :class:`TooManyWait`."""
        give_back = self.take(is_in_thread=True)
        try:
            yield
        finally:
            give_back()


@dataclass
class Waiting:
    """A waiting request: its data from its first call to its last."""

    world: World
    chosen: Filter
    deadline: float
    started: float = field(default_factory=time.perf_counter)
    has_place: bool = False


def hold() -> "Hold | None":
    """Return how this request can wait without a thread, or None on a plain WSGI server."""
    return cast("Hold | None", request.environ.get(HOLD))


def places() -> Places:
    """Return the places of the app that answers this request."""
    return cast(Places, current_app.extensions[EXTENSION])


def awaited(world: World, chosen: Filter, seconds: float, pattern: Pattern | None) -> Message | None:
    """Return the newest message that matches, if necessary after a wait of this many seconds, else None.

    Raise what :func:`mocksms.core.waits.wait` raises, and :class:`TooManyWait`.
    """
    held = hold()
    if held is None or not seconds:
        if (found := waits.look(world, chosen, pattern)) or not seconds:
            return found
        with places().in_thread():
            return waits.wait(world, chosen, seconds, pattern)
    waiting: Waiting | None = held.kept
    if waiting is None:
        waiting = held.kept = Waiting(world, chosen, time.monotonic() + seconds)
        waiter = world.hub.wait(lambda event: chosen.matches(event.message), chosen.to, held.wake)
        held.at_end(waiter.leave)
    if found := waits.look(world, waiting.chosen, pattern):
        return found
    if not world.store.exists():
        raise store.Gone(world.name)
    if world.hub.closed or time.monotonic() >= waiting.deadline:
        return None
    if not waiting.has_place:
        held.at_end(places().take())
        waiting.has_place = True
    raise held.waits(waiting.deadline)
