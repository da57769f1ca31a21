"""The phone's rows: messages a second, the newest for a number, arrival to a waiting tester.

Both sides are served by granian with the same threads in a separate process. The same clients send to them in turns:
8 persistent connections, written with plain sockets so that the clients cost little.
"""

from __future__ import annotations

import os
import queue
import socket
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from flask import Flask

from bench import phone_floor
from bench.client import Client
from bench.measure import cpu_milliseconds, timed
from bench.server_process import (
    INGEST_WORK,
    LARGE,
    MEMORY_WORK,
    SENDER,
    SMALL,
    TEXT,
    free_port,
    ingest,
    memory_mib,
    newest_row_name,
    request,
    send,
    server_process,
)
from bench.table import Row
from mocksms import create_app
from mocksms.core.models import Message
from mocksms.store import messages as keeping

ROUNDS = 3
WAITS, INBOXES = 100, 50
GRANIAN = ("-m", "granian", "--interface", "rsgi", "--workers", "1", "--no-ws", "--no-log", "--factory")


def _arrivals(port: int) -> list[float]:
    """Return the milliseconds from sending a message to a waiting tester having it, with INBOXES open event streams."""
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
            time.sleep(0.03)  # until the tester waits
            start = time.perf_counter()
            send(sender, request(to))
            if number >= WAITS // 10:
                took.append((came.get() - start) * 1000)
            else:
                came.get()
            thread.join()
    return took


def _fill(app: Flask, floor: Flask, start: int, end: int) -> None:
    """Put messages for 500 numbers into both."""
    world = app.extensions["mocksms"].get()
    for first in range(start, end, 1000):
        with world.store.writing() as db:
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
    """Return the CPU of the newest message for a number, among few and among many."""
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
        rows.append(Row(newest_row_name(count), "ms CPU", spent["floor"], spent["ours"], "≤ 1 ms"))
    app.extensions["mocksms"].close()
    return rows


def _deletion(folder: Path) -> Row:
    """Return the CPU of deleting all of many messages."""
    app = create_app({"INSTANCE": str(folder / "newest")})
    client = Client(app)
    spent = timed(lambda: client.delete("/api/v1/messages")) * 1000
    app.extensions["mocksms"].close()
    return Row(f"phone: DELETE of {LARGE:,} messages", "ms CPU", None, spent, "≤ 1,000 ms", 0)


def _memory(folder: Path) -> Row:
    """Return the memory of the served phone and its supervisor while its list of many handsets is read."""
    port = free_port()
    environment = {
        "MOCKSMS_INSTANCE": str(folder / "newest"),
        "MOCKSMS_PORT": str(port),
        "MOCKSMS_SMTP_PORT": "-1",
    }
    with server_process(["-m", "mocksms", "serve"], port, environment) as process:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            for page in (
                "/",
                "/api/v1/messages?limit=50",
                "/api/v1/messages?limit=1&to=%2B819012300042",
            ) * 10:
                client.get(page).raise_for_status()
        return Row(MEMORY_WORK, "MiB", None, memory_mib(process), "≤ 60 MiB", 0)


def rows() -> list[Row]:
    """Measure all rows in this run, with the floor beside them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, bare = free_port(), free_port()
        environment = {"MOCKSMS_INSTANCE": name, "MOCKSMS_PORT": str(ours), "MOCKSMS_SMTP_PORT": "-1"}
        command = [*GRANIAN, "--port", str(bare), "bench.phone_floor:create_edge"]
        with (
            server_process(["-m", "mocksms", "serve"], ours, environment),
            server_process(command, bare, {"FLOOR_DB": str(folder / "ingest.db")}),
        ):
            turns = [(ingest(bare), ingest(ours)) for _ in range(ROUNDS)]
            took = sorted(_arrivals(ours))
        newest = [*_newest(folder), _memory(folder), _deletion(folder)]
    floor, own = (statistics.median(values) for values in zip(*turns, strict=True))
    return [
        Row(
            INGEST_WORK,
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
    from bench import peers
    from bench.table import markdown

    print(markdown(rows(), peers.measure()))
