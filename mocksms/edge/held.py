"""Waiting requests and streamed answers: both without a thread."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from .rsgi import Exchange
from .threads import Threads

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Held(BaseException):
    """The request waits, and the app is called again; no error, so no handler of errors may see it."""


class Hold:
    """How a request waits without a thread: its view notes what it waits for and raises :meth:`waits`.

    The app is called once more with the same hold when :meth:`wake` is called, or when the time is over. An
    answer whose pieces come from a coroutine waits by :meth:`pause`. `delay` are seconds that the answer is held back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: Threads) -> None:
        self.kept: Any = None
        self.until = 0.0
        self.delay = 0.0
        self._loop = loop
        self._threads = threads
        self._sleeper: asyncio.Future[None] | None = None
        self._is_woken = False
        self._gone: asyncio.Future[None] | None = None
        self._at_end: list[Callable[[], object]] = []

    def wake(self) -> None:
        """Let it continue. Any thread may call this, also after the request."""
        self._loop.call_soon_threadsafe(self._wake)

    def _wake(self, *_: object) -> None:
        self._is_woken = True
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    def at_end(self, action: Callable[[], object]) -> None:
        """Call this when the request is over, for whatever reason."""
        self._at_end.append(action)

    def waits(self, until: float) -> Held:
        """Return what to raise to leave the thread until a wake-up or until then (`time.monotonic`)."""
        self.until = until
        return Held()

    async def pause(self, until: float) -> None:
        """Return at a wake-up or then (`time.monotonic`)."""
        if not self._is_woken:
            self._sleeper = self._loop.create_future()
            timer = self._loop.call_later(max(0.0, until - time.monotonic()), self._wake)
            try:
                await self._sleeper
            finally:
                timer.cancel()
        self._is_woken = False  # before anybody looks again: a wake-up from now on counts

    async def wait_unless_gone(self, exchange: Exchange) -> bool:
        """Wait as :meth:`waits` was told to. Return False when the client hangs up before.

        It costs few turns of the loop: in a rush, each turn takes milliseconds.
        """
        if self._gone is None:
            self._gone = asyncio.ensure_future(_gone(exchange))
            self._gone.add_done_callback(self._wake)
        await self.pause(self.until)
        return not self._gone.done()

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Run a stream's blocking work in a thread. It may wait for that of other streams."""
        return await self._threads.run(work)

    def has_end(self) -> bool:
        """Return whether something is to be done at the end."""
        return bool(self._at_end)

    def end(self) -> None:
        """Do what was asked for the end."""
        if self._gone is not None:
            self._gone.cancel()
        while self._at_end:
            try:
                self._at_end.pop()()
            except Exception:
                _log.exception("the end of a request failed")


async def unless_gone(exchange: Exchange, work: Awaitable[object]) -> bool:
    """Wait for the work to end. Cancel it and return False when the client hangs up before."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(exchange))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(exchange: Exchange) -> None:
    await exchange.client_disconnect()
