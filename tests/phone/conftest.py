"""The phone under test: a running one, with Twilio's SDK."""

from typing import Any

import pytest

from mocksms.testing import Phone, phone, phone_server, twilio_client

__all__ = ["phone", "phone_server"]


@pytest.fixture
def twilio(phone: Phone) -> Any:
    """Return Twilio's own SDK, sending into the test's world."""
    return twilio_client(phone.url, phone.account_sid)
