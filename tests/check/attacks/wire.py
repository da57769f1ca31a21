"""Raw connections: what is sent is sent as it is."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")


def exchange(port: int, sent: bytes, patience: float = 2.0) -> bytes:
    """Send bytes and return all that comes until the server closes the connection.

    It may be silent for `patience` seconds.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        parts = []
        with suppress(OSError):  # silent, or refused before it was all read
            connection.sendall(sent)
            connection.settimeout(patience)
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts)


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of the answers on one connection."""
    return [int(each) for each in STATUS.findall(answer)]


@contextmanager
def connections(port: int, count: int, sent: bytes, *, receive_buffer: int = 0) -> Iterator[None]:
    """Hold connections that have sent this, and read nothing."""
    with ExitStack() as stack:
        for _ in range(count):
            each = stack.enter_context(socket.socket())
            each.settimeout(20)
            if receive_buffer:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            each.connect(("127.0.0.1", port))
            each.sendall(sent)
        yield
