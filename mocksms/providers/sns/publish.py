"""Amazon SNS' wire: Publish to a phone number, and the reader that LocalStack's users know. Signatures are ignored."""

import re
import uuid
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import inbox, intake, phone_numbers
from mocksms.core.models import Filter, Message
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world

blueprint = Blueprint("sns", __name__)
XMLNS = "http://sns.amazonaws.com/doc/2010-03-31/"
SENDER = "AWS-SNS"
LONGEST = 1600
MOST_ATTRIBUTES = 10


def _xml(body: str, status: int = 200) -> Response:
    return Response(f'<?xml version="1.0"?>\n{body}\n', status, mimetype="text/xml")


def refusal(code: str, words: str, status: int = 400) -> Response:
    """Return an error as the provider words it."""
    side = "Receiver" if status >= 500 else "Sender"
    return _xml(
        f'<ErrorResponse xmlns="{XMLNS}"><Error><Type>{side}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(words)}</Message></Error><RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>",
        status,
    )


def _attributes() -> dict[str, str]:
    """The message attributes, by name."""
    found = {}
    for number in range(1, MOST_ATTRIBUTES + 1):
        prefix = f"MessageAttributes.entry.{number}."
        if name := request.form.get(f"{prefix}Name", ""):
            found[name] = request.form.get(f"{prefix}Value.StringValue", "")
    return found


@blueprint.post("/")
def publish() -> ResponseReturnValue:
    """Action=Publish with PhoneNumber and Message."""
    world, form = entered_world(), request.form
    if form.get("Action") != "Publish":
        return refusal("InvalidAction", f"The action {form.get('Action', '')} is not served here")
    if form.get("TopicArn") or form.get("TargetArn"):
        return refusal("InvalidParameter", "Invalid parameter: only PhoneNumber is served here")
    number = phone_numbers.normalise(form.get("PhoneNumber", ""), world.settings.region)
    text = form.get("Message", "")
    if not phone_numbers.is_number(number):
        given = form.get("PhoneNumber", "")
        return refusal(
            "InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {given} is not valid to publish to"
        )
    if not text:
        return refusal("InvalidParameter", "Invalid parameter: Empty message")
    if len(text) > LONGEST:
        return refusal("InvalidParameter", "Invalid parameter: Message too long")
    attributes = _attributes()
    sender = (
        attributes.get("AWS.SNS.SMS.SenderID") or attributes.get("AWS.MM.SMS.OriginationNumber") or SENDER
    )
    if not re.fullmatch(r"(?=.*\w)[^\x00-\x1f\x7f]{1,20}", sender):
        return refusal("InvalidParameter", "Invalid parameter: SenderID")
    arrival = intake.meet(world, "sms", number, sender)
    message_id = str(uuid.uuid4())
    message = Message(
        sid=message_id, channel="sms", wire="sns", sender=sender, recipient=number, body=text,
        details={"attributes": attributes} if attributes else {},
    )  # fmt: skip
    arrival.keep(message)
    return _xml(
        f'<PublishResponse xmlns="{XMLNS}"><PublishResult><MessageId>{message_id}</MessageId></PublishResult>'
        f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></PublishResponse>"
    )


def _asked(world: World) -> Filter:
    number = request.args.get("phoneNumber", "")
    to = phone_numbers.normalise(number, world.settings.region) if number else ""
    return Filter(channel="sms", wire="sns", to=to)


@blueprint.get("/_aws/sns/sms-messages")
def read_messages() -> Response:
    """The SMS that came by SNS, by number, oldest first (the newest 1,000)."""
    by_number: dict[str, list[dict[str, Any]]] = {}
    world = entered_world()
    for message in reversed(inbox.search(world, _asked(world), inbox.NO_MORE_THAN)):
        by_number.setdefault(message.recipient, []).append(
            {
                "PhoneNumber": message.recipient,
                "TopicArn": None,
                "SubscribeToken": None,
                "MessageId": message.sid,
                "Message": message.body,
                "MessageAttributes": message.details.get("attributes", {}),
                "MessageStructure": None,
                "Subject": None,
            }
        )
    return jsonify({"sms_messages": by_number, "region": request.args.get("region", "us-east-1")})


@blueprint.delete("/_aws/sns/sms-messages")
def delete_messages() -> tuple[str, int]:
    """Deletes the SMS that came by SNS, of a number or all."""
    world = entered_world()
    inbox.delete(world, _asked(world))
    return "", 204
