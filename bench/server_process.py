"""A message server in its own process, and the clients that send to it.

8 persistent connections, written with plain sockets so that the clients cost little.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx

from bench.measure import ROOT

CLIENTS, EACH = 8, 150
TO, SENDER = "+819012345678", "+15005550006"
TEXT = "482913は、Mihonのワンタイムパスワードです。誰とも共有しないでください。"


def memory_mib(process: int) -> float | None:
    """Return the memory of a process and its children in MiB, shared memory counted once. None without /proc."""
    folder = Path(f"/proc/{process}")
    try:
        rollup = (folder / "smaps_rollup").read_text()
        children = (folder / "task" / str(process) / "children").read_text().split()
    except OSError:
        return None
    kibibytes = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return kibibytes / 1024 + sum(memory_mib(int(child)) or 0 for child in children)


def free_port() -> int:
    """Return a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def server_process(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """Run a server in its own process and yield its process id, from its first answer to the end of the block."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=30) as client:
            client.get(f"http://127.0.0.1:{port}/")
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def request(to: str = TO) -> bytes:
    """Return an HTTP request that sends an SMS to this number."""
    body = urlencode({"To": to, "From": SENDER, "Body": TEXT}).encode()
    head = (
        "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic QUMxOng=\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(connection: socket.socket, message: bytes) -> None:
    """Send one request and read its answer."""
    connection.sendall(message)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, rest = data.partition(b"\r\n\r\n")
    assert b" 201 " in head[:20], head
    length = int(
        next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")).split()[1]
    )
    while len(rest) < length:
        rest += connection.recv(65536)


def ingest(*ports: int) -> float:
    """Return messages a second with CLIENTS clients, divided among the servers at these ports."""

    def client(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(EACH):
                send(connection, message)

    message = request()
    threads = [threading.Thread(target=client, args=(ports[at % len(ports)],)) for at in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * EACH / (time.perf_counter() - start)
