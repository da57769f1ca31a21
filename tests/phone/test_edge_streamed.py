"""On Linux, the edge knows which bytes a client has taken. It ends a stream whose client takes none."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mocksms.edge import streamed
from mocksms.edge.sockets import Connections
from mocksms.edge.streamed import Sender
from mocksms.edge.threads import Threads
from tests import loops

PIECE = b"x" * 100_000
LARGE = b"x" * 5_500_000


@contextmanager
def connected(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield both ends of a connection, the server's first."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.create_server((host, 0), family=family) as listening,
        socket.create_connection(listening.getsockname()[:2]) as client,
        listening.accept()[0] as server,
    ):
        server.setblocking(False)
        yield server, client


def addresses(server: socket.socket) -> tuple[str, str]:
    """Return the addresses of both ends as granian writes them."""
    ends = server.getsockname()[:2], server.getpeername()[:2]
    first, second = (f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in ends)
    return first, second


def fill(server: socket.socket) -> None:
    """Send until the system takes no more."""
    try:
        while True:
            server.send(PIECE)
    except BlockingIOError:
        return


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_bytes_that_a_client_has_not_taken_are_known(host: str) -> None:
    connections = Connections()
    with connected(host) as (server, client), connected(host) as (other, _):
        assert connections.untaken(*addresses(server)) is None, "nobody has looked for it"
        connections.find(*addresses(server))
        assert connections.untaken(*addresses(server)) == connections.untaken(*addresses(other)) == 0
        fill(server)
        assert (connections.untaken(*addresses(server)) or 0) > len(PIECE)
        assert connections.untaken(*addresses(other)) == 0
        client.setblocking(False)
        until = time.monotonic() + 10
        while connections.untaken(*addresses(server)):
            assert time.monotonic() < until
            try:
                client.recv(1 << 20)
            except BlockingIOError:
                time.sleep(0.01)


def test_descriptor_of_another_connection_is_not_taken_for_the_former_one() -> None:
    connections = Connections()
    with connected() as (server, _), connected() as (other, _):
        former = addresses(server)
        connections.find(*former)
        assert connections.untaken(*former) == 0
        os.dup2(other.fileno(), server.fileno())  # as if the former were closed and the other accepted
        assert connections.untaken(*former) is None
        connections.find(*former)
        assert connections.untaken(*former) is None


class _Scope:
    def __init__(self, server: socket.socket) -> None:
        self.server, self.client = addresses(server)


class _Stream:
    """A stream that queues without a limit, as granian does, and writes what its socket takes."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._queue = bytearray()
        self.sent = self.most_queued = 0

    async def send_bytes(self, data: bytes) -> None:
        self._queue += data
        self.sent += len(data)
        self.write()
        self.most_queued = max(self.most_queued, len(self._queue))

    def write(self) -> None:
        with suppress(BlockingIOError):
            while self._queue:
                del self._queue[: self._server.send(self._queue)]


async def _pieces(count: int, piece: bytes = PIECE) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece


async def _read(client: socket.socket, stream: _Stream, count: int) -> None:
    client.setblocking(False)
    while count:
        await asyncio.sleep(0.001)
        stream.write()
        with suppress(BlockingIOError):
            count -= len(client.recv(1 << 20))


@pytest.mark.parametrize(("reads", "pieces"), [(True, 200), (False, 10)])
def test_stream_is_at_most_so_far_ahead_of_its_client(
    monkeypatch: pytest.MonkeyPatch, reads: bool, pieces: int
) -> None:
    monkeypatch.setattr(streamed, "PATIENCE_SECONDS", 5.0 if reads else 0.1)

    async def walk() -> None:
        with connected() as (server, client):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, len(PIECE))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(PIECE))
            stream, scope = _Stream(server), _Scope(server)
            sending: Any = Sender(Threads(1, "test")).send(scope, stream, _pieces(200))  # type: ignore[arg-type]
            if reads:
                await asyncio.wait_for(asyncio.gather(sending, _read(client, stream, 200 * len(PIECE))), 30)
            else:
                await asyncio.wait_for(sending, 5)
            assert stream.sent == pieces * len(PIECE)
            assert stream.most_queued <= streamed.MOST_AHEAD_BYTES

    loops.run(walk())


@pytest.mark.parametrize("reads", [True, False])
def test_large_piece_is_sent_as_its_client_takes_it(reads: bool) -> None:
    async def walk() -> None:
        with connected() as (server, client):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, len(PIECE))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, len(PIECE))
            stream, scope = _Stream(server), _Scope(server)
            sending: Any = Sender(Threads(1, "test")).send(scope, stream, _pieces(2, LARGE))  # type: ignore[arg-type]
            if reads:
                await asyncio.wait_for(asyncio.gather(sending, _read(client, stream, 2 * len(LARGE))), 60)
                assert stream.sent == 2 * len(LARGE)
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(sending, 2 * streamed.PATIENCE_SECONDS)
                assert stream.sent == streamed.MOST_AHEAD_BYTES
            assert stream.most_queued <= streamed.MOST_AHEAD_BYTES

    loops.run(walk())


@pytest.mark.parametrize(("piece", "sent"), [(PIECE, streamed.MOST_AHEAD_BYTES), (LARGE, len(LARGE))])
def test_stream_ends_where_the_system_does_not_tell(
    monkeypatch: pytest.MonkeyPatch, piece: bytes, sent: int
) -> None:
    monkeypatch.setattr(Connections, "untaken", lambda *_: None)

    async def walk() -> None:
        with connected() as (server, _):
            stream = _Stream(server)
            sending: Any = Sender(Threads(1, "test")).send(_Scope(server), stream, _pieces(200, piece))  # type: ignore[arg-type]
            await asyncio.wait_for(sending, 5)
            assert stream.sent == sent

    loops.run(walk())
