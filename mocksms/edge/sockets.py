"""The edge's access to the sockets inside granian."""

from __future__ import annotations

import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FILES = Path(os.sep, "proc", "self", "fd")
"""The open files of this process, on Linux."""


def drop_unread(address: str, seconds: float) -> None:
    """Close connections whose client reads nothing for this many seconds, as far as the system can (Linux).

    Granian queues answers without a limit and keeps its sockets private. Connections inherit the option from the
    listening socket, which is found by its port.
    """
    port = int(address.rpartition(":")[2])
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is None:
        return
    for descriptor in _descriptors():
        with suppress(OSError), _socket(descriptor) as found:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and found.getsockname()[1] == port:
                found.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


class Connections:
    """What the system still holds for the clients of one port. It is known on Linux only.

    A descriptor may belong to another connection since the last :meth:`find`, so each use checks it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._descriptors: dict[tuple[int, str], int] = {}

    def untaken(self, server: str, client: str) -> int | None:
        """Return how many bytes the client's system has not confirmed yet, or None if :meth:`find` has to come first.

        These are addresses of a request's scope.
        """
        if sys.platform == "win32":
            return None
        import fcntl  # Windows has neither
        import termios

        ends = int(server.rpartition(":")[2]), client
        with suppress(KeyError, OSError), _socket(self._descriptors[ends]) as found:
            if _ends(found) == ends:
                return int.from_bytes(fcntl.ioctl(found, termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        return None

    def find(self, server: str, client: str) -> None:
        """Find the connections among the open files, unless another thread just did. This takes milliseconds."""
        with self._lock:
            if self.untaken(server, client) is not None:
                return
            found: dict[tuple[int, str], int] = {}
            for descriptor in _descriptors():
                with suppress(OSError), _socket(descriptor) as each:
                    if each.family in (socket.AF_INET, socket.AF_INET6):
                        found[_ends(each)] = descriptor
            self._descriptors = found


def _ends(connection: socket.socket) -> tuple[int, str]:
    """Return the own port and the client's address in the form of a request's scope."""
    host, port = connection.getpeername()[:2]
    return connection.getsockname()[1], f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _descriptors() -> Iterator[int]:
    return map(int, os.listdir(FILES) if FILES.is_dir() else ())  # noqa: PTH208 - only the names


def _socket(descriptor: int) -> socket.socket:
    """Return an open socket, to be closed by the caller. Raise OSError for any other file, and leave nothing open.

    A copy of a pipe's end that stays open would keep its reader waiting for the end for ever.
    """
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError(f"{descriptor} is no socket")
    return socket.socket(fileno=os.dup(descriptor))
