"""The phone's rows: messages a second and arrival to a waiting tester, alone and beside many streams and waiters.

Both sides are served by granian with the same threads in a separate process. The same clients send to them in turns:
8 persistent connections, written with plain sockets so that the clients cost little.
"""

from __future__ import annotations

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
from functools import cache
from pathlib import Path

import httpx

from bench.measure import ROOT
from bench.server_process import free_port, ingest, request, send, server_process
from bench.table import Row

ROUNDS = 3
WAITS, INBOXES = 100, 50
GRANIAN = ("-m", "granian", "--interface", "rsgi", "--workers", "1", "--no-ws", "--no-log", "--factory")


def _arrivals(port: int, inboxes: int) -> list[float]:
    """Return the milliseconds from sending a message to a waiting tester having it, with so many open event streams."""
    base, came = f"http://127.0.0.1:{port}", queue.Queue[float]()
    took = []
    with ExitStack() as stack, socket.create_connection(("127.0.0.1", port)) as sender:
        for _ in range(inboxes):
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


@contextmanager
def _rush(port: int) -> Iterator[None]:
    """Hold STREAMS event streams and WAITERS waiting requests open in a separate process."""
    command = [sys.executable, "-m", "bench.rush", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "open\n":
            raise RuntimeError("the phone did not take the streams and waiters")
        yield
        if process.poll() is not None:
            raise RuntimeError("the phone closed a stream or a waiter")
    finally:
        process.kill()
        process.communicate()


@cache  # `--peers` shows them, too
def rows() -> list[Row]:
    """Measure all rows in this run, with the floor beside them."""
    with tempfile.TemporaryDirectory() as name:
        ours, bare = free_port(), free_port()
        environment = {"MOCKSMS_INSTANCE": name, "MOCKSMS_PORT": str(ours), "MOCKSMS_SMTP_PORT": "-1"}
        command = [*GRANIAN, "--port", str(bare), "bench.phone_floor:create_edge"]
        with (
            server_process(["-m", "mocksms", "serve"], ours, environment),
            server_process(command, bare, {"FLOOR_DB": str(Path(name) / "ingest.db")}),
        ):
            ingest(ours, bare)  # warm up both
            turns = [(ingest(bare), ingest(ours)) for _ in range(ROUNDS)]
            took = sorted(_arrivals(ours, INBOXES))
            quiet = statistics.median(ingest(ours) for _ in range(ROUNDS))
            with _rush(ours):
                rushed = statistics.median(ingest(ours) for _ in range(ROUNDS))
                beside = sorted(_arrivals(ours, 0))
    floor, own = (statistics.median(values) for values in zip(*turns, strict=True))
    return [
        Row("ingest", own, floor),
        Row("ingest_rush", rushed, quiet),
        Row("arrival_rush", beside[int(len(beside) * 0.95)]),
        Row("arrival_p50", took[len(took) // 2]),
        Row("arrival_p95", took[int(len(took) * 0.95)]),
    ]
