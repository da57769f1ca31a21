"""For tests of any app: pytest fixtures, the phone's client, and a provider's SDK pointed at the phone.

    pytest_plugins = ["mocksms.testing"]

    def test_sign_in(phone):
        ...                                  # the app under test sends to phone.url and phone.smtp_port
        code = phone.wait_for_code("+819012345678")

Each test has a separate world: the app reaches it by `phone.account_sid` or by `phone.mailbox(…)`.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mocksms import create_app
from mocksms.client import AsyncPhone, NothingCame, Phone, PhoneError, Received
from mocksms.core.worlds import Worlds
from mocksms.providers.interface import Listener, Provider
from mocksms.providers.registry import providers_of
from mocksms.providers.twilio.sdk import twilio_client

__all__ = [
    "AsyncPhone",
    "NothingCame",
    "Phone",
    "PhoneError",
    "Received",
    "RunningPhone",
    "run_phone",
    "twilio_client",
]


pytest_plugins = ["mocksms.pytest_plugin"]
"""Pytest loads it with this module; where the package is installed, it is there already."""


class _Quiet(WSGIRequestHandler):
    """Keep connections open and write no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass(frozen=True)
class RunningPhone:
    """A phone that serves in this process: its address and its mail server's port."""

    url: str
    smtp_port: int
    server: BaseWSGIServer
    listeners: Mapping[str, Listener]
    worlds: Worlds

    @property
    def smtp_tls_port(self) -> int:
        """Return the mail server's port with TLS from the first byte."""
        port: int = self.listeners["smtp"].tls_port  # type: ignore[attr-defined]  # of this one provider
        return port

    is_in_this_process = True

    @property
    def instance(self) -> str:
        """Return the folder of its data: `MOCKSMS_INSTANCE` of a phone that serves it again."""
        return self.worlds.settings.instance

    def client(self, world: str = "default") -> Phone:
        """Return a client of one of its worlds."""
        return Phone(self.url, world, self.smtp_port)

    def stop(self) -> None:
        """Stop both servers and release everyone who waits."""
        self.worlds.close()
        self.server.shutdown()
        self.server.server_close()
        for listener in self.listeners.values():
            listener.stop()


def run_phone(instance: str, providers: Sequence[type[Provider]] = (), **settings: object) -> RunningPhone:
    """Start a phone on free ports of 127.0.0.1, with its data in the folder `instance`.

    `providers` are added to those that are installed.
    """
    app = create_app({**settings, "INSTANCE": instance}, providers)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), name="phone", daemon=True).start()
    app.extensions["mocksms"].own_ports.add(server.server_port)
    listeners = providers_of(app).listen(app, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.server_port}"
    return RunningPhone(url, listeners["smtp"].port, server, listeners, app.extensions["mocksms"])


if find_spec("pytest"):  # the server and `twilio_client` need none
    import pytest

    from mocksms.pytest_plugin import PhoneServer, own_world

    @pytest.fixture(scope="session")
    def phone_server(mocksms_server: PhoneServer) -> PhoneServer:
        """Return the phone that runs as long as the tests do."""
        return mocksms_server

    @pytest.fixture
    def phone(request: pytest.FixtureRequest, phone_server: PhoneServer) -> Iterator[Phone]:
        """Return a client of this test's world on the phone: no other test sees what arrives there."""
        with own_world(request, phone_server) as client:
            yield client
