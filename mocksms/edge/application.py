"""The edge as an application: bodies first, then the app in a thread."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from . import HOLD, environ
from .answers import Call, plain
from .bodies import Bodies, Body, Refused
from .held import Hold, unless_gone
from .rsgi import Exchange, HeaderList, Scope
from .sockets import drop_unread
from .streamed import Sender
from .threads import Threads

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EXPRESS_THREADS = 2
STREAM_THREADS = 2
"""For what streams read. More would take turns with the threads of requests, which a rush of streams would hold up."""
MOST_WAITING = 4000
"""Requests that may wait for a thread; a new one is refused (503) while there are more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take: bytes, and seconds on the wire. `threads` answer at the same time.

    `larger` holds by path what other bodies may have.
    """

    threads: int = 16
    body_bytes: int = 1 << 20
    larger: Mapping[str, int] = field(default_factory=dict)
    body_idle_seconds: float = 10.0
    body_seconds: float = 30.0
    unread_seconds: float = 30.0


class Edge:
    """An RSGI application around a WSGI app. Granian serves it; the app stays whole without it.

    A request costs a thread only when it is all there. Its answer leaves without one.
    """

    def __init__(
        self,
        app: WSGIApplication,
        limits: Limits,
        express: Collection[str] = (),
        on_stop: Callable[[], object] = lambda: None,
        own_headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """`express` are paths that never wait for a thread. `on_stop` is called at the signal to stop.

        `own_headers` are those of the edge's own answers: to a refused request, and when the app fails.
        """
        self.app = app
        self.limits = limits
        self._express = frozenset(express)
        self._on_stop = on_stop
        self._own_headers = own_headers
        self._bodies = Bodies(limits.body_idle_seconds, limits.body_seconds)
        self.threads = Threads(limits.threads, "request")
        self._stream_threads = Threads(STREAM_THREADS, "stream")
        self._sender = Sender(self._stream_threads)
        self._express_threads = Threads(EXPRESS_THREADS, "express")
        self._is_first = True

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Notice the signals to stop. Granian, which has set its handlers by now, waits for what is under way."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, partial(self._stop, loop, signal.getsignal(number)))

    def _stop(
        self, loop: asyncio.AbstractEventLoop, before: Any, number: int, frame: FrameType | None
    ) -> None:
        loop.call_soon_threadsafe(self._on_stop)  # the signal may have interrupted who holds a lock
        if callable(before):
            before(number, frame)

    async def __rsgi__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        if self._is_first:
            self._is_first = False
            drop_unread(scope.server, self.limits.unread_seconds)
        headers = scope.headers.items()
        try:
            most = self.limits.larger.get(scope.path, self.limits.body_bytes)
            body = await self._bodies.read(exchange, headers, most)
        except Refused as refused:
            self._refuse(exchange, refused)
            return
        try:
            await self._answer(scope, exchange, headers, body)
        except Refused as refused:
            self._refuse(exchange, refused)
        finally:
            self._bodies.give_back(body)

    async def _answer(self, scope: Scope, exchange: Exchange, headers: HeaderList, body: Body) -> None:
        threads = self._express_threads if scope.path in self._express else self.threads
        if threads.waiting() >= MOST_WAITING:
            raise Refused(503, "Too many requests are under way. Try again.")
        request = environ.build(scope, headers, body)
        request[HOLD] = hold = Hold(asyncio.get_running_loop(), self._stream_threads)
        try:
            while (call := await self._called(threads, request, exchange)).is_held:
                if not await hold.wait_unless_gone(exchange):
                    return
            if call.late is not None and await unless_gone(exchange, asyncio.sleep(hold.delay)):
                call.late()
            if call.rest is not None:
                await unless_gone(exchange, self._sender.send(scope, *call.rest))
        finally:
            hold.end()

    async def _called(self, threads: Threads, request: dict[str, Any], exchange: Exchange) -> Call:
        request["wsgi.input"].seek(0)
        call = Call(self.app, dict(request), exchange, self._own_headers)  # an app may write into its environ
        return await threads.run(call.run, Call.needs_more)

    def _refuse(self, exchange: Exchange, refused: Refused) -> None:
        more = [("connection", "close")] + [("retry-after", "1")] * (refused.status == 503)
        plain(exchange, refused.status, refused.words, [*self._own_headers, *more])
