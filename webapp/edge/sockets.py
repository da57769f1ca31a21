"""What the edge asks of the sockets that granian keeps to itself."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path


def drop_unread(address: str, seconds: float) -> None:
    """Drop connections whose client has taken nothing of an answer for so long, as far as the system can (Linux).

    Granian queues answers without a limit and keeps its sockets to itself. Connections inherit the option from the
    socket that listens, which is found by its port.
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
