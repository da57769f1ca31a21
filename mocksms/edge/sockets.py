"""The edge's access to the sockets inside granian."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path


def drop_unread(address: str, seconds: float) -> None:
    """Close connections whose client reads nothing for this many seconds, as far as the system can (Linux).

    Granian queues answers without a limit and keeps its sockets private. Connections inherit the option from the
    listening socket, which is found by its port.
    """
    port = int(address.rpartition(":")[2])
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    descriptors = Path(os.sep, "proc", "self", "fd")
    if option is None or not descriptors.is_dir():
        return
    for name in os.listdir(descriptors):  # noqa: PTH208 - only the names
        with suppress(OSError), _socket(int(name)) as found:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and found.getsockname()[1] == port:
                found.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


def _socket(descriptor: int) -> socket.socket:
    """Return an open socket, to be closed by the caller. Raise OSError for any other file, and leave nothing open.

    A copy of a pipe's end that stays open would keep its reader waiting for the end for ever.
    """
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError(f"{descriptor} is no socket")
    return socket.socket(fileno=os.dup(descriptor))
