"""What the edge uses of RSGI, granian's interface of a server and an application.

`granian.rsgi` holds the same classes, but not their types, and loads the whole server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol

HeaderList = list[tuple[str, str]]


class RequestHeaders(Protocol):
    """The headers of a request, names in lower case."""

    def items(self) -> HeaderList:
        """Return all of them in order; values that are no ASCII are left out."""


class Scope(Protocol):
    """A request as far as its head."""

    proto: str
    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: RequestHeaders


class Stream(Protocol):
    """An answer whose head has left."""

    def send_bytes(self, data: bytes) -> Awaitable[None]:
        """Queue a piece at once. Awaiting the result raises an error when the client is gone."""


class Exchange(Protocol):
    """The body of a request, and the way back to its client."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return the pieces of the body; the end and a broken body both give an empty one."""

    def client_disconnect(self) -> Awaitable[None]:
        """Wait until the client has hung up."""

    def response_bytes(self, status: int, headers: HeaderList, body: bytes) -> None:
        """Answer, from any thread."""

    def response_stream(self, status: int, headers: HeaderList) -> Stream:
        """Send the head of an answer. It ends when the stream is let go."""
