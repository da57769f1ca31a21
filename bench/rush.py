"""`python -m bench.rush PORT`: hold many event streams and waiting requests of a phone open, and read what they get.

Prints "open" when all are. Ends when one is closed: the phone then did not hold it.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time

STREAMS, WAITERS = 200, 1_000
WAIT_SECONDS = 300
CONNECT_SECONDS = 30
READ = 65536
OFTEN = 0.02  # read in batches: the clients' own work is not the phone's cost


def _open(port: int, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=CONNECT_SECONDS)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def _is_open(stream: socket.socket) -> bool:
    return bool(stream.recv(READ))


def main(port: int) -> int:
    """Open all, and read until one is closed."""
    with selectors.DefaultSelector() as reading:
        streams = [_open(port, "/api/v1/events") for _ in range(STREAMS)]
        waiters = [
            _open(port, f"/api/v1/messages/wait?to=%2B8170{at:08}&timeout={WAIT_SECONDS}")
            for at in range(WAITERS)
        ]
        for stream in streams:
            assert stream.recv(READ).startswith(b"HTTP/1.1 200"), "a stream was refused"
        time.sleep(1)  # until the phone has read all requests
        for connection in streams:
            reading.register(connection, selectors.EVENT_READ, _is_open)
        for connection in waiters:  # nothing comes for them: any answer is a refusal
            reading.register(connection, selectors.EVENT_READ, lambda _: False)
        print("open", flush=True)
        while all(key.data(key.fileobj) for key, _ in reading.select()):
            time.sleep(OFTEN)
    return 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
