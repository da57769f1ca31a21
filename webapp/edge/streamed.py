"""Streamed answers: as far as the client takes them."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from functools import partial

from .rsgi import Scope, Stream
from .sockets import Connections
from .threads import Threads

MOST_AHEAD_BYTES = 1_000_000
"""What a stream may be ahead of its client: granian queues it without a limit."""
PATIENCE_SECONDS = 1.0
"""A stream that is so far ahead waits so long for its client, then it ends."""
LOOK_SECONDS, MOST_LOOK_SECONDS = 0.02, 0.16
"""The first pause between two looks, and the longest."""


class Sender:
    """Send answers in pieces; `threads` find their connections."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._connections = Connections()

    async def send(self, scope: Scope, stream: Stream, pieces: AsyncIterator[bytes]) -> None:
        """Send the pieces as they come. End early when the client doesn't take them, or where that is not known.

        A piece that has begun is sent whole, else a client would ask for it again and again. The system drops who takes
        nothing (`drop_unread`).
        """
        ahead = 0
        async for piece in pieces:
            for begin in range(0, len(piece), MOST_AHEAD_BYTES):
                length = min(MOST_AHEAD_BYTES, len(piece) - begin)
                if ahead + length > MOST_AHEAD_BYTES:
                    untaken = await self._untaken(scope, math.inf if begin else PATIENCE_SECONDS)
                    if untaken or (untaken is None and not begin):
                        return
                    ahead = 0
                await stream.send_bytes(piece[begin : begin + length])
                ahead += length

    async def _untaken(self, scope: Scope, patience_seconds: float) -> int | None:
        """Wait until the client has taken all. Return how many bytes it has not, or None where that is not known.

        The system's queue is empty only when granian's is: granian writes whenever there is room.
        """
        until = time.monotonic() + patience_seconds
        untaken = self._connections.untaken(scope.server, scope.client)
        if untaken is None:
            await self._threads.run(partial(self._connections.find, scope.server, scope.client))
            untaken = self._connections.untaken(scope.server, scope.client)
        pause = LOOK_SECONDS
        while untaken and time.monotonic() < until:
            await asyncio.sleep(pause)
            pause = min(2 * pause, MOST_LOOK_SECONDS)
            untaken = self._connections.untaken(scope.server, scope.client)
        return untaken
