"""Sign-ins a second over HTTP: the served site with 1, 2 and 4 processes, and 8 browsers.

Each account signs in once a run, because its code is valid once per step of 30 seconds. The browsers are threads of
this process and share the machine with the site, so compare the numbers of processes with each other only.
"""

from __future__ import annotations

import http.client
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pyotp

import webapp
from bench.floor import SECRET
from bench.server_process import free_port, memory_mib, server_process
from bench.table import Row, markdown
from webapp.config import PREFIX
from webapp.factors.shared_secret import seal_context
from webapp.rules import totp
from webapp.sandbox.form_client import Answer, FormClient
from webapp.sandbox.server import CHEAP_HASH
from webapp.services.context import Services
from webapp.store import accounts, methods

BROWSERS, FLOWS, WARM_UP, WORKERS = 8, 600, 40, (1, 2, 4)
HASHING, ROUNDS = 16, 4
PASSWORD = "Mihon-demo-1"
SITE_URL = "http://localhost:8000"
COOKIE = re.compile(r"([^=;]+)=([^;]*)")
REAL_HASH: dict[str, Any] = {"secret_key": "x" * 32, "seal_keys": ("00" * 32,)}
SETTINGS: dict[str, Any] = {**REAL_HASH, **CHEAP_HASH}


class Browser(FormClient):
    """A browser with cookies and one persistent connection; it records the time of each request."""

    def __init__(self, port: int, took: list[float]) -> None:
        super().__init__(SITE_URL)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}
        self.took = took

    def sign_in(self, who: str, code: str) -> None:
        """Enter name, password and code: get each page and send each form."""
        self.cookies.clear()
        self.go("GET", f"{SITE_URL}/ap/signin")
        for name, value in (("email", f"{who}@example.com"), ("password", PASSWORD), ("otpCode", code)):
            self.go("POST", self.url, {name: [value], "csrf_token": [self.token]})
        assert self.url == f"{SITE_URL}/", f"{who} was not signed in: {self.url}"

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, _enctype: str) -> Answer:
        """Send one request over the connection."""
        headers = {
            "Host": "localhost:8000",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "User-Agent": "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
        }
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        path = url.removeprefix(SITE_URL)
        begun = time.perf_counter()
        self.connection.request(method, path, urlencode(data, doseq=True) if data else None, headers)
        answer = self.connection.getresponse()
        body = answer.read()
        self.took.append(time.perf_counter() - begun)
        assert answer.status < 400, f"{method} {path}: {answer.status}"
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = COOKIE.match(line).groups()  # type: ignore[union-attr]
            self.cookies[name] = value
        return Answer(answer.status, answer.headers.get("Location", ""), body.decode())


def rows() -> list[Row]:
    """Print sign-ins a second and the time of a request by processes. Return the rows that have a target."""
    lines: list[tuple[str, ...]] = [
        ("processes", "sign-ins a second", "× one process", "a request: p50, ms", "p95, ms")
    ]
    rates: dict[int, float] = {}
    for workers in WORKERS:
        rates[workers], took = measure(workers)
        cuts = statistics.quantiles(took, n=20)
        cells = (rates[workers], rates[workers] / rates[1], cuts[9] * 1000, cuts[18] * 1000)
        lines.append(
            (str(workers), *(f"{each:.{digits}f}" for each, digits in zip(cells, (0, 2, 1, 1), strict=True)))
        )
    print(markdown(lines), end="\n\n", flush=True)
    return [
        Row("rate_1", rates[1]),
        Row("rate_2", rates[2]),
        Row("hash_memory", real_hash_memory()),
    ]


def real_hash_memory() -> float | None:
    """Return the MiB of a served site, its supervisor included, after users signed in at once with the real hash."""
    with tempfile.TemporaryDirectory() as folder:
        people = make_accounts(folder, settings=REAL_HASH, count=HASHING * ROUNDS)
        with served(folder, 1, settings=REAL_HASH) as (port, process):
            _sign_in_all(port, people, [], browsers=HASHING)
            return memory_mib(process)


def measure(workers: int, database_url: str = "") -> tuple[float, list[float]]:
    """Return sign-ins a second with this many processes, and the time of each request (seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        people = make_accounts(folder, database_url)
        with served(folder, workers, database_url) as (port, _):
            warm_up: list[float] = []
            _sign_in_all(port, people[:WARM_UP], warm_up)
            took: list[float] = []
            begun = time.perf_counter()
            _sign_in_all(port, people[WARM_UP:], took)
            return (len(people) - WARM_UP) / (time.perf_counter() - begun), took


@contextmanager
def served(
    folder: str, workers: int, database_url: str = "", settings: dict[str, Any] = SETTINGS
) -> Iterator[tuple[int, int]]:
    """Serve the site, and yield its port and its process id."""
    environment = {PREFIX + name.upper(): _to_file(value) for name, value in settings.items()}
    environment |= {"WEBAPP_INSTANCE": folder, "WEBAPP_DATABASE_URL": database_url}
    port = free_port()
    command = ["-m", "webapp", "--port", str(port), "--workers", str(workers)]
    with server_process(command, port, environment) as process:
        yield port, process


def _sign_in_all(port: int, people: list[str], took: list[float], browsers: int = BROWSERS) -> None:
    """Sign these users in, so many at a time."""
    waiting, failed = list(people), []

    def browse() -> None:
        browser = Browser(port, took)
        try:
            while waiting:
                who = waiting.pop()
                browser.sign_in(who, pyotp.TOTP(SECRET).now())
        except (AssertionError, OSError, IndexError) as failure:
            if waiting:
                failed.append(failure)

    threads = [threading.Thread(target=browse) for _ in range(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def make_accounts(
    folder: str, database_url: str = "", settings: dict[str, Any] = SETTINGS, count: int = FLOWS + WARM_UP
) -> list[str]:
    """Create accounts whose authenticator apps use the known secret."""
    app = webapp.create_app({**settings, "instance": folder, "database_url": database_url})
    services: Services = app.extensions["nidankai"]
    hashed, now = services.hasher.hash(PASSWORD), services.clock.now()
    names = [f"person{at}" for at in range(count)]
    with services.store.writing() as db:
        for name in names:
            account = accounts.add(
                db, now=now, name=name, email=f"{name}@example.com", phone=None, password_hash=hashed,
                language="ja", time_zone="Asia/Tokyo", account_id=name,
            )  # fmt: skip
            methods.add(
                db, account_id=account.id, kind="app", is_preferred=True, verified_at=now,
                secret=services.seal.seal(SECRET.encode(), seal_context(account.id)),
                secret_mark=totp.mark(SECRET, services.pepper),
            )  # fmt: skip
            accounts.set_two_step(db, account.id, True)
    app.extensions["nidankai_engine"].close()
    return names


def _to_file(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
