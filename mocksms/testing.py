"""For tests of any app: pytest fixtures, the phone's client, and Twilio's SDK pointed at the phone.

    pytest_plugins = ["mocksms.testing"]

    def test_sign_in(phone):
        ...                                  # the app under test sends to phone.url and phone.smtp_port
        code = phone.wait_for_code("+819012345678")

Each test has a world of its own: the app reaches it by `phone.account_sid` or by `phone.mailbox(…)`.
"""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from mocksms import create_app
from mocksms.client import NothingCame, Phone, PhoneError, Received
from mocksms.core.worlds import Worlds
from mocksms.providers.smtp import mail_server

if TYPE_CHECKING:
    from twilio.rest import Client

__all__ = ["NothingCame", "Phone", "PhoneError", "Received", "RunningPhone", "run_phone", "twilio_client"]


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and writes no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass(frozen=True)
class RunningPhone:
    """A phone that serves in this process: its address and its mail server's port."""

    url: str
    smtp_port: int
    server: BaseWSGIServer
    mail_server: mail_server.MailServer
    worlds: Worlds

    def client(self, world: str = "default") -> Phone:
        """A client of one of its worlds."""
        return Phone(self.url, world, self.smtp_port)

    def stop(self) -> None:
        """Stops both servers; those who wait are let go."""
        self.worlds.close()
        self.server.shutdown()
        self.server.server_close()
        self.mail_server.stop()


def run_phone(instance: str, **settings: object) -> RunningPhone:
    """Starts a phone on free ports of 127.0.0.1, its data in the folder `instance`."""
    app = create_app({**settings, "INSTANCE": instance})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), name="phone", daemon=True).start()
    mail = mail_server.start(app)
    url = f"http://127.0.0.1:{server.server_port}"
    return RunningPhone(url, mail.port, server, mail, app.extensions["mocksms"])


@pytest.fixture(scope="session")
def phone_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """A phone that runs as long as the tests do."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture
def phone(phone_server: RunningPhone) -> Iterator[Phone]:
    """A fresh world of the running phone; no other test sees what arrives there."""
    with phone_server.client(f"t{secrets.token_hex(8)}") as client:
        client.reset()
        yield client
        client.delete_world()


def twilio_client(base_url: str, account_sid: str = "AC" + "0" * 32, token: str = "any") -> "Client":  # noqa: S107
    """Twilio's own SDK, sending to the phone at `base_url`: the provider's host is swapped in each
    request.
    """
    import re

    from twilio.http.http_client import TwilioHttpClient
    from twilio.rest import Client

    class _ToThePhone(TwilioHttpClient):
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(
                method, re.sub(r"\Ahttps://[^/]+", base_url.rstrip("/"), url), *args, **kwargs
            )

    return Client(account_sid, token, http_client=_ToThePhone())
