"""The one line that is ours: the package's gateway, with its SDK pointed at the phone."""

import os

from django.conf import settings
from two_factor.gateways.twilio.gateway import Twilio

from mocksms.testing import twilio_client


class Gateway(Twilio):  # type: ignore[misc]
    """The package's gateway, sending to the phone."""

    def __init__(self) -> None:
        self.client = twilio_client(os.environ["PHONE_URL"], settings.TWILIO_ACCOUNT_SID)
