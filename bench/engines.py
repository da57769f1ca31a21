"""`python -m bench --engines`: SQLite and PostgreSQL in one run, by processes, worlds and stored messages.

Each process of an app is a node with a separate folder on PostgreSQL; on SQLite all share one file. `--large` also
measures 1,000 worlds and 1,000,000 messages.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pyotp
from flask import Flask

import mocksms
import webapp
from bench import concurrency
from bench.client import Client
from bench.floor import SECRET
from bench.server_process import TEXT, free_port, ingest, send, server_process
from bench.server_process import request as message
from bench.table import Row
from mocksms.api.middleware import worlds_of
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.store import messages as keeping
from tests.postgres_server import database as new_database
from webapp.store import postgres_server
from webapp.store.engine.recording import listening

Found = TypeVar("Found")
ENGINES = ("SQLite", "PostgreSQL")
PROCESSES = (1, 2, 4)
WAITS = 40
WORLDS = (10, 1_000)
STORED = (1_000, 10_000, 100_000, 1_000_000)
SMALL_WORLDS, SMALL_STORED = 1, 2
CHUNK = 5_000
NUMBERS = 500


@contextmanager
def database(engine: str, server: str) -> Iterator[str]:
    """Yield the address of a new database; "" for SQLite."""
    if engine == "SQLite":
        yield ""
        return
    with new_database(server) as url:
        yield url


@contextmanager
def phones(count: int, url: str) -> Iterator[list[int]]:
    """Serve so many nodes of the phone, and yield their ports."""
    with ExitStack() as until_end:
        folder = until_end.enter_context(tempfile.TemporaryDirectory())
        ports = []
        for number in range(count):
            port = free_port()
            own = f"{folder}/{number}" if url else folder
            environment = {"MOCKSMS_INSTANCE": own, "MOCKSMS_DATABASE_URL": url, "MOCKSMS_SHARED": "1"}
            command = ["-m", "mocksms", "serve", "--port", str(port), "--smtp-port", "-1"]
            until_end.enter_context(server_process(command, port, environment))
            ports.append(port)
        yield ports


def sign_ins(processes: int, url: str) -> float:
    """Return sign-ins a second."""
    return concurrency.measure(processes, url)[0]


def messages(processes: int, url: str) -> float:
    """Return messages taken a second."""
    with phones(processes, url) as ports:
        ingest(*ports)
        return ingest(*ports)


def statements(url: str) -> int:
    """Return the round trips of one sign-in with a code, transaction control included."""
    with tempfile.TemporaryDirectory() as folder:
        people = concurrency.make_accounts(folder, url)
        app = webapp.create_app({**concurrency.SETTINGS, "instance": folder, "database_url": url})
        heard: list[str] = []
        joined: list[str] = []
        for who in people[:2]:  # the first one warms up
            heard.clear()
            joined.clear()
            client = Client(app)
            with listening(heard.append, joined.append):
                client.get("/ap/signin")
                client.post("/ap/signin", email=f"{who}@example.com")
                client.follow()
                client.post("/ap/signin?step=password", password=concurrency.PASSWORD)
                client.follow()
                client.post("/ap/mfa", otpCode=pyotp.TOTP(SECRET).now())
                client.follow()
        app.extensions[
            "nidankai_dispatcher"
        ].rest()  # else it looks for the outbox of a database that is gone
        app.extensions["nidankai_engine"].close()
        return len(heard) - len(joined)


def waits(url: str) -> tuple[float, float]:
    """Return p50 and p95 of the milliseconds from a message at one node to the answer of a wait at another."""
    took = []
    with phones(2, url) as (first, second):
        sender, tester = (HTTPConnection("127.0.0.1", port, timeout=60) for port in (first, second))
        sender.connect()
        for number in range(WAITS):
            to = f"+8190111{number:05}"
            tester.request("GET", f"/api/v1/messages/wait?to=%2B{to[1:]}&timeout=30")
            time.sleep(0.1)  # until the node waits
            begun = time.perf_counter()
            send(sender.sock, message(to))
            json.load(tester.getresponse())
            took.append(1000 * (time.perf_counter() - begun))
        sender.close()
        tester.close()
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


def worlds(count: int, url: str) -> list[str]:
    """Return the milliseconds of making, resetting and dropping a world, with so many of them."""
    with tempfile.TemporaryDirectory() as folder:
        app = mocksms.create_app({"INSTANCE": folder, "DATABASE_URL": url})
        engine = worlds_of(app).engine
        names = [f"w{number}" for number in range(count)]
        steps: list[Callable[[str], object]] = [
            engine.make, lambda name: engine.open(name).restore(engine.blank()), engine.drop
        ]  # fmt: skip
        engine.blank()
        found = [_milliseconds(partial(_each, step, names)) / count for step in steps]
        worlds_of(app).close()
        return [f"{each:.1f}" for each in found]


def stored(counts: tuple[int, ...], url: str) -> dict[str, list[str]]:
    """Return the milliseconds of requests with so many messages stored."""
    rows: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        app = mocksms.create_app({"INSTANCE": folder, "DATABASE_URL": url})
        client, there = Client(app), 0
        pages = {
            "newest for a number": "/api/v1/messages?limit=1&to=%2B819012300042",
            "a conversation": "/handsets/+819012300042/messages/+15005550006",
            "Japanese search of all phones": f"/api/v1/messages?q={quote('パスワード')}&limit=20",
        }
        for count in counts:
            _fill(app, there, count)
            there = count
            for name, path in pages.items():
                client.get(path)
                took = statistics.median(_milliseconds(partial(client.get, path)) for _ in range(9))
                rows.setdefault(name, []).append(f"{took:.1f}")
        worlds_of(app).close()
    return rows


def _each(step: Callable[[str], object], names: list[str]) -> None:
    for name in names:
        step(name)


def _milliseconds(work: Callable[[], object]) -> float:
    """Return how long it took: the time at the server counts, too."""
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def _fill(app: Flask, start: int, end: int) -> None:
    world = worlds_of(app).get()
    for first in range(start, end, CHUNK):
        last = min(first + CHUNK, end)
        with world.store.writing() as db:
            for number in range(first, last):
                made = Message(
                    inbox.new_sid("SM"), "sms", "+15005550006", f"+8190123{number % NUMBERS:05}", TEXT
                )
                made.created_at = made.received_at = made.updated_at = world.now()
                keeping.add(db, made, "mobile")
    inbox.complete_words(world)
    with world.store.writing() as db:
        if db.dialect == "postgresql":
            db.execute("ANALYZE")  # as it does by itself within a minute of such a rush


def by_processes(server: str) -> list[Row]:
    """Print sign-ins and messages a second by engine and processes. Return the rows for one process."""
    _print("", *(f"{engine}, {count}" for engine in ENGINES for count in PROCESSES))
    _print(*["---"] * (1 + len(ENGINES) * len(PROCESSES)))
    rates: dict[str, list[float]] = {}
    for name, measure in (("sign-ins a second", sign_ins), ("messages taken a second", messages)):
        found = [_on(engine, server, partial(measure, count)) for engine in ENGINES for count in PROCESSES]
        _print(name, *(f"{rate:.0f}" for rate in found))
        rates[name] = [found[0], found[len(PROCESSES)]]
    (lite_sign_ins, sign_in_rate), (lite_messages, message_rate) = rates.values()
    return [
        Row("engine_sign_ins", sign_in_rate, lite_sign_ins),
        Row("engine_ingest", message_rate, lite_messages),
    ]


def by_engine(server: str, is_large: bool) -> list[Row]:
    """Print the statements of a sign-in, waits over two nodes, and worlds. Return the rows that have a target."""
    _print("", *ENGINES)
    _print(*["---"] * (1 + len(ENGINES)))
    asked = [_on(engine, server, statements) for engine in ENGINES]
    _print("round trips of a sign-in", *map(str, asked))
    waited = [_on(engine, server, waits) for engine in ENGINES]
    _print("a wait at another node: p50, p95, ms", *(f"{p50:.0f}, {p95:.0f}" for p50, p95 in waited))
    for count in WORLDS if is_large else WORLDS[:SMALL_WORLDS]:
        found = [_on(engine, server, partial(worlds, count)) for engine in ENGINES]
        for number, name in enumerate(("make", "reset", "drop")):
            _print(f"{name} a world of {count:,}, ms", *(each[number] for each in found))
    return [
        Row("engine_round_trips", asked[-1], asked[0]),
        Row("engine_arrival", waited[-1][1], waited[0][1]),
    ]


def by_stored(server: str, is_large: bool) -> None:
    """Print the milliseconds of requests by engine and stored messages."""
    counts = STORED if is_large else STORED[:SMALL_STORED]
    _print("ms", *(f"{engine}, {count:,}" for engine in ENGINES for count in counts))
    _print(*["---"] * (1 + len(ENGINES) * len(counts)))
    found = [_on(engine, server, partial(stored, counts)) for engine in ENGINES]
    for name in found[0]:
        _print(name, *(cell for each in found for cell in each[name]))


def _on(engine: str, server: str, measure: Callable[[str], Found]) -> Found:
    with database(engine, server) as url:
        return measure(url)


def _print(*cells: str) -> None:
    """Print a table's line, as soon as it was measured."""
    print(f"| {' | '.join(cells)} |", flush=True)


def rows() -> list[Row]:
    """Measure, and print the tables. Return the rows that have a target."""
    is_large = "--large" in sys.argv[1:]
    folder = Path(tempfile.mkdtemp(prefix="nidankai-postgres-", dir="/var/tmp"))  # where its user reaches it
    try:
        with postgres_server.running(folder, is_temporary=True) as server:
            found = by_processes(server)
            print()
            found += by_engine(server, is_large)
            print()
            by_stored(server, is_large)
            print()
            return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
