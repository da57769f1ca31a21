"""Twilio's wire, 2010-04-01: Messages. The official SDK is the judge of every answer."""

import re
from datetime import UTC, datetime, time

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.config import Settings
from mocksms.core import inbox, intake, phone_numbers
from mocksms.core.models import Message, Sent
from mocksms.core.sids import new_sid
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio.access import found, only_of, refused
from mocksms.providers.twilio.errors import MAGIC_FROM, MAGIC_TO, Refusal
from mocksms.providers.twilio.serialization import (
    ACCOUNTS,
    Place,
    after_token,
    message_json,
    page_json,
    token_of,
)

blueprint = Blueprint("twilio", __name__, url_prefix=f"{ACCOUNTS}/<account>")
blueprint.register_error_handler(Refusal, refused)
MAX_CHARACTERS = 1600
MAX_PAGE = 1000
SOONEST_SECONDS = 300
LATEST_SECONDS = 35 * 86400


@blueprint.post("/Messages.json")
def create_message(account: str) -> ResponseReturnValue:
    """Take an SMS; the answer tells its first status, what becomes of it shows later."""
    world = entered_world()
    message = _draft(world.settings, account)
    due_at = _send_at(world)
    arrival = intake.meet(world, "sms", message.recipient, message.sender)
    arrival.keep(message, due_at=due_at)
    return jsonify(message_json(message, message.history[0][0])), 201


def _send_at(world: World) -> float | None:
    """When a scheduled message is to be sent (unix seconds by the phone's clock), None for at once."""
    text = request.form.get("SendAt", "")
    if not text or request.form.get("ScheduleType") != "fixed":
        return None
    if not request.form.get("MessagingServiceSid"):
        raise Refusal(35118)
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Refusal(35111, text) from None
    due_at = at.replace(tzinfo=at.tzinfo or UTC).timestamp()
    if not SOONEST_SECONDS <= due_at - world.now() <= LATEST_SECONDS:
        raise Refusal(35111, text)
    return due_at


def _draft(settings: Settings, account: str) -> Message:
    form = request.form.to_dict()  # a plain dict: most fields are not there, and a MultiDict raises for each
    to, sender, service = form.get("To", ""), form.get("From", ""), form.get("MessagingServiceSid", "")
    body, media = form.get("Body", ""), request.form.getlist("MediaUrl")
    recipient = _recipient(settings, to)
    sender = _sender(settings, sender, service)
    if sender == recipient:
        raise Refusal(21266, to)
    if not body and not media and not form.get("ContentSid"):
        raise Refusal(21602)
    if unread := [url for url in media if not http_client.is_address(url)]:
        raise Refusal(21620, unread[0])
    if len(body) > MAX_CHARACTERS:
        raise Refusal(21617)
    details: dict[str, object] = {}
    if service:
        details["messaging_service_sid"] = service
    if media:
        details["media"] = media
    if callback := form.get("StatusCallback"):
        if not http_client.is_address(callback):
            raise Refusal(21609, callback)
        details["status_callback"] = callback
    return Message(
        sid=new_sid("MM" if media else "SM"),
        channel="sms",
        wire="twilio",
        sender=sender,
        recipient=recipient,
        body=body,
        account=account,
        details=details,
    )


def _recipient(settings: Settings, to: str) -> str:
    if not to.strip():
        raise Refusal(21604)
    number = phone_numbers.normalise(to.removeprefix("whatsapp:"), settings.region)
    if number in MAGIC_TO:
        raise Refusal(MAGIC_TO[number], to)
    if not phone_numbers.is_number(number):
        raise Refusal(21211, to)
    if number[1:].startswith(settings.geo_blocked):
        raise Refusal(21408, to)
    if phone_numbers.kind(number) == "landline":
        raise Refusal(21635, to)
    return number


def _sender(settings: Settings, sender: str, service: str) -> str:
    if not sender.strip():
        if not service:
            raise Refusal(21603)
        return service
    number = phone_numbers.normalise(sender.removeprefix("whatsapp:"), settings.region)
    if number in MAGIC_FROM:
        raise Refusal(MAGIC_FROM[number], sender)
    is_name = re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}|\d{3,8}", sender)
    if not phone_numbers.is_number(number) and not is_name:
        raise Refusal(21212, sender)
    owned = settings.owned_numbers
    if owned and number not in owned and number != "+15005550006":
        raise Refusal(21606, sender)
    return number


@blueprint.get("/Messages.json")
def list_messages(account: str) -> Response:
    """The account's messages, newest first, a page at a time."""
    world = entered_world()
    size = page_number("PageSize", 50, 1, MAX_PAGE)
    token = request.args.get("PageToken", "")
    after, until = dates("DateSent")
    region = world.settings.region
    wanted = Sent(
        channel="sms",
        account=only_of(world, account),
        to=phone_numbers.normalise(request.args.get("To", ""), region),
        sender=phone_numbers.normalise(request.args.get("From", ""), region),
        after=after,
        until=until,
    )
    sent = inbox.sent(world, wanted, after_token(token), size + 1)
    place = Place(
        request.path, tuple(request.args.items(multi=True)), size, page_number("Page", 0, 0, 10**9), token
    )
    return jsonify(page_json("messages", place, sent, message_json, token_of))


def page_number(name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query string, kept within bounds."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text):
        raise Refusal(20001, name)
    return min(max(int(text), low), high)


def dates(filtered: str) -> tuple[float | None, float | None]:
    """Bounds of a date filter in unix seconds: a plain date is that day in UTC, < and > take a date or a time."""
    after = until = None
    for name, text in request.args.items():
        if name.rstrip("<>") == filtered and text:
            try:
                at = datetime.fromisoformat(text.replace("Z", "+00:00"))
            except ValueError:
                raise Refusal(20001, name) from None
            start = at.replace(tzinfo=at.tzinfo or UTC).timestamp()
            # The SDK writes a plain date as its midnight.
            length = 86400 if at.time() == time() else 1
            if name == filtered:
                after, until = start, start + length
            elif name == f"{filtered}<":
                until = start + length
            elif name == f"{filtered}>":
                after = start
    return after, until


@blueprint.get("/Messages/<sid>.json")
def get_message(account: str, sid: str) -> Response:
    """Return one message."""
    return jsonify(message_json(found(entered_world(), account, sid, "sms")))


@blueprint.delete("/Messages/<sid>.json")
def delete_message(account: str, sid: str) -> tuple[str, int]:
    """Delete a message: 204."""
    world = entered_world()
    found(world, account, sid, "sms")
    inbox.delete_one(world, sid)
    return "", 204


@blueprint.post("/Messages/<sid>.json")
def change_message(account: str, sid: str) -> Response:
    """Empty the text (`Body=`) or cancel a scheduled message (`Status=canceled`)."""
    world = entered_world()
    message = found(world, account, sid, "sms")
    if request.form.get("Status") == "canceled":
        if not inbox.cancel(world, sid):
            raise Refusal(20009)
    elif request.form.get("Body") == "":
        inbox.redact(world, sid)
    else:
        raise Refusal(20001, "Body")
    return jsonify(message_json(inbox.by_sid(world, sid) or message))
