"""pytest plugin of the phone: fixtures with prefixed names, and reports that show what arrived. PYTEST_DONT_REWRITE

An installed package is found by pytest itself. Importing this module loads nothing of the phone: a test run that does
not use it pays nothing. `mocksms.testing` has the same fixtures under their short names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from mocksms.client import AsyncPhone, Phone


class PhoneServer(Protocol):
    """A phone that runs: in this process, or at the address of `--mocksms-url`."""

    @property
    def url(self) -> str:
        """Return the address of its pages and providers."""

    @property
    def smtp_port(self) -> int:
        """Return the port of its mail server."""

    def client(self, world: str = "default") -> Phone:
        """Return a client of one of its worlds."""


_PHONES = pytest.StashKey[dict[str, Any]]()
"""The clients of a test by the address of their phone: one world a test, whichever fixtures it uses."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mocksms", "mock phone")
    group.addoption(
        "--mocksms-url", metavar="URL", help="use the phone that runs there instead of starting one"
    )
    group.addoption("--mocksms-keep-worlds", action="store_true", help="keep each test's world on the phone")


@contextmanager
def own_world(request: pytest.FixtureRequest, server: PhoneServer) -> Iterator[Phone]:
    """Lend a client of a fresh world. The world is made once a test and deleted when the test ends."""
    phones = request.node.stash.setdefault(_PHONES, {})
    if server.url in phones:
        yield phones[server.url]
        return
    with server.client(f"t{os.urandom(8).hex()}") as phone:
        phones[server.url] = phone
        try:
            yield phone
        finally:
            del phones[server.url]
            if request.config.getoption("mocksms_keep_worlds", False):
                phone.keep_world()


class _RemotePhone:
    def __init__(self, url: str, smtp_port: int) -> None:
        self.url = url
        self.smtp_port = smtp_port

    def client(self, world: str = "default") -> Phone:
        from mocksms.client import Phone  # not before a test uses the phone

        return Phone(self.url, world, self.smtp_port)


def _remote(url: str) -> PhoneServer:
    import httpx  # not before a test uses the phone

    from mocksms import config  # not before a test uses the phone
    from mocksms.client import PhoneError

    remote = _RemotePhone(url.rstrip("/"), config.load().smtp_port)
    try:
        with closing(remote.client()) as phone:
            phone.worlds()
    except (httpx.HTTPError, PhoneError, ValueError) as problem:
        pytest.fail(f"no phone answers at {url}: {problem}", pytrace=False)
    return remote


@pytest.fixture(scope="session")
def mocksms_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PhoneServer]:
    """Start a phone on free ports for as long as the tests run, or use that of `--mocksms-url`."""
    url = request.config.getoption("mocksms_url", None)
    if url:
        yield _remote(url)
        return
    try:
        from mocksms.testing import run_phone  # the server: loaded where a test starts one
    except ModuleNotFoundError as missing:
        pytest.fail(
            f"{missing.name} is not installed. Run: pip install 'nidankai[phone]', or name a phone: --mocksms-url",
            pytrace=False,
        )
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
    """Return the client to await in asyncio or trio; the world is that of `mocksms_phone`."""
    import httpx  # not before a test uses the phone

    from mocksms.client import AsyncPhone  # not before a test uses the phone

    transport = httpx.AsyncHTTPTransport(
        verify=mocksms_phone.url.startswith("https:"),
        trust_env=False,
        limits=httpx.Limits(
            max_keepalive_connections=0
        ),  # a connection that is kept would outlive the test's loop
    )
    return AsyncPhone(mocksms_phone.url, mocksms_phone.world, mocksms_phone.smtp_port, transport)
