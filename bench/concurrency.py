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
from typing import Any
from urllib.parse import urlencode

import pyotp

import webapp
from bench.floor import SECRET
from bench.server_process import free_port, server_process
from webapp.config import PREFIX
from webapp.factors.shared_secret import seal_context
from webapp.rules import totp
from webapp.sandbox.form_client import Answer, FormClient
from webapp.sandbox.server import CHEAP_HASH
from webapp.services.context import Services
from webapp.store import accounts, methods

BROWSERS, FLOWS, WORKERS = 8, 600, (1, 2, 4)
PASSWORD = "Mihon-demo-1"
SITE_URL = "http://localhost:8000"
COOKIE = re.compile(r"([^=;]+)=([^;]*)")
SETTINGS: dict[str, Any] = {"secret_key": "x" * 32, "seal_keys": ("00" * 32,), **CHEAP_HASH}


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


def table() -> str:
    """Return sign-ins a second and the time of a request, by processes, as Markdown."""
    lines = [
        "| processes | sign-ins a second | × one process | a request: p50, ms | p95, ms |",
        "|---" * 5 + "|",
    ]
    first = 0.0
    for workers in WORKERS:
        rate, took = measure(workers)
        first = first or rate
        cuts = statistics.quantiles(took, n=20)
        lines.append(
            f"| {workers} | {rate:.0f} | {rate / first:.2f} × | {cuts[9] * 1000:.1f} | {cuts[18] * 1000:.1f} |"
        )
    return "\n".join(lines)


def measure(workers: int, database_url: str = "") -> tuple[float, list[float]]:
    """Return sign-ins a second with this many processes, and the time of each request (seconds)."""
    with tempfile.TemporaryDirectory() as folder:
        people = make_accounts(folder, database_url)
        environment = {PREFIX + name.upper(): _to_file(value) for name, value in SETTINGS.items()}
        environment |= {"WEBAPP_INSTANCE": folder, "WEBAPP_DATABASE_URL": database_url}
        port = free_port()
        command = ["-m", "webapp", "--port", str(port), "--workers", str(workers)]
        with server_process(command, port, environment):
            warm_up: list[float] = []
            _sign_in_all(port, people[:40], warm_up)
            took: list[float] = []
            begun = time.perf_counter()
            _sign_in_all(port, people[40:], took)
            return (len(people) - 40) / (time.perf_counter() - begun), took


def _sign_in_all(port: int, people: list[str], took: list[float]) -> None:
    """Sign these users in, BROWSERS at a time."""
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

    threads = [threading.Thread(target=browse) for _ in range(BROWSERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def make_accounts(folder: str, database_url: str = "") -> list[str]:
    """Create accounts whose authenticator apps use the known secret."""
    app = webapp.create_app({**SETTINGS, "instance": folder, "database_url": database_url})
    services: Services = app.extensions["nidankai"]
    hashed, now = services.hasher.hash(PASSWORD), services.clock.now()
    names = [f"person{at}" for at in range(FLOWS + 40)]
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


def main() -> int:
    """Measure, and print the table."""
    print(table())
    return 0
