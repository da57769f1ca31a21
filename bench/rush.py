"""`python -m bench.rush PORT`: hold many event streams and waiting requests of a phone open, and read what they get.

Prints "open" when all are. Ends when one is closed or refused: the phone then did not hold it.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time

STREAMS, WAITERS = 200, 1_000
WAIT_SECONDS = 60  # the phone lets no request wait longer; then it is sent again
EARLY_SECONDS = 5
CONNECT_SECONDS = 30
READ = 65536
OFTEN = 0.02  # read in batches: the clients' own work is not the phone's cost


def _open(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def main(port: int) -> int:
    """Open all, and read until one is closed or refused."""
    with selectors.DefaultSelector() as reading:

        def wait(number: int) -> None:
            """Open a waiting request: nothing comes for its number."""
            waiter = _open(port, f"/api/v1/messages/wait?to=%2B8170{number:08}&timeout={WAIT_SECONDS}")
            reading.register(waiter, selectors.EVENT_READ, (number, time.monotonic()))

        def is_held(key: selectors.SelectorKey) -> bool:
            """Read, and return whether the phone held a stream, or a waiting request until its time was over."""
            assert isinstance(key.fileobj, socket.socket)
            data = key.fileobj.recv(READ)
            if key.data is None:
                return bool(data)
            number, asked = key.data
            if time.monotonic() - asked < WAIT_SECONDS - EARLY_SECONDS:
                return False
            reading.unregister(key.fileobj)
            key.fileobj.close()
            wait(number)
            return True

        streams = [_open(port, "/api/v1/events") for _ in range(STREAMS)]
        for stream in streams:
            assert stream.recv(READ).startswith(b"HTTP/1.1 200"), "a stream was refused"
            reading.register(stream, selectors.EVENT_READ)
        for number in range(WAITERS):
            wait(number)
        time.sleep(1)  # until the phone has read all requests
        if not all(is_held(key) for key, _ in reading.select(0)):
            return 1
        print("open", flush=True)
        while all(is_held(key) for key, _ in reading.select()):
            time.sleep(OFTEN)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
