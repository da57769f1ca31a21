"""Servers that misbehave: hang, drip, send nonsense, hang up (docs/promises.md#66)."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Behaviour = Callable[[socket.socket, threading.Event], None]

DRIP_SECONDS = 0.02


@contextlib.contextmanager
def server(behaviour: Behaviour) -> Iterator[int]:
    """Accept connections on a free port, pass each to ``behaviour``, and yield the port.

    ``behaviour`` gets the connection and an event that is set when the test is over.
    """
    over = threading.Event()
    threads: list[threading.Thread] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            behaviour(connection, over)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for thread in threads:
            thread.join(5)


def unused_port() -> int:
    """Return a port without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def hangs(connection: socket.socket, over: threading.Event) -> None:
    """Read the request and never answer."""
    over.wait(30)


def hangs_up(connection: socket.socket, over: threading.Event) -> None:
    """Read the request and close."""
    _take_request(connection)


def says(answer: bytes) -> Behaviour:
    """Return a behaviour: read a request, answer these bytes, close."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        _take_request(connection)
        connection.sendall(answer)

    return behave


def greets(answer: bytes) -> Behaviour:
    """Return a behaviour: send these bytes first, as a mail server does, and then wait."""

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(answer)
        while connection.recv(65536):
            pass

    return behave


def drips(start: bytes, drop: bytes, end: bytes, drops: int = 2000) -> Behaviour:
    """Return a behaviour: send ``start``, then ``drop`` repeatedly with pauses shorter than any timeout, then
    ``end``.
    """

    def behave(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        for _ in range(drops):
            if over.wait(DRIP_SECONDS):
                return
            connection.sendall(drop)
        connection.sendall(end)

    return behave


def _take_request(connection: socket.socket) -> None:
    """Read a whole HTTP request: closing with unread bytes would reset the connection and lose the answer."""
    with connection.makefile("rb") as request:
        length = 0
        while (line := request.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        request.read(length)


def http(status: str, body: bytes, *headers: str) -> bytes:
    """Return an HTTP/1.1 answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
