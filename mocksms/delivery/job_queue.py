"""Threads for delayed and background work: held messages arrive, calls stop ringing, callbacks are sent.

A few threads, started when first needed, do what is due. A sender's own request never waits for it.
"""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("mocksms.job_queue")
THREADS = 4
OUTBOUND_THREADS = 16


class JobQueue:
    """Run work after a delay in real seconds."""

    def __init__(self, name: str = "job", threads: int = THREADS) -> None:
        """`threads` is the maximum; each thread is called `name` and a number."""
        self._name = name
        self._most_threads = threads
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._closed = False

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Run the work in this many seconds, or as soon as a thread is free."""
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._due, (time.monotonic() + max(0.0, seconds), next(self._numbers), work))
            if len(self._threads) < self._most_threads:
                name = f"{self._name}-{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._work, name=name, daemon=True))
                self._threads[-1].start()
            self._changed.notify()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                if not self._due:
                    self._changed.wait()
                elif (left := self._due[0][0] - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    return heapq.heappop(self._due)[2]
        return None

    def _work(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                log.exception("something in the background failed")
            del work  # otherwise its world stays in memory until the next work

    def close(self) -> None:
        """Stop. Work that is not due yet is dropped."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify_all()
