"""Processes of site and phone over one PostgreSQL, each with a folder of its own, as on machines of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from mocksms.testing import Phone
from tests.meta.sources import ROOT
from tests.processes import answers, free_ports, program
from webapp.sandbox.server import CHEAP_HASH

START_SECONDS = 90
ACCOUNT, TOKEN = "AC" + "0" * 32, "sandbox"
SHOP, ME = "+15005550006", "+819012345678"
SHARED_KEYS = {
    "WEBAPP_SANDBOX": "1",
    "WEBAPP_SECRET_KEY": "a key that all nodes of the site share, of length",
    "WEBAPP_SEAL_KEYS": "5a" * 32,
    "MOCKSMS_SECRET_KEY": "a key that all nodes of the phone share",
}
"""What every node is handed over."""


@dataclass
class Node:
    """A running process of site or phone."""

    url: str
    smtp_port: int
    process: subprocess.Popen[str]
    log: Path
    command: Sequence[str]
    env: Mapping[str, str]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=60))

    def phone(self, world: str = "default") -> Phone:
        """Return a client of one of a phone's worlds."""
        return Phone(self.url, world, self.smtp_port)

    def send(self, body: str, to: str = ME, **fields: str) -> httpx.Response:
        """Send a text to a phone, as an app does."""
        return self.http.post(
            f"{self.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            data={"To": to, "From": SHOP, "Body": body, **fields},
            auth=(ACCOUNT, TOKEN),
        )

    def kill(self) -> None:
        """Kill it and all that it started, as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait_until_up(self) -> None:
        """Return once it answers."""
        until = time.monotonic() + START_SECONDS
        while not answers(self.url):
            assert self.process.poll() is None and time.monotonic() < until, self.log.read_text()[-2000:]
            time.sleep(0.05)


class Cluster:
    """Nodes over one database. `address` is where they find it, `database` where the test does.

    Nodes run what is in `source`.
    """

    def __init__(self, folder: Path, address: str, database: str, until_end: ExitStack) -> None:
        self.address = address
        self.source = ROOT
        self._folder, self._database, self._until_end = folder, database, until_end
        self._count = 0

    def start_phone(self, **settings: str) -> Node:
        """Start a node of the phone. It may not answer yet."""
        return self._start(["mocksms", "serve"], {"MOCKSMS_DATABASE_URL": self.address, **settings})

    def start_site(self, phone: Node, **settings: str) -> Node:
        """Start a node of the site, which sends to this node of the phone. It may not answer yet."""
        cheap = {f"WEBAPP_{name.upper()}": str(value) for name, value in CHEAP_HASH.items()}
        own = {
            **cheap,
            "WEBAPP_DATABASE_URL": self.address,
            "WEBAPP_GATEWAY_URL": phone.url,
            "WEBAPP_SMTP_PORT": str(phone.smtp_port),
            "WEBAPP_SITE_URL": "http://localhost:8000",
            **settings,
        }
        return self._start(["webapp"], own)

    @contextmanager
    def of_source(self, source: Path) -> Iterator[None]:
        """Start nodes of another version in this block."""
        self.source, before = source, self.source
        try:
            yield
        finally:
            self.source = before

    def run(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Run a statement in the default world of the phone, and return its rows."""
        with psycopg.connect(self._database, autocommit=True) as db:
            db.execute(f"SET search_path TO {', '.join(self._schemas(db))}".encode())
            found = db.execute(sql.encode(), values or None)
            return found.fetchall() if found.description else []

    @staticmethod
    def _schemas(db: psycopg.Connection[Any]) -> list[str]:
        """Return those of both apps' default worlds. Two nodes that start together may use up a number."""
        apps = [
            app
            for app in ("mocksms", "site")
            if db.execute("SELECT to_regclass(%s)", (f"{app}.worlds",)).fetchone() != (None,)
        ]
        found = [
            (app, db.execute(f"SELECT number FROM {app}.worlds WHERE name = 'default'".encode()).fetchone())
            for app in apps
        ]
        return [f"{app}_{number[0]}" for app, number in found if number]

    def _start(self, command: list[str], settings: Mapping[str, str]) -> Node:
        self._count += 1
        folder = self._folder / f"node-{self._count}"
        folder.mkdir()
        port, smtp_port = free_ports(2)
        if command == ["webapp"]:
            command = [*command, "--port", str(port)]
        env = {
            **os.environ,
            **SHARED_KEYS,
            "WEBAPP_INSTANCE": str(folder),
            "MOCKSMS_INSTANCE": str(folder),
            "MOCKSMS_PORT": str(port),
            "MOCKSMS_SMTP_PORT": str(smtp_port),
            **settings,
        }
        return self._run(f"http://127.0.0.1:{port}", smtp_port, folder / "log", command, env)

    def restart(self, node: Node) -> Node:
        """Start a node that was killed again, at its address. It may not answer yet."""
        return self._run(node.url, node.smtp_port, node.log, node.command, node.env)

    def _run(
        self, url: str, smtp_port: int, log: Path, command: Sequence[str], env: Mapping[str, str]
    ) -> Node:
        written = self._until_end.enter_context(log.open("a"))
        process = self._until_end.enter_context(
            program(
                [sys.executable, "-m", *command],
                cwd=self.source,
                env=env,
                stdout=written,
                stderr=subprocess.STDOUT,
            )
        )
        node = Node(url, smtp_port, process, log, command, env)
        self._until_end.callback(node.http.close)
        return node


@contextmanager
def cluster(folder: Path, address: str, database: str = "") -> Iterator[Cluster]:
    """Lend a cluster without nodes. All of its nodes end with the block."""
    with ExitStack() as until_end:
        yield Cluster(folder, address, database or address, until_end)


def started(*nodes: Node) -> tuple[Node, ...]:
    """Return the nodes once all of them answer."""
    for node in nodes:
        node.wait_until_up()
    return nodes
