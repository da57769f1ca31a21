"""The site's rows: full sign-ins, their SQL, enrolment of an app, start-up and memory."""

from __future__ import annotations

import logging
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyotp
from flask import Flask

import mocksms
import webapp
from bench import floor
from bench.client import Client
from bench.measure import Trace, cpu_milliseconds, start_and_memory, timed
from bench.table import Row
from mocksms.client import Phone
from mocksms.providers.smtp import mail_server
from webapp.sandbox.server import CHEAP_HASH
from webapp.store.engine.recording import listeners

STEP_SECONDS, HOUR_SECONDS = 30, 3600
TRACES = 3
TARO = "+818012345678"
KEY = re.compile(rb"(?:[A-Z2-7]{4}[^A-Z2-7]{1,40}){7}[A-Z2-7]{4}")

FLOOR_APP = "from bench.floor import create_app; app = create_app(Path({folder!r}))"
SITE_APP = (
    "import logging; logging.disable(50)\nfrom webapp import create_app; app = create_app({settings!r})"
)
PHONE_APP = (
    "import logging; logging.disable(50)\n"
    "from mocksms import create_app; app = create_app({{'INSTANCE': {folder!r}}})"
)


class FloorWalk:
    """The bare app's sign-in and enrolment, step by step."""

    def __init__(self, folder: Path) -> None:
        self.app = floor.create_app(folder)
        self.totp = pyotp.TOTP(floor.SECRET)

    def code(self) -> str:
        """Return a fresh code: move the time on, because each is valid once."""
        floor.clock["offset"] += STEP_SECONDS
        return self.totp.at(int(time.time() + floor.clock["offset"]))

    def sign_in(self) -> float:
        """Return the CPU seconds of a whole sign-in with a code."""
        code = self.code()
        return timed(lambda: self.walk(code))

    def walk(self, code: str) -> Client:
        """Enter name, password and code: get each page and send each form."""
        client = Client(self.app)
        client.get("/ap/signin")
        client.post("/ap/signin", text="jiro@example.com")
        client.follow()
        client.post("/ap/password", text="Mihon-demo-1")
        client.follow()
        client.post("/ap/mfa", text=code)
        client.follow()
        return client

    def enrol(self) -> float:
        """Return the CPU seconds of the page with the QR code and of the code that confirms it."""
        client, code = self.walk(self.code()), self.code()

        def work() -> None:
            client.get("/enrol")
            client.post("/enrol", text=code)

        return timed(work)


class SiteWalk:
    """The site's sign-in and enrolment, with all it does besides: audit, throttles, session rows, two languages."""

    def __init__(self, folder: Path) -> None:
        self.phone_app: Flask = mocksms.create_app({"INSTANCE": str(folder)})
        self.mail_server = mail_server.start(self.phone_app, "127.0.0.1", port=0)
        self.phone = Phone.in_process(self.phone_app)
        self.settings: dict[str, Any] = {
            "instance": str(folder / "site"),
            "secret_key": "x" * 32,
            "seal_keys": ("00" * 32,),
            "smtp_port": self.mail_server.port,
            "send_cap": 1_000_000,
            **CHEAP_HASH,
        }
        webapp.create_app(
            {**self.settings, "sandbox": True}
        )  # creates the demo accounts; the measured site has no sandbox tools
        self.app = webapp.create_app(self.settings, gateway_transport=httpx.WSGITransport(app=self.phone_app))
        self.services = self.app.extensions["nidankai"]
        self.totp = pyotp.TOTP(floor.SECRET)

    def code(self, totp: pyotp.TOTP | None = None) -> str:
        """Return a fresh code: move the time on, because each is valid once."""
        self.services.clock.advance(STEP_SECONDS)
        return (totp or self.totp).at(int(self.services.clock.now()))

    def sign_in(self) -> float:
        """Return the CPU seconds of a whole sign-in with a code."""
        code = self.code()
        return timed(lambda: self.walk("jiro", code))

    def walk(self, who: str, code: str | None = None) -> Client:
        """Enter name, password and code: get each page and send each form."""
        client = Client(self.app)
        client.get("/ap/signin")
        client.post("/ap/signin", email=f"{who}@example.com")
        client.follow()
        client.post("/ap/signin?step=password", password="Mihon-demo-1")
        client.follow()
        if code is not None:
            client.post("/ap/mfa", otpCode=code)
            client.follow()
        return client

    def pass_an_hour(self) -> None:
        """Move the time on, so that codes may be sent again, and load a page, which prunes expired rows."""
        self.services.clock.advance(HOUR_SECONDS)
        Client(self.app).get("/")

    def sign_in_by_sms(self) -> None:
        """Enter name, password and the code that the phone received."""
        client = self.walk("taro")
        client.post("/ap/mfa", otpCode=self.phone.wait_for_code(TARO))
        client.follow()

    def enrol(self) -> float:
        """Return the CPU seconds of the page with the QR code and of the code that confirms it."""
        client = self._at_set_up()
        page = client.get("/a/settings/approval/setup/register")
        found = KEY.search(re.sub(rb"<[^>]+>", b" ", page))
        assert found, "no key in groups of four"
        code = self.code(pyotp.TOTP(re.sub(rb"[^A-Z2-7]", b"", found[0]).decode()))

        def work() -> None:
            client.get("/a/settings/approval/setup/register")
            client.post("/a/settings/approval/setup/register", otpCode=code, method="app")

        return timed(work)

    def _at_set_up(self) -> Client:
        client = self.walk("hanako")
        client.get("/a/settings/approval")
        client.follow()
        client.post("/ap/cvf/confirm?return_to=/a/settings/approval")
        link = self.phone.mail("hanako@example.com").link("/a/c/r/")
        other = Client(self.app)
        other.get(link)
        other.post(link, decision="approve")
        client.follow()
        client.post("/ap/cvf/approval")
        client.follow()
        client.post("/a/settings/approval/start")
        return client


def _listen(listener: Callable[[str], None] | None) -> None:
    if listener is None:
        listeners.pop()
    else:
        listeners.append(listener)


def _traced(work: Callable[[], object], prepare: Callable[[], None] = lambda: None) -> Trace:
    """Return the shortest of some traces: another thread may send mails or prune meanwhile."""
    found = []
    for _ in range(TRACES):
        prepare()
        with Trace(_listen) as trace:
            work()
        found.append(trace)
    return min(found, key=lambda trace: len(trace.statements))


def sql_rows(site: SiteWalk, bare: Trace | None = None) -> list[Row]:
    """Count statements and commits of sign-ins, which other load doesn't change. ``bare`` is the floor's trace."""
    sign_in = _traced(lambda: site.walk("jiro", site.code()))
    site.sign_in_by_sms()
    by_sms = _traced(site.sign_in_by_sms, prepare=site.pass_an_hour)
    return [
        Row("sign_in_statements", len(sign_in.statements), len(bare.statements) if bare else None),
        Row("sign_in_commits", sign_in.commits, bare.commits if bare else None),
        Row("sms_statements", len(by_sms.statements)),
        Row("sms_commits", by_sms.commits),
    ]


def rows() -> list[Row]:
    """Measure all rows in this run, with the floor beside them."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare, site = FloorWalk(folder), SiteWalk(folder)
        sign_in = cpu_milliseconds({"floor": bare.sign_in, "site": site.sign_in})
        enrol = cpu_milliseconds({"floor": bare.enrol, "site": site.enrol}, rounds=5, times=8)
        bare_code = bare.code()
        with Trace(bare.app.extensions["db"].set_trace_callback) as bare_sql:
            bare.walk(bare_code)
        sql = sql_rows(site, bare_sql)
        bare_start, bare_size = start_and_memory(FLOOR_APP.format(folder=name), "/ap/signin")
        start, size = start_and_memory(SITE_APP.format(settings=site.settings), "/ap/signin")
        phone_start, phone_size = start_and_memory(PHONE_APP.format(folder=name), "/")
        site.mail_server.stop()
    return [
        Row("sign_in", sign_in["site"], sign_in["floor"]),
        *sql,
        Row("enrolment", enrol["site"], enrol["floor"]),
        Row("site_start", start, bare_start),
        Row("site_memory", size, bare_size),
        Row("phone_start", phone_start, bare_start),
        Row("phone_memory", phone_size, bare_size),
    ]
