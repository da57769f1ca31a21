"""Streamed answers: as far as the client takes them."""

from __future__ import annotations

import asyncio
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
LOOK_SECONDS = 0.02


class Sender:
    """Send answers in pieces; `threads` find their connections."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._connections = Connections()

    async def send(self, scope: Scope, stream: Stream, pieces: AsyncIterator[bytes]) -> None:
        """Send the pieces as they come. End early when the client doesn't take them, or where that is not known."""
        ahead = 0
        async for piece in pieces:
            if ahead and ahead + len(piece) > MOST_AHEAD_BYTES:
                if not await self._is_taken(scope.server, scope.client):
                    return
                ahead = 0
            await stream.send_bytes(piece)
            ahead += len(piece)

    async def _is_taken(self, server: str, client: str) -> bool:
        """Wait until the client has taken all, and return whether it did.

        The system's queue is empty only when granian's is: granian writes whenever there is room.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        untaken = self._connections.untaken(server, client)
        if untaken is None:
            await self._threads.run(partial(self._connections.find, server, client))
            untaken = self._connections.untaken(server, client)
        while untaken and time.monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
            untaken = self._connections.untaken(server, client)
        return untaken == 0
