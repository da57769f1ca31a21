"""`python -m bench.rush PORT`: hold many event streams and waiting requests of a phone open, and read what they get.

Prints "open" when all are. Ends when one is closed or refused: the phone then did not hold it.
"""

from __future__ import annotations

import re
import selectors
import socket
import sys
import time
from functools import partial

STREAMS, WAITERS = 200, 1_000
WAIT_SECONDS = 60  # the phone lets no request wait longer; then it is sent again
EARLY_SECONDS = 5
CONNECT_SECONDS = 30
READ = 65536
BEGIN = b"\nid: "
EVENT_ID = re.compile(BEGIN + rb"(\d+)\n")
LAST_CHUNK = b"0\r\n\r\n"  # it may come alone
OFTEN = 0.02  # read in batches: the clients' own work is not the phone's cost


def _open(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def _last_event(data: bytes) -> int | None:
    """Return the id of the last event. Looks from the end: to search all takes a tenth of a message's cost."""
    at = len(data)
    while (at := data.rfind(BEGIN, 0, at)) >= 0:
        if found := EVENT_ID.match(data, at):
            return int(found[1])
    return None


class Rush:
    """All streams and waiting requests of a phone."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reading = selectors.DefaultSelector()

    def stream(self, since: int | None = None) -> None:
        """Open an event stream, or resume one after this event."""
        connection = _open(self.port, "/api/v1/events" + ("" if since is None else f"?since={since}"))
        assert connection.recv(READ).startswith(b"HTTP/1.1 200"), "a stream was refused"
        self.reading.register(connection, selectors.EVENT_READ, partial(self._read_stream, since or 0))

    def wait(self, number: int) -> None:
        """Open a waiting request: nothing comes for its number."""
        path = f"/api/v1/messages/wait?to=%2B8170{number:08}&timeout={WAIT_SECONDS}"
        held = partial(self._read_waiter, number, time.monotonic())
        self.reading.register(_open(self.port, path), selectors.EVENT_READ, held)

    def read(self, timeout: float | None) -> bool:
        """Read what came, and return whether the phone still holds all."""
        return all(key.data(key.fileobj) for key, _ in self.reading.select(timeout))

    def _read_stream(self, last: int, connection: socket.socket) -> bool:
        """Read events. The phone ends a stream that is not read in time; it is then resumed, as browsers do."""
        data = connection.recv(READ)
        newest = _last_event(data)
        if newest is not None:
            last = newest
            self.reading.modify(connection, selectors.EVENT_READ, partial(self._read_stream, last))
        if data.endswith(LAST_CHUNK):
            self._close(connection)
            self.stream(last)
        return bool(data)

    def _read_waiter(self, number: int, asked: float, connection: socket.socket) -> bool:
        """Send a request again if its time was over. An earlier answer is a refusal."""
        self._close(connection)
        if time.monotonic() - asked < WAIT_SECONDS - EARLY_SECONDS:
            return False
        self.wait(number)
        return True

    def _close(self, connection: socket.socket) -> None:
        self.reading.unregister(connection)
        connection.close()


def main(port: int) -> int:
    """Open all, and read until one is closed or refused."""
    rush = Rush(port)
    for _ in range(STREAMS):
        rush.stream()
    for number in range(WAITERS):
        rush.wait(number)
    time.sleep(1)  # until the phone has read all requests
    if rush.read(0):
        print("open", flush=True)
        while rush.read(None):
            time.sleep(OFTEN)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
