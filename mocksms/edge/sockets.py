"""The edge's access to the sockets inside granian."""

from __future__ import annotations

import os
import socket
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
        with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as found:
            if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and found.getsockname()[1] == port:
                found.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))
