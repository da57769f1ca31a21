"""pytest plugin of the phone: fixtures with prefixed names, and reports that show what arrived. PYTEST_DONT_REWRITE

pytest finds an installed package itself. Importing this module loads nothing of the phone, so a test run that does
not use it costs nothing. `mocksms.testing` has the same fixtures under their short names.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mocksms.client import AsyncPhone, Phone
    from mocksms.client.clock import Clock


class PhoneServer(Protocol):
    """A running phone: in this process, or at the address of `--mocksms-url`."""

    @property
    def url(self) -> str:
        """Return the address of its pages and providers."""

    @property
    def smtp_port(self) -> int:
        """Return the port of its mail server."""

    def client(self, world: str = "default") -> Phone:
        """Return a client of one of its worlds."""


_FAILED = pytest.StashKey[bool]()
_PHONES = pytest.StashKey[dict[str, Any]]()
"""The clients of a test by the address of their phone, with its server and when the world was made.

A test has one world a phone, whichever fixtures it uses.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mocksms", "mock phone")
    group.addoption(
        "--mocksms-url", metavar="URL", help="use the phone that runs there instead of starting one"
    )
    group.addoption(
        "--mocksms-artifacts", metavar="DIR", help="write the messages of each failed test as files below DIR"
    )
    group.addoption("--mocksms-keep-worlds", action="store_true", help="keep each test's world on the phone")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Add to the report of a failed test what happened in its world, and let the world stay."""
    outcome = yield
    phones = item.stash.get(_PHONES, None)
    if not phones:
        return
    report = outcome.get_result()
    if report.failed and report.when != "teardown":
        item.stash[_FAILED] = True
        report.sections += [("mock phone", _report(item, *each)) for each in phones.values()]


def _report(item: pytest.Item, phone: Phone, server: PhoneServer, began: float) -> str:
    from mocksms.client.failure_report import FailureReport  # not before a test has failed

    # Another client: the test may have closed its own, or left it in another thread.
    with closing(phone.beside(phone.world)) as own:
        own.awaited_addresses = phone.awaited_addresses
        report = FailureReport(own, time.perf_counter() - began)
        lines = [report.text(), f"its world stays: {phone.url}/?world={phone.world}"]
        if folder := getattr(server, "instance", ""):
            lines.append(f"once the tests have ended: MOCKSMS_INSTANCE={shlex.quote(folder)} {_serve(phone)}")
        if artifacts := item.config.getoption("mocksms_artifacts", None):
            written = (
                item.config.invocation_params.dir / artifacts / re.sub(r"[^\w.-]+", "-", item.nodeid)[-150:]
            )
            report.write(written)
            lines.append(f"as files: {written}")
        return "\n".join(lines)


def _serve(phone: Phone) -> str:
    """Return the command that serves a phone's folder at the same address."""
    return f"mocksms serve --port {urlsplit(phone.url).port} --smtp-port {phone.smtp_port}"


@contextmanager
def own_world(request: pytest.FixtureRequest, server: PhoneServer) -> Iterator[Phone]:
    """Yield a client of this test's world, which is deleted at the end unless the test has failed."""
    phones = request.node.stash.setdefault(_PHONES, {})
    if server.url in phones:
        yield phones[server.url][0]
        return
    request.node.stash[_FAILED] = False
    with server.client(f"t{os.urandom(8).hex()}") as phone:
        phones[server.url] = (phone, server, time.perf_counter())
        try:
            yield phone
        finally:
            del phones[server.url]
            if request.node.stash[_FAILED] or request.config.getoption("mocksms_keep_worlds", False):
                phone.keep_world()


class _RemotePhone:
    def __init__(self, address: str, smtp_port: int) -> None:
        from mocksms.client.login import without_login  # not before a test uses the phone

        self._address = address
        self.url = without_login(address).rstrip("/")
        self.smtp_port = smtp_port

    def client(self, world: str = "default") -> Phone:
        from mocksms.client import Phone  # not before a test uses the phone

        return Phone(self._address, world, self.smtp_port)


def _remote(url: str) -> PhoneServer:
    import httpx  # not before a test uses the phone

    from mocksms import config  # not before a test uses the phone
    from mocksms.client import PhoneError

    remote = _RemotePhone(url, config.load().smtp_port)
    try:
        with closing(remote.client()) as phone:
            phone.worlds()
    except (httpx.HTTPError, PhoneError, ValueError) as problem:
        raise pytest.fail.Exception(f"no phone answers at {remote.url}: {problem}", pytrace=False) from None
    return remote


@pytest.fixture(scope="session")
def mocksms_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PhoneServer]:
    """Start a phone on free ports for the test session, or use the one of `--mocksms-url`."""
    url = request.config.getoption("mocksms_url", None)
    if url:
        yield _remote(url)
        return
    try:
        from mocksms.testing import run_phone  # the server: loaded where a test starts one
    except ModuleNotFoundError as missing:
        raise pytest.fail.Exception(
            f"{missing.name} is not installed. Run: pip install 'nidankai[phone]', or name a phone: --mocksms-url",
            pytrace=False,
        ) from None
    running = run_phone(str(tmp_path_factory.mktemp("mocksms")))
    yield running
    running.stop()


@pytest.fixture
def mocksms_phone(request: pytest.FixtureRequest, mocksms_server: PhoneServer) -> Iterator[Phone]:
    """Return a client of this test's world on the phone: no other test sees what arrives there."""
    with own_world(request, mocksms_server) as phone:
        yield phone


@pytest.fixture
def mocksms_async_phone(mocksms_phone: Phone) -> AsyncPhone:
    """Return an async client for asyncio or trio in the world of `mocksms_phone`."""
    import httpx  # not before a test uses the phone

    from mocksms.client import AsyncPhone  # not before a test uses the phone

    transport = httpx.AsyncHTTPTransport(
        verify=mocksms_phone.url.startswith("https:"),
        trust_env=False,
        limits=httpx.Limits(
            max_keepalive_connections=0
        ),  # a connection that is kept would outlive the test's loop
    )
    return AsyncPhone(mocksms_phone.address, mocksms_phone.world, mocksms_phone.smtp_port, transport)


@pytest.fixture
def mocksms_clock(
    request: pytest.FixtureRequest, mocksms_phone: Phone, mocksms_server: PhoneServer
) -> Iterator[Clock]:
    """Return the test's clock: it moves the phone, the site, an app in this process and the fixture `page` together."""
    try:
        from mocksms.client.clock import Clock, PageClock  # it needs a package that few tests use
    except ModuleNotFoundError as missing:
        raise pytest.fail.Exception(
            f"{missing.name} is not installed. Run: pip install time-machine", pytrace=False
        ) from None
    # A phone in this process has its time: it is only to do what is due by then.
    factor = 0.0 if getattr(mocksms_server, "is_in_this_process", False) else 1.0
    movers: list[Callable[[float], object]] = [lambda offset: mocksms_phone.move_clock(factor * offset)]
    if "page" in request.fixturenames and (page := PageClock.of(request.getfixturevalue("page"))) is not None:
        movers.append(page.move)
    with Clock(movers) as clock:
        yield clock
