"""Threads that answer requests: started when needed, up to a maximum, and ended when idle."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

IDLE_SECONDS = 5.0
SETTLE_SECONDS = 0.05

Job = Callable[[], None]
T = TypeVar("T")


class Threads:
    """Like `concurrent.futures.ThreadPoolExecutor`, but idle threads end.

    The thread that finished last takes the next job, so that the others can end.
    """

    def __init__(self, most: int, name: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._most = most
        self._name = name
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._line: deque[Job] = deque()
        self._idle: list[_Worker] = []
        self._settled: deque[tuple[asyncio.Future[Any], Callable[[Any], None], Any]] = deque()
        self._open = 0
        self._is_timed = False
        self.count = 0

    async def run(self, work: Callable[[], T], is_urgent: Callable[[T], bool] = lambda _: True) -> T:
        """Run some work in a thread, as soon as one is free, and return its result.

        A result that is not urgent comes with the next one, or a moment later: waking the loop for each costs a tenth
        of a small request.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        settled = self._settled

        def job() -> None:
            try:
                result = work()
            except BaseException as error:
                loop.call_soon_threadsafe(_settle, done, done.set_exception, error)
                return
            if is_urgent(result):
                loop.call_soon_threadsafe(_settle, done, done.set_result, result)
            else:
                settled.append((done, done.set_result, result))

        if settled:
            self._settle_all()
        if not self._is_timed:
            self._is_timed = True
            loop.call_later(SETTLE_SECONDS, self._settle_later, loop)
        self._submit(job)
        self._open += 1
        try:
            return await done
        finally:
            self._open -= 1

    def waiting(self) -> int:
        """Return how much work waits for a thread."""
        return len(self._line)

    def _settle_all(self) -> None:
        while self._settled:
            _settle(*self._settled.popleft())

    def _settle_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._settle_all()
        if self._open:
            loop.call_later(SETTLE_SECONDS, self._settle_later, loop)
        else:
            self._is_timed = False

    def _submit(self, job: Job) -> None:
        with self._lock:
            if self._idle:
                self._idle.pop().take(job)
                return
            if self.count >= self._most:
                self._line.append(job)
                return
            self.count += 1
        threading.Thread(target=self._work, args=(_Worker(job),), name=self._name, daemon=True).start()

    def _work(self, worker: _Worker) -> None:
        while (job := worker.job) is not None:
            job()
            self._next(worker)

    def _next(self, worker: _Worker) -> None:
        """Hand a worker its next job, or None when it may end."""
        with self._lock:
            if self._line:
                worker.job = self._line.popleft()
                return
            worker.job = None
            self._idle.append(worker)
        if worker.has_job.acquire(timeout=self._idle_seconds):
            return
        with self._lock:
            if worker in self._idle:
                self._idle.remove(worker)
                self.count -= 1
                return
        worker.has_job.acquire()  # it was handed a job meanwhile


class _Worker:
    """One thread's place to be handed a job."""

    def __init__(self, job: Job) -> None:
        self.job: Job | None = job
        self.has_job = threading.Lock()
        self.has_job.acquire()

    def take(self, job: Job) -> None:
        self.job = job
        self.has_job.release()


def _settle(done: asyncio.Future[Any], settle: Callable[[Any], None], value: object) -> None:
    if not done.done():  # else nobody waits any more
        settle(value)
