"""Twilio as a provider of the phone."""

from collections.abc import Mapping, Sequence

from flask import Response, jsonify, request

from mocksms.config import Settings
from mocksms.core import phone_numbers
from mocksms.core.intake import Rejected
from mocksms.core.models import Message
from mocksms.core.sender_app import AppAnswer, AppRequest, Reply
from mocksms.errors import Problem
from mocksms.providers.twilio import (
    access,
    account_resources,
    calls,
    lookup,
    message_parts,
    messages,
    messaging_services,
    receipts,
    totp_challenges,
    totp_factors,
    twiml_interpreter,
    twiml_parser,
    verify,
    verify_services,
)
from mocksms.providers.twilio.errors import OF_STATUS, Refusal
from mocksms.providers.twilio.messaging_services import MESSAGING
from mocksms.providers.twilio.serialization import ACCOUNTS, API_VERSION, SERVICES, WHATSAPP

ACCOUNT = "AC" + "0" * 32


class Twilio(access.Accounts):
    """Messages and Calls of 2010-04-01, Verify v2, Lookup v2, Messaging v1."""

    wires = ("twilio", "verify")
    blueprints = (
        messages.blueprint, message_parts.blueprint, calls.blueprint, account_resources.blueprint,
        messaging_services.blueprint, lookup.blueprint, verify.blueprint,
        verify_services.blueprint, totp_factors.blueprint, totp_challenges.blueprint,
    )  # fmt: skip
    paths = (f"/{API_VERSION}/", *(each.removesuffix("Services") for each in (MESSAGING, SERVICES)))
    takes_texts = True
    interpreter = twiml_interpreter

    def __init__(self, settings: Settings, own: object = None) -> None:
        super().__init__(settings, own)
        self.account = next((name for name in settings.accounts if name.startswith("AC")), ACCOUNT)

    def example(self, url: str) -> tuple[str, str]:
        """Return the command that sends a text."""
        return "sms", (
            f"curl -u ACdemo:secret {url}{ACCOUNTS}/ACdemo/Messages.json \\\n"
            "  --data-urlencode To=+819012345678 -d From=Mihon -d Body='123456 is your code'"
        )

    def is_sending(self) -> bool:
        """Return whether this creates a message, a call or a verification."""
        return request.method == "POST" and (request.endpoint or "").partition(".")[2].startswith("create_")

    def is_testers(self) -> bool:
        """Return whether this reads or deletes without an account; a lookup reads nothing of the phone."""
        return super().is_testers() and request.blueprint != lookup.blueprint.name

    def recipient(self) -> str:
        """Return `To`."""
        number = request.values.get("To", "").removeprefix(WHATSAPP)
        return phone_numbers.normalise(number, self.settings.region)

    def problem(self, problem: Problem) -> Response:
        """Return the error with the provider's code; its SDK reads no other form."""
        about = request.path if problem.status == 404 else problem.detail
        refusal = Refusal(OF_STATUS.get(problem.status, 20001), about, problem.status)
        if problem.field in ("world", "host"):
            refusal.message = problem.detail  # similar names, or the setting that allows a host
        answer = jsonify(refusal.as_json())
        answer.status_code = problem.status
        return answer

    def rejected(self, rejection: Rejected) -> Response:
        """Return the error with the provider's code."""
        return access.refused(Refusal(rejection.code, rejection.recipient))

    def receipts(self, message: Message, after: int) -> Sequence[AppRequest]:
        """Return the status callbacks that the app asked for."""
        return (receipts.of_call if message.channel == "call" else receipts.of_message)(message, after)

    def signed(self, request: AppRequest, token: str) -> Mapping[str, str]:
        """Return X-Twilio-Signature."""
        return receipts.signed(request, token)

    def inbound(self, message: Message, url: str) -> AppRequest:
        """Return the request to the app's webhook for texts."""
        return receipts.inbound(message, url)

    def answers(self, answer: AppAnswer) -> Sequence[Reply]:
        """Return the texts and media of the Message verbs."""
        return twiml_parser.messages(answer)[0]

    def follows(self, answer: AppAnswer, request: AppRequest) -> AppRequest | None:
        """Return the request that a Redirect asks for."""
        return twiml_parser.messages(answer, request)[1]
