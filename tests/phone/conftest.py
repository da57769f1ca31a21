"""The phone under test: a running one, with Twilio's SDK."""

from collections.abc import Iterator
from typing import Any

import pytest

from mocksms.pytest_plugin import PhoneServer
from mocksms.testing import Phone, phone, phone_server, twilio_client
from tests.edge_server import serving

__all__ = ["phone", "phone_server"]


@pytest.fixture(scope="session")
def edge_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneServer]:
    """The phone as `mocksms serve` runs it."""
    with serving(tmp_path_factory.mktemp("edge")) as served:
        yield served


@pytest.fixture(params=["wsgi", "edge"])
def either_server(request: pytest.FixtureRequest) -> PhoneServer:
    """The phone on each server in turn; a module imports this `as phone_server`."""
    name = {"wsgi": "mocksms_server", "edge": "edge_server"}[request.param]
    server: PhoneServer = request.getfixturevalue(name)
    return server


@pytest.fixture
def twilio(phone: Phone) -> Any:
    """Return Twilio's own SDK, sending into the test's world."""
    return twilio_client(phone.url, phone.account_sid)
