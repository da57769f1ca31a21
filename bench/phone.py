"""The phone's rows: messages a second, the newest for a number, arrival to a waiting tester.

Both sides are served by granian with the same threads in a process of their own, and are sent to by the same clients
in turns: 8 connections that stay open, written with plain sockets so that the clients cost little.
"""

from __future__ import annotations

import os
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
from flask import Flask

from bench import phone_floor
from bench.client import Client
from bench.measure import ROOT, cpu_milliseconds, timed
from bench.table import Row
from mocksms import create_app
from mocksms.models import Message
from mocksms.store import messages as keeping

CLIENTS, EACH, ROUNDS = 8, 150, 3
WAITS, INBOXES = 100, 50
SMALL, LARGE = 1_000, 100_000
TO, SENDER = "+819012345678", "+15005550006"
TEXT = "482913は、Mihonのワンタイムパスワードです。誰とも共有しないでください。"
GRANIAN = (
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "1",
    "--blocking-threads",
    "128",
    "--no-ws",
    "--no-log",
    "--factory",
)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """A server in a process of its own, until it answers and then until the end; its port."""
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=9), timeout=30) as client:
            client.get(f"http://127.0.0.1:{port}/")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _request(to: str = TO) -> bytes:
    body = urlencode({"To": to, "From": SENDER, "Body": TEXT}).encode()
    head = (
        "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic QUMxOng=\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _send(connection: socket.socket, request: bytes) -> None:
    """One request and its whole answer."""
    connection.sendall(request)
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


def _ingest(port: int) -> float:
    """Messages a second with CLIENTS clients."""

    def client() -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(EACH):
                _send(connection, request)

    request = _request()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return CLIENTS * EACH / (time.perf_counter() - start)


def _arrivals(port: int) -> list[float]:
    """Milliseconds from sending a message to a waiting tester having it, INBOXES event streams open."""
    base, came = f"http://127.0.0.1:{port}", queue.Queue[float]()
    took = []
    with ExitStack() as stack, socket.create_connection(("127.0.0.1", port)) as sender:
        for _ in range(INBOXES):
            client = stack.enter_context(httpx.Client(timeout=60))
            stack.enter_context(client.stream("GET", f"{base}/api/v1/events"))
        tester = stack.enter_context(httpx.Client(base_url=base, timeout=60))

        def wait(to: str) -> None:
            assert tester.get("/api/v1/code", params={"to": to, "wait": 30}).text == "482913"
            came.put(time.perf_counter())

        for number in range(WAITS):
            to = f"+8190{10_000_000 + time.time_ns() // 1000 % 80_000_000}"
            thread = threading.Thread(target=wait, args=(to,))
            thread.start()
            time.sleep(0.03)  # the tester is waiting by then
            start = time.perf_counter()
            _send(sender, _request(to))
            if number >= WAITS // 10:
                took.append((came.get() - start) * 1000)
            else:
                came.get()
            thread.join()
    return took


def _fill(app: Flask, floor: Flask, start: int, end: int) -> None:
    """Puts messages for 500 numbers into both."""
    world = app.extensions["mocksms"].get()
    for first in range(start, end, 1000):
        with world.pool.write() as db:
            for number in range(first, min(first + 1000, end)):
                message = Message(
                    sid=f"SM{number:032}", channel="sms", sender=SENDER, recipient=f"+8190123{number % 500:05}",
                    body=TEXT, code="482913", created_at=1e9 + number, received_at=1e9 + number,
                    history=[("delivered", 1e9 + number)],
                )  # fmt: skip
                keeping.add(db, message, "mobile")
    bare = floor.test_client()
    for number in range(start, min(end, start + 2_000)):
        bare.post(
            "/2010-04-01/Accounts/AC1/Messages.json",
            data={"To": f"+8190123{number % 500:05}", "From": SENDER, "Body": TEXT},
        )


def _newest(folder: Path) -> list[Row]:
    """CPU of the newest message for a number, among few and among many."""
    os.environ["FLOOR_DB"] = str(folder / "newest.db")
    app, bare = create_app({"INSTANCE": str(folder / "newest")}), phone_floor.create_app()
    ours, floor = Client(app), Client(bare)
    address, rows, stored = "/api/v1/messages?limit=1&to=%2B819012300042", [], 0
    for count in (SMALL, LARGE):
        _fill(app, bare, stored, count)
        stored = count
        spent = cpu_milliseconds(
            {
                "floor": lambda: timed(lambda: floor.get(address)),
                "ours": lambda: timed(lambda: ours.get(address)),
            }
        )
        rows.append(
            Row(f"newest for a number, {count:,} stored", "ms CPU", spent["floor"], spent["ours"], "≤ 1 ms")
        )
    app.extensions["mocksms"].close()
    return rows


def rows() -> list[Row]:
    """Measure everything in this run, the floor beside it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, bare = _free_port(), _free_port()
        environment = {"MOCKSMS_INSTANCE": name, "MOCKSMS_PORT": str(ours), "MOCKSMS_SMTP_PORT": "-1"}
        command = [*GRANIAN, "--port", str(bare), "bench.phone_floor:create_app"]
        with (
            _served(["-m", "mocksms", "serve"], ours, environment),
            _served(command, bare, {"FLOOR_DB": str(folder / "ingest.db")}),
        ):
            turns = [(_ingest(bare), _ingest(ours)) for _ in range(ROUNDS)]
            took = sorted(_arrivals(ours))
        newest = _newest(folder)
    floor, own = (statistics.median(values) for values in zip(*turns, strict=True))
    return [
        Row(
            "phone: messages taken, 8 clients",
            "a second",
            floor,
            own,
            "≥ 0.54 × (1,500 on the first machine)",
            0,
        ),
        *newest,
        Row("arrival → waiting tester, 50 inboxes open, p50", "ms", None, took[len(took) // 2], "≤ 5 ms"),
        Row(
            "arrival → waiting tester, 50 inboxes open, p95",
            "ms",
            None,
            took[int(len(took) * 0.95)],
            "≤ 20 ms",
        ),
    ]


if __name__ == "__main__":
    from bench.table import markdown

    print(markdown(rows()))
