"""The phone's rows with 1,000 to 200,000 messages stored: pages, memory, and deleting them."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import quote

import httpx
from flask import Flask

from bench import phone_floor
from bench.client import Client
from bench.measure import cpu_milliseconds, timed
from bench.scale import NEWEST, fill
from bench.server_process import SENDER, TEXT, free_port, memory_mib, server_process
from bench.table import Row
from mocksms import create_app

COUNTS = {"newest_1k": 1_000, "newest_10k": 10_000, "newest_100k": 100_000}
NUMBERS = 500
LARGE = 100_000
ALONE = "+819012300000"  # the number of all messages if there is one number
LONGEST = 60.0
BEFORE_SECONDS = 2.0
SEARCHED = ("482913", "48", "誰", "誰と", "パスワード", "誰とも Mihon", SENDER, "mail")
"""All but the last are in every message."""
PAGES = ("/", "/api/v1/messages?limit=50", NEWEST)


def _fill_floor(floor: Flask) -> None:
    bare = floor.test_client()
    for number in range(COUNTS["newest_1k"]):
        data = {"To": f"+8190123{number % NUMBERS:05}", "From": SENDER, "Body": TEXT}
        bare.post("/2010-04-01/Accounts/AC1/Messages.json", data=data)


def newest(folder: Path) -> list[Row]:
    """Return the CPU of the newest message for a number by messages stored: beside the floor, then beside the first."""
    os.environ["FLOOR_DB"] = str(folder / "floor.db")
    bare = phone_floor.create_app()
    _fill_floor(bare)
    app = create_app({"INSTANCE": str(folder / "many")})
    client, floor = Client(app), Client(bare)
    world, stored = app.extensions["mocksms"].get(), 0
    spent: dict[str, float] = {}
    works = {
        "ours": lambda: timed(lambda: client.get(NEWEST)),
        "floor": lambda: timed(lambda: floor.get(NEWEST)),
    }
    for key, count in COUNTS.items():
        fill(world, stored, count)
        stored = count
        found = cpu_milliseconds(works)
        spent[key] = found["ours"]
        spent.setdefault("floor", found["floor"])
    app.extensions["mocksms"].close()
    return [
        Row("newest_1k", spent["newest_1k"], spent["floor"]),
        Row("newest_10k", spent["newest_10k"], spent["newest_1k"]),
        Row("newest_100k", spent["newest_100k"], spent["newest_1k"]),
    ]


def pages(folder: Path) -> list[Row]:
    """Return the CPU of a page of one long conversation, and of the dearest search among twice as many messages."""
    app = create_app({"INSTANCE": str(folder / "long")})
    client, world = Client(app), app.extensions["mocksms"].get()
    fill(world, 0, LARGE, numbers=1)
    path = f"/handsets/{ALONE}/messages/{SENDER}"
    conversation = cpu_milliseconds({"ours": lambda: timed(lambda: client.get(path))}, times=20)
    fill(world, LARGE, 2 * LARGE)
    search = cpu_milliseconds({word: _searching(client, word) for word in SEARCHED}, times=20)
    app.extensions["mocksms"].close()
    return [Row("conversation", conversation["ours"]), Row("search", max(search.values()))]


def _searching(client: Client, word: str) -> Callable[[], float]:
    return lambda: timed(lambda: client.get(f"/search?q={quote(word)}"))


def served(folder: Path) -> list[Row]:
    """Return the memory of the served phone and its supervisor, and the time of DELETE with other clients' waits."""
    port = free_port()
    environment = {
        "MOCKSMS_INSTANCE": str(folder / "many"),
        "MOCKSMS_PORT": str(port),
        "MOCKSMS_SMTP_PORT": "-1",
    }
    with (
        server_process(["-m", "mocksms", "serve"], port, environment) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST) as client,
    ):
        for page in PAGES * 10:
            client.get(page).raise_for_status()
        memory = memory_mib(process)
        took, longest, before = _deletion(client)
    return [Row("stored_memory", memory), Row("delete", took), Row("delete_wait", longest, before)]


def _deletion(client: httpx.Client) -> tuple[float, float, float]:
    """Return the seconds of DELETE, and the longest milliseconds that others waited during it, and before it.

    The others are a client that sends and one that reads.
    """
    spans: list[tuple[float, float]] = []
    done = threading.Event()

    def use(method: str, path: str, data: dict[str, str] | None) -> None:
        with httpx.Client(base_url=client.base_url, timeout=LONGEST, auth=("AC1", "any")) as other:
            while not done.is_set():
                begun = time.perf_counter()
                other.request(method, path, data=data).raise_for_status()
                spans.append((begun, time.perf_counter()))
                done.wait(0.005)

    message = {"To": "+819099999999", "From": SENDER, "Body": TEXT}
    others = [
        threading.Thread(target=use, args=("POST", "/2010-04-01/Accounts/AC1/Messages.json", message)),
        threading.Thread(target=use, args=("GET", NEWEST, None)),
    ]
    for thread in others:
        thread.start()
    try:
        done.wait(BEFORE_SECONDS)
        begun = time.perf_counter()
        client.delete("/api/v1/messages").raise_for_status()
        took = time.perf_counter() - begun
    finally:
        done.set()
        for thread in others:
            thread.join()
    before = [min(end, begun) - start for start, end in spans if start < begun]
    during = [end - max(start, begun) for start, end in spans if end > begun]
    return took, max(during) * 1000, max(before) * 1000


@cache  # `--peers` shows them, too
def rows() -> list[Row]:
    """Measure all rows in this run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [*newest(folder), *pages(folder), *served(folder)]
