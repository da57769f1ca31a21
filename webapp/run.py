"""`nidankai run` and `make run`: run site and phone side by side until Ctrl-C, or until one of them stops.

Environment: SITE_PORT (8000), PHONE_PORT (8001), SMTP_PORT (8025), INSTANCE (the folder of all data) and ENGINE
(sqlite or postgres). Standard library only: it can say what is missing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from webapp import home, paths
from webapp.edge import lifeline
from webapp.shared import own_files

LOOPBACK = "127.0.0.1"
PORTS = {"SITE_PORT": 8000, "PHONE_PORT": 8001, "SMTP_PORT": 8025}
# The demo accounts' phones, which the phone shows from the start, each with its owner's mail account.
PHONES = (
    "+819012345678=hanako@example.com,+818012345678=taro@example.com,+817012345678=jiro@example.com,"
    "+819087654321=sakura@example.com,+817087654321=desk@example.com,+81312345678"
)
AUTHENTICATORS = (
    "+817012345678=otpauth://totp/Mihon:jiro@example.com?secret=MIHONDEMOMIHONDEMOMIHONDEMO23456&issuer=Mihon"
    " +817087654321=otpauth://totp/Mihon:desk@example.com?secret=MIHONDESKMIHONDESKMIHONDESK23456&issuer=Mihon"
)
START_SECONDS = 30.0  # a machine under load may need a while; a healthy one needs one second
STOP_SECONDS = 5.0


USAGE = 2
"""Exit code for wrong usage and bad settings, of this command and of both apps."""


class CannotRun(Exception):
    """What prevents the start, as one line for the user; empty when an app has printed it."""

    exit_code = 1


class BadSetting(CannotRun):
    """A setting prevents the start."""

    exit_code = USAGE


@dataclass(frozen=True)
class Place:
    """Ports and data folder of one run."""

    site: int
    phone: int
    smtp: int
    instance: Path
    given: Mapping[str, str] = field(default_factory=dict)
    """Settings of both apps for the engine: the database's address and the keys."""

    @property
    def site_url(self) -> str:
        return f"http://localhost:{self.site}"

    @property
    def phone_url(self) -> str:
        return f"http://localhost:{self.phone}"

    def environment(self) -> dict[str, str]:
        """Return the settings of both apps; those already in the environment win."""
        ours = {
            "PYTHONUNBUFFERED": "1",
            **lifeline.ASKS,
            "WEBAPP_SANDBOX": "1",
            "WEBAPP_INSTANCE": str(self.instance / "site"),
            "WEBAPP_SITE_URL": self.site_url,
            "WEBAPP_GATEWAY_URL": f"http://{LOOPBACK}:{self.phone}",
            "WEBAPP_SMTP_PORT": str(self.smtp),
            "MOCKSMS_INSTANCE": str(self.instance),
            "MOCKSMS_PHONES": PHONES,
            "MOCKSMS_AUTHENTICATORS": AUTHENTICATORS,
            "MOCKSMS_FRAME_ANCESTORS": f"'self' {self.site_url} http://{LOOPBACK}:{self.site}",
            "MOCKSMS_TOOLS_URL": f"{self.site_url}{paths.TOOLS}",
            "MOCKSMS_PORT": str(self.phone),
            "MOCKSMS_SMTP_PORT": str(self.smtp),
            **self.given,
        }
        return home.environment({**ours, **os.environ})


def main() -> int:
    """Start both, print their addresses and wait. Return 0 after Ctrl-C, 1 after a problem, 2 for a setting."""
    stop = threading.Event()
    signals = [signal.SIGINT, signal.SIGTERM]
    if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup ignores it
        signals.append(signal.SIGHUP)
    for each in signals:
        signal.signal(each, lambda _number, _frame: stop.set())
    lifeline.end_with_input(stop.set)
    try:
        with engine_for(place_from(os.environ), os.environ) as place:
            _run(place, stop)
    except CannotRun as problem:
        return _complain(problem)
    print("nidankai: stopped.", flush=True)
    return 0


def _run(place: Place, stop: threading.Event) -> None:
    apps = start(place)
    try:
        wait_until_up(apps, stop)
        if not stop.is_set():
            print(welcome(place), flush=True)
        watch(apps, stop)
    finally:
        end(apps)


@contextmanager
def engine_for(place: Place, environ: Mapping[str, str]) -> Iterator[Place]:
    """Yield the place with the settings of the engine that ENGINE names; PostgreSQL's server runs meanwhile.

    Raises:
        CannotRun: no server can be had, or ENGINE is a BadSetting.
    """
    name = environ.get("ENGINE") or "sqlite"
    if name == "sqlite":
        yield place
        return
    if name != "postgres":
        raise BadSetting(f"ENGINE={name} is no engine: give sqlite or postgres.")
    from webapp.keys import load_or_make_key  # needs the packages of the extra
    from webapp.store import postgres_server  # only for this engine

    site, phone = (place.instance / part / "secret.key" for part in ("site", "phone"))
    try:
        keys = {
            "WEBAPP_SECRET_KEY": load_or_make_key(site).hex(),
            "WEBAPP_SEAL_KEYS": load_or_make_key(site.with_name("seal.key")).hex(),
            "MOCKSMS_SECRET_KEY": load_or_make_key(phone).hex(),
        }
        data = Path(environ.get("POSTGRES_DATA") or postgres_server.data_folder(place.instance))
        with postgres_server.running(data) as url:
            urls = {f"{app}_DATABASE_URL": url for app in ("WEBAPP", "MOCKSMS")}
            yield replace(place, given={**keys, **urls})
    except postgres_server.BadAddress as refused:
        raise BadSetting(str(refused)) from None
    except postgres_server.NoServer as missing:
        raise CannotRun(str(missing)) from None
    except OSError as error:
        raise CannotRun(f"{error.filename} cannot be used: {error.strerror}.") from None


def place_from(environ: Mapping[str, str]) -> Place:
    """Read the ports and the folder, and check that each port is free.

    Raises:
        CannotRun: a port is not a number, is given twice or is in use; the text names its variable. For all but
            the last it is a BadSetting.
    """
    ports: dict[str, int] = {}
    for variable, default in PORTS.items():
        text = environ.get(variable) or str(default)
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise BadSetting(f"{variable}={text} is not a port: give a number from 1 to 65535.")
        if int(text) in ports.values():
            raise BadSetting(f"{variable}={text} is used twice; each server needs its own port.")
        ports[variable] = int(text)
    for variable, port in ports.items():
        _refuse_taken(variable, port)
    instance = Path(environ.get("INSTANCE") or home.data_folder()).resolve()
    return Place(ports["SITE_PORT"], ports["PHONE_PORT"], ports["SMTP_PORT"], instance)


def _refuse_taken(variable: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise CannotRun(
                f"port {port} cannot be used ({error.strerror}). Choose another one: {variable}={port + 100}"
            ) from None


@dataclass(frozen=True)
class App:
    """One of the two servers; its output is passed on line by line."""

    name: str
    process: subprocess.Popen[str]
    health: str
    output: threading.Thread | None = None

    @classmethod
    def start(cls, name: str, command: Sequence[str], health: str, environment: dict[str, str]) -> App:
        # a separate session: Ctrl-C reaches this process alone, which then ends both in order. The input ends with this
        # process, however that ends.
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        output = threading.Thread(target=_pass_on, args=(name, process.stdout), daemon=True)
        output.start()
        return cls(name, process, health, output)

    def is_up(self) -> bool:
        import urllib.request  # late: it is a third of the command's start, and only `run` asks

        try:
            with urllib.request.urlopen(self.health, timeout=2) as answer:  # noqa: S310 - http only
                return bool(answer.status == 200)
        except OSError:  # URLError is one
            return False

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._kill()
                self.process.wait()
        if self.output is not None:
            self.output.join(STOP_SECONDS)  # its last line says why it ended

    def _kill(self) -> None:
        if sys.platform == "win32":
            self.process.kill()
        else:
            os.killpg(self.process.pid, signal.SIGKILL)


def _pass_on(name: str, lines: IO[str]) -> None:
    with lines:
        for line in lines:
            print(f"{name:<5} | {line}", end="", flush=True)


def start(place: Place) -> list[App]:
    """Start the phone, then the site, whose first message needs the phone.

    Raises:
        CannotRun: a data folder cannot be made.
    """
    for part in ("site", "phone"):
        try:
            own_files.own_folder(place.instance / part)
        except OSError as error:
            raise CannotRun(f"the folder {place.instance / part} cannot be made: {error.strerror}.") from None
    environment = place.environment()
    site = home.python("webapp", "--port", str(place.site))
    phone = home.python("mocksms", "serve")
    return [
        App.start("phone", phone, f"http://{LOOPBACK}:{place.phone}/healthz", environment),
        App.start("site", site, f"http://{LOOPBACK}:{place.site}{paths.HEALTH}", environment),
    ]


def wait_until_up(apps: list[App], stop: threading.Event) -> None:
    """Return when both answer. Raise CannotRun when one ends, or does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    waiting = list(apps)
    while waiting and not stop.wait(0.05):
        _refuse_dead(apps)
        waiting = [app for app in waiting if not app.is_up()]
        if waiting and time.monotonic() > deadline:
            raise CannotRun(f"the {waiting[0].name} does not answer at {waiting[0].health}.")


def watch(apps: list[App], stop: threading.Event) -> None:
    """Wait for Ctrl-C. Raise CannotRun when one of the two ends by itself."""
    while not stop.wait(0.3):
        _refuse_dead(apps)


def _refuse_dead(apps: list[App]) -> None:
    for app in apps:
        code = app.process.poll()
        if code == USAGE:
            raise BadSetting()
        if code is not None:
            raise CannotRun(f"the {app.name} stopped by itself (exit code {code}), so everything stops.")


def end(apps: list[App]) -> None:
    """End what still runs, the site first."""
    for app in reversed(apps):
        app.end()


def welcome(place: Place) -> str:
    """Return the addresses and the demo accounts, as text for the terminal."""
    return f"""
  Mihon, the site     {place.site_url}
  The phone           {place.phone_url}      (mail server: localhost:{place.smtp})
  Both, for a demo    {place.site_url}{paths.TOOLS_STAGE}

  Sign in as                                   password of all: Mihon-demo-1
    hanako@example.com   090-1234-5678   two-step verification off
    taro@example.com     080-1234-5678   code by SMS
    jiro@example.com     070-1234-5678   code by app, key MIHONDEMOMIHONDEMOMIHONDEMO23456
    sakura@example.com   090-8765-4321   code by SMS, but the phone is lost: a reset is asked for
    desk@example.com     070-8765-4321   the reviewer who decides it, at {place.site_url}{paths.DESK}
                                         code by app, key MIHONDESKMIHONDESKMIHONDESK23456

  Ctrl-C stops both. Data: {place.given.get("WEBAPP_DATABASE_URL") or place.instance}
"""


def _complain(problem: CannotRun) -> int:
    sys.stdout.flush()
    if str(problem):
        print(f"nidankai: {problem}", file=sys.stderr, flush=True)
    return problem.exit_code
