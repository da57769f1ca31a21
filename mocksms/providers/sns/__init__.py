"""Amazon SNS: Publish to a phone number, and the reader that LocalStack's users know."""

import re
from typing import ClassVar

from flask import Response, request

from mocksms.core import phone_numbers
from mocksms.core.intake import Rejected
from mocksms.core.worlds import World, Worlds
from mocksms.providers.interface import Provider
from mocksms.providers.sns import publish


class Sns(Provider):
    """Amazon SNS. It sends no receipts, takes no texts and does not check signatures."""

    wires = ("sns",)
    blueprints = (publish.blueprint,)
    reject_codes: ClassVar = {
        20429: ("Throttling", "A fault asked for this"),
        21610: ("OptedOut", "The phone number is opted out"),
        20003: ("AuthorizationError", "A fault asked for this"),
    }

    def is_sending(self) -> bool:
        """Return whether this publishes."""
        return request.form.get("Action", "").startswith("Publish")

    def recipient(self) -> str:
        """Return PhoneNumber."""
        number = request.form.get("PhoneNumber") or request.args.get("phoneNumber", "")
        return phone_numbers.normalise(number, self.settings.region)

    def chosen_world(self, worlds: Worlds) -> World | None:
        """Return the world that the access key names, by name or AccountSid."""
        key = re.search(r"Credential=([^/,\s]+)/", request.headers.get("Authorization", ""))
        return (worlds.of_account(key.group(1)) or worlds.find(key.group(1))) if key is not None else None

    def rejected(self, rejection: Rejected) -> Response:
        """Return the provider's code for a rejection."""
        code, words = self.reject_codes.get(rejection.code, ("InvalidParameter", "A fault asked for this"))
        return publish.refusal(code, words)


PROVIDER = Sns
