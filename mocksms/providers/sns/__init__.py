"""Amazon SNS: SMS to numbers and topics, opt-outs, and LocalStack's way of reading messages."""

import re
from collections.abc import Mapping
from typing import ClassVar

from flask import Response, request

from mocksms.core import phone_numbers
from mocksms.core.intake import Rejected
from mocksms.core.sender_app import AppRequest
from mocksms.core.worlds import World, Worlds
from mocksms.errors import Problem
from mocksms.providers.interface import Provider
from mocksms.providers.sns import answers, other_services, routes, signatures

_READS = ("Check", "Get", "List")


class Sns(Provider):
    """Amazon SNS. It sends no receipts of SMS, takes no texts and checks no signatures."""

    wires = ("sns",)
    blueprints = (routes.blueprint,)
    paths = (answers.OWN,)
    key_files: ClassVar = {signatures.KEY: lambda _: signatures.new_key()}
    reject_codes: ClassVar = {
        20429: ("Throttling", "A fault asked for this"),
        21610: ("OptedOut", "The phone number is opted out"),
        20003: ("AuthorizationError", "A fault asked for this"),
    }

    def claims(self) -> bool:
        """Return whether this request is meant for AWS: by its path, its signature or its target."""
        return super().claims() or bool(other_services.scope()[1]) or other_services.is_other()

    def is_sending(self) -> bool:
        """Return whether this sends or creates something."""
        action = request.form.get("Action", "")
        return action in routes.ACTIONS and not action.startswith(_READS)

    def is_testers(self) -> bool:
        """Return whether this reads messages in LocalStack's way."""
        return request.path == routes.READER

    def recipient(self) -> str:
        """Return PhoneNumber."""
        number = request.form.get("PhoneNumber") or request.args.get("phoneNumber", "")
        return phone_numbers.normalise(number, self.settings.region)

    def chosen_world(self, worlds: Worlds) -> World | None:
        """Return the world that the access key names, by name or AccountSid."""
        key = re.search(r"Credential=([^/,\s]+)/", request.headers.get("Authorization", ""))
        return (worlds.of_account(key.group(1)) or worlds.find(key.group(1))) if key is not None else None

    def problem(self, problem: Problem) -> Response:
        """Return the error in the form of this request's AWS service."""
        words = problem.detail or problem.title
        if other_services.is_other():
            return other_services.refusal(problem.status, words)
        code = {404: "NotFound", 503: "ServiceUnavailable"}.get(problem.status, "InvalidParameter")
        return answers.refusal(code, words, problem.status)

    def rejected(self, rejection: Rejected) -> Response:
        """Return the provider's code for a rejection."""
        code, words = self.reject_codes.get(rejection.code, ("InvalidParameter", "A fault asked for this"))
        return answers.refusal(code, words)

    def signed(self, request: AppRequest, token: str) -> Mapping[str, str]:
        """Return the headers of a notification; its signature is in its body."""
        return {"User-Agent": "Amazon Simple Notification Service Agent"}


PROVIDER = Sns
