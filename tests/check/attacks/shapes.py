"""The served apps in two shapes, each in processes of its own with real sockets.

`production`: the site with two processes behind a proxy, sandbox mode off (docs/deploy.md). `make_run`: what `make run`
starts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import httpx

import webapp
from mocksms.client import Phone
from tests.check.attacks.visitor import Front, Visitor
from tests.edge_server import ROOT, free_port, own_bytes
from webapp.edge import lifeline
from webapp.factors.shared_secret import seal_context
from webapp.rules import totp
from webapp.sandbox.journeys.runner import FormRunner
from webapp.store import accounts, methods

PASSWORD = "Mihon-demo-1"
SECRET = "MIHONDEMOMIHONDEMOMIHONDEMO23456"
HOST = "mihon.example.com"
START_SECONDS = 60
MOST_OWNERS = 20
SLOWEST = 2.0
"""Seconds that an answer may take after an attack, on a machine with other work."""


@dataclass(frozen=True)
class Shape:
    """The served apps. `front` is how browsers get to the site, `folder` holds its data."""

    front: Front
    phone_url: str
    smtp_port: int
    process: int
    folder: Path
    log: Path
    is_production: bool
    _owners: Iterator[int] = field(default_factory=lambda: iter(range(MOST_OWNERS)), repr=False)

    @property
    def phone(self) -> Phone:
        """Return a client of the phone."""
        return Phone(self.phone_url, "default", self.smtp_port)

    def owner(self) -> Owner:
        """Return an account with codes by SMS that no other test has: an unused code holds its number for a while."""
        return owner(next(self._owners))

    def visitor(self, sender: str = "198.51.100.7") -> Visitor:
        """Return a browser without cookies, at this address as far as a proxy tells it."""
        return Visitor(self.front, sender)

    def person(self, visitor: Visitor, name: str, phone: str = "") -> FormRunner:
        """Return a runner of journeys for one of the accounts."""
        return FormRunner(_Person(f"{name}@example.com", phone), _Reader(self.phone), visitor, self._other)

    def _other(self, _account: str) -> Visitor:
        return self.visitor()

    def processes(self) -> list[int]:
        """Return the processes that serve, those that only watch others included."""
        found, new = [self.process], [self.process]
        while new:
            new = [
                int(child)
                for parent in new
                for task in Path(f"/proc/{parent}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
            found += new
        return found

    def sockets(self) -> int:
        """Return how many sockets the processes have open.

        Other files are bounded by the threads: SQLite keeps a closed connection's file for the next connection.
        """
        found = 0
        for each in self.processes():
            for file in Path(f"/proc/{each}/fd").iterdir():
                with suppress(OSError):  # closed meanwhile
                    found += str(file.readlink()).startswith("socket:")
        return found

    def memory(self) -> int:
        """Return the bytes of memory that the processes have for themselves."""
        return sum(own_bytes(each) for each in self.processes())

    def comes_down_to(self, sockets: int, seconds: float) -> bool:
        """Return whether the processes have as few sockets open within some seconds."""
        until = time.monotonic() + seconds
        while self.sockets() > sockets:
            if time.monotonic() > until:
                return False
            time.sleep(0.1)  # there is nothing else to wait for
        return True

    def slowest_answer(self) -> float:
        """Use site and phone as people do. Return the seconds of the slowest answer."""
        took = []
        for _ in range(4):  # a connection each, so both processes get some
            site = self.visitor("203.0.113.200").http
            with site, httpx.Client(base_url=self.phone_url) as phone:
                for client, path in ((site, "/healthz"), (site, "/ap/signin"), (phone, "/healthz")):
                    begin = time.perf_counter()
                    assert client.get(path, timeout=30).status_code == 200
                    took.append(time.perf_counter() - begin)
        return max(took)

    def failures(self) -> list[str]:
        """Return the lines of the log that tell of an error inside the apps."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [
            line for line in lines if "Traceback" in line or "ERROR" in line or "a request failed" in line
        ]


class Owner(NamedTuple):
    """An account with codes by SMS."""

    name: str
    number: str


def owner(at: int) -> Owner:
    """Return one of the owners."""
    return Owner(f"owner{at}", f"+8180300000{at:02}")


@dataclass(frozen=True)
class _Person:
    email: str
    phone: str
    password: str = PASSWORD


class _Reader:
    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def code(self, to: str) -> str:
        return self._phone.wait_for_code(to)

    def link(self, to: str, part: str) -> str:
        return next(str(link) for link in self._phone.mail(to).links if part in link)


@contextmanager
def production(folder: Path) -> Iterator[Shape]:
    """Serve the site with two processes and without sandbox mode, and a phone that gets what it sends."""
    site_port, phone_port, smtp_port = free_port(), free_port(), free_port()
    site = folder / "site"
    settings: dict[str, str] = {
        "WEBAPP_INSTANCE": str(site),
        "WEBAPP_SITE_URL": f"https://{HOST}",
        "WEBAPP_TRUSTED_HOSTS": HOST,
        "WEBAPP_TRUSTED_PROXIES": "1",
        "WEBAPP_SECRET_KEY": "x" * 32,
        "WEBAPP_SEAL_KEYS": "00" * 32,
        "WEBAPP_GATEWAY_URL": f"http://127.0.0.1:{phone_port}",
        "WEBAPP_SMTP_PORT": str(smtp_port),
        "WEBAPP_TEXTS_IN_ALL": "25",
    }
    phone = {
        "MOCKSMS_INSTANCE": str(folder / "phone"),
        "MOCKSMS_PORT": str(phone_port),
        "MOCKSMS_SMTP_PORT": str(smtp_port),
    }
    _add_accounts({"secret_key": "x" * 32, "seal_keys": ("00" * 32,), "instance": str(site)})
    served = ["-m", "webapp", "--port", str(site_port), "--workers", "2"]
    front = Front(f"https://{HOST}", site_port, is_proxy=True)
    phone_url = f"http://127.0.0.1:{phone_port}"
    with (
        _running(["-m", "mocksms", "serve"], phone, folder / "phone.log"),
        _running(served, settings, folder / "site.log") as process,
    ):
        shape = Shape(front, phone_url, smtp_port, process, site, folder / "site.log", is_production=True)
        _wait_until_up(shape)
        yield shape


@contextmanager
def make_run(folder: Path) -> Iterator[Shape]:
    """Serve both apps by the command of `make run`."""
    site_port, phone_port, smtp_port = free_port(), free_port(), free_port()
    settings = {
        "SITE_PORT": str(site_port),
        "PHONE_PORT": str(phone_port),
        "SMTP_PORT": str(smtp_port),
        "INSTANCE": str(folder),
    }
    front = Front(f"http://localhost:{site_port}", site_port, is_proxy=False)
    with _running(["-m", "webapp.command", "run"], settings, folder / "run.log") as process:
        shape = Shape(
            front,
            f"http://127.0.0.1:{phone_port}",
            smtp_port,
            process,
            folder / "site",
            folder / "run.log",
            is_production=False,
        )
        _wait_until_up(shape)
        _add_accounts({"sandbox": True, "instance": str(folder / "site")})
        yield shape


@contextmanager
def _running(command: list[str], settings: Mapping[str, str], log: Path) -> Iterator[int]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WEBAPP_", "MOCKSMS_"))}
    with log.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**kept, **settings, **lifeline.ASKS},
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=written,
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()


def _wait_until_up(shape: Shape) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with suppress(httpx.TransportError):
            shape.slowest_answer()
            return
        assert time.monotonic() < until, shape.log.read_text()[-2000:]
        time.sleep(0.1)  # there is nothing else to wait for


def _add_accounts(settings: dict[str, Any], count: int = MOST_OWNERS) -> None:
    """Add hanako and jiro where there are no demo accounts, and owners with codes by SMS for all tests."""
    services = webapp.create_app(settings).extensions["nidankai"]
    hashed = services.hasher.hash(PASSWORD)
    sealed = services.seal.seal(SECRET.encode(), seal_context("jiro"))
    app = {"kind": "app", "secret": sealed, "secret_mark": totp.mark(SECRET, services.pepper)}
    people: dict[str, dict[str, Any]] = {} if services.config.sandbox else {"hanako": {}, "jiro": app}
    people |= {owner(at).name: {"kind": "sms", "number": owner(at).number} for at in range(count)}
    now = services.clock.now()
    with services.store.writing() as db:
        for name, method in people.items():
            accounts.add(
                db,
                now=now,
                name=name,
                email=f"{name}@example.com",
                phone=None,
                password_hash=hashed,
                language="ja",
                time_zone=services.config.time_zone,
                account_id=name,
            )
            if method:
                methods.add(db, account_id=name, is_preferred=True, verified_at=now, **method)
                accounts.set_two_step(db, name, True)
    services.store.close()
