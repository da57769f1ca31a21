"""Request bodies: read completely, within a size and two deadlines, before a thread is used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .rsgi import Exchange, HeaderList

MOST_HELD_BYTES = 256 << 20
"""What all bodies that are under way may hold together."""


class Refused(Exception):
    """The request is refused. The arguments are the status and the sentence for the client."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status, words)
        self.status = status
        self.words = words


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request. A too large one is cut off; `length` is then the announced or received length."""

    content: bytes
    length: int


NO_BODY = Body(b"", 0)


class Bodies:
    """Read bodies, and count the memory of those under way."""

    def __init__(self, idle_seconds: float, whole_seconds: float) -> None:
        """`idle_seconds` is the longest time without a byte."""
        self.idle_seconds = idle_seconds
        self.whole_seconds = whole_seconds
        self._held = 0

    async def read(self, exchange: Exchange, headers: HeaderList, most: int) -> Body:
        """Return the body, of at most this many bytes.

        Raise :class:`Refused` with 408 when it comes too slowly, 400 when it breaks off, 503 when too much is held.
        """
        announced, is_chunked = _announced(headers)
        if announced == 0 and not is_chunked:
            return NO_BODY
        if announced > most:
            return Body(b"", announced)
        parts: list[bytes] = []
        try:
            return await self._pieces(exchange, announced, is_chunked, most, parts)
        except TimeoutError:
            raise Refused(408, "The request's body did not come in time.") from None
        finally:
            self._held -= sum(map(len, parts))

    async def _pieces(
        self, exchange: Exchange, announced: int, is_chunked: bool, most: int, parts: list[bytes]
    ) -> Body:
        taken, empty = 0, 0
        loop = asyncio.get_running_loop()
        until = loop.time() + self.whole_seconds
        async with asyncio.timeout(self.idle_seconds) as deadline:
            async for part in exchange:
                taken += len(part)
                if not part:
                    empty += 1
                    continue
                parts.append(part)
                self._held += len(part)
                if self._held > MOST_HELD_BYTES:
                    raise Refused(503, "Too many bodies are under way. Try again.")
                if taken > most or (taken >= announced and not is_chunked):
                    break
                deadline.reschedule(min(until, loop.time() + self.idle_seconds))
        # Granian gives an empty piece at the end, and one more where the body broke off.
        if taken < announced or (is_chunked and empty > 1):
            raise Refused(400, "The request's body broke off.")
        return Body(b"".join(parts) if taken <= most else b"", taken)


def _announced(headers: HeaderList) -> tuple[int, bool]:
    """Return the length that a request announces, and whether its body comes in chunks."""
    length, is_chunked = 0, False
    for name, value in headers:
        if name == "content-length":
            length = int(value) if value.isdecimal() else 0  # the server refuses any other
        elif name == "transfer-encoding":
            is_chunked = True
    return (0 if is_chunked else length), is_chunked
