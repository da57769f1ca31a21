"""Request bodies: read completely, within a size and two deadlines, before a thread is used."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import NamedTuple

from .rsgi import Exchange, HeaderList

MOST_HELD_BYTES = 256 << 20
"""What all bodies may hold together, from their first byte to the answer."""
SMALL_BYTES = 64 << 10
"""A body that holds more is the first to end when the memory is full. Forms are smaller."""


class Refused(Exception):
    """The request is refused. The arguments are the status and the sentence for the client."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(status, words)
        self.status = status
        self.words = words


class Body(NamedTuple):
    """The body of a request. A too large one is cut off; `length` is then the announced or received length."""

    content: bytes
    length: int


NO_BODY = Body(b"", 0)


@dataclass(eq=False, slots=True)
class _Coming:
    """A body that is not whole yet."""

    parts: list[bytes] = field(default_factory=list)
    held: int = 0
    deadline: asyncio.Timeout | None = None
    is_ended: bool = False


class Bodies:
    """Read bodies, and count the memory of all whose requests have no answer yet."""

    def __init__(self, idle_seconds: float, whole_seconds: float) -> None:
        """`idle_seconds` is the longest time without a byte."""
        self.idle_seconds = idle_seconds
        self.whole_seconds = whole_seconds
        self._held = 0
        self._coming: dict[_Coming, None] = {}  # the oldest first

    async def read(self, exchange: Exchange, headers: HeaderList, most: int) -> Body:
        """Return the body, of at most this many bytes. It counts until :meth:`give_back`.

        Raise :class:`Refused` with 408 when it comes too slowly, 400 when it breaks off, 503 when too much is held.
        """
        announced, is_chunked = _announced(headers)
        if announced == 0 and not is_chunked:
            return NO_BODY
        if announced > most:
            return Body(b"", announced)
        coming, whole = _Coming(), NO_BODY
        self._coming[coming] = None
        try:
            whole = await self._pieces(exchange, announced, is_chunked, most, coming)
        except TimeoutError:
            raise Refused(408, "The request's body did not come in time.") from None
        finally:
            self._coming.pop(coming, None)
            self._held += len(whole.content) - coming.held
        return whole

    def give_back(self, body: Body) -> None:
        """Count a body no more: its request is over."""
        self._held -= len(body.content)

    async def _pieces(
        self, exchange: Exchange, announced: int, is_chunked: bool, most: int, coming: _Coming
    ) -> Body:
        taken, empty = 0, 0
        loop = asyncio.get_running_loop()
        until = loop.time() + self.whole_seconds
        async with asyncio.timeout(self.idle_seconds) as coming.deadline:
            async for part in exchange:
                if coming.is_ended:
                    break
                taken += len(part)
                if not part:
                    empty += 1
                    continue
                self._take(coming, part)
                if taken > most or (taken >= announced and not is_chunked):
                    break
                coming.deadline.reschedule(min(until, loop.time() + self.idle_seconds))
        if coming.is_ended:
            raise TimeoutError
        # Granian gives an empty piece at the end, and one more where the body broke off.
        if taken < announced or (is_chunked and empty > 1):
            raise Refused(400, "The request's body broke off.")
        return Body(b"".join(coming.parts) if taken <= most else b"", taken)

    def _take(self, coming: _Coming, part: bytes) -> None:
        """Hold a part. When the memory is full, end others that came before and are not whole: large ones first."""
        coming.parts.append(part)
        coming.held += len(part)
        self._held += len(part)
        while self._held > MOST_HELD_BYTES:
            oldest = next(iter(self._coming))
            slow = next((each for each in self._coming if each.held > SMALL_BYTES), oldest)
            if slow is coming:
                raise Refused(503, "Too many bodies are under way. Try again.")
            self._end(slow)

    def _end(self, slow: _Coming) -> None:
        del self._coming[slow]
        self._held -= slow.held
        slow.parts.clear()
        slow.held, slow.is_ended = 0, True
        if slow.deadline is not None and not slow.deadline.expired():
            slow.deadline.reschedule(asyncio.get_running_loop().time())


def _announced(headers: HeaderList) -> tuple[int, bool]:
    """Return the length that a request announces, and whether its body comes in chunks."""
    length, is_chunked = 0, False
    for name, value in headers:
        if name == "content-length":
            length = int(value) if value.isdecimal() else 0  # the server refuses any other
        elif name == "transfer-encoding":
            is_chunked = True
    return (0 if is_chunked else length), is_chunked
