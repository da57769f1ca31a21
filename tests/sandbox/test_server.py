"""The server of tests and testers' fixtures."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

from webapp.sandbox.server import ThreadedServer

RESET_AT_CLOSE = struct.pack("ii", 1, 0)


class Answer:
    """A body that notes when it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"hello"

    def close(self) -> None:
        """Note it."""
        self.closed.set()


def test_an_answer_is_closed_when_the_client_resets_the_connection() -> None:
    answers = [Answer() for _ in range(10)]
    waiting = iter(answers)

    def app(environ: object, start_response: object) -> Answer:
        start_response("200 OK", [("Content-Length", "5")])  # type: ignore[operator]
        return next(waiting)

    server = ThreadedServer(app)
    server.start()
    try:
        for answer in answers:
            with socket.create_connection(("127.0.0.1", urlsplit(server.url).port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
                client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                client.recv(10)
            assert answer.closed.wait(5)
    finally:
        server.stop()
