"""Twilio's wire, 2010-04-01: Messages. The official SDK is the judge of every answer."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from datetime import UTC, datetime, time

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.api import middleware
from mocksms.core import faults, inbox, phone_numbers
from mocksms.core.models import Message, Sent
from mocksms.core.worlds import World
from mocksms.delivery import http_client
from mocksms.providers import fault_responses
from mocksms.providers.twilio.errors import MAGIC_FROM, MAGIC_TO, Refusal
from mocksms.providers.twilio.serialization import Place, after_token, message_json, page_json, token_of

blueprint = Blueprint("twilio", __name__, url_prefix="/2010-04-01/Accounts/<account>")
MAX_CHARACTERS = 1600
MAX_PAGE = 1000
SOONEST_SECONDS = 300
LATEST_SECONDS = 35 * 86400


def refused(refusal: Refusal) -> Response:
    """An error as the provider words it."""
    response = jsonify(refusal.as_json())
    response.status_code = refusal.status
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response


def _credentials() -> tuple[str, str]:
    kind, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise Refusal(20003)
    try:
        user, _, password = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError):
        raise Refusal(20003) from None
    if not user:
        raise Refusal(20003)
    return user, password


def authenticate(account: str) -> None:
    """HTTP Basic: any credentials pass unless MOCKSMS_ACCOUNTS names the good ones; then 401 20003 for
    others.
    """
    user, password = _credentials()
    accepted = middleware.settings().accounts
    if accepted:
        pairs = dict(pair.strip().split(":", 1) for pair in accepted.split(",") if ":" in pair)
        if pairs.get(user) != password or (user.startswith("AC") and account and user != account):
            raise Refusal(20003)
    if account:
        world = world_of(account)
        # Callbacks are signed with the account's own token, also where an API key (SK…) was shown.
        if user == account or not world.token_of(account):
            world.tokens[account] = password


def only_of(account: str) -> str:
    """The account whose messages alone are shown: this one where MOCKSMS_ACCOUNTS makes accounts strict, else ""
    for all of the world.
    """
    return account if middleware.settings().accounts else ""


def found_sid(account: str, sid: str, channel: str) -> Message:
    """The account's message or call with this id. Raises :class:`Refusal` 20404."""
    message = inbox.by_sid(world_of(account), sid)
    if message is None or message.channel != channel or only_of(account) not in ("", message.account):
        raise Refusal(20404, request.path)
    return message


def world_of(account: str) -> World:
    """The world of a request: header X-World, else the world whose AccountSid this is, else the default
    one.
    """
    if "X-World" not in request.headers and (found := middleware.worlds().of_account(account)) is not None:
        g.world = found
    return middleware.world()


@blueprint.post("/Messages.json")
def create_message(account: str) -> ResponseReturnValue:
    """Takes an SMS; the answer tells its first status, what becomes of it shows later."""
    authenticate(account)
    world = world_of(account)
    message = _draft(account)
    if inbox.is_opted_out(world, message.recipient, message.sender):
        raise Refusal(21610)
    effects = faults.take(world, "sms", message.recipient, message.sender)
    if (broken_answer := fault_responses.answer(effects)) is not None:
        return broken_answer
    if effects.reject is not None:
        raise Refusal(effects.reject, message.recipient)
    message = inbox.receive(world, message, effects=effects, due_at=_send_at(world))
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


def _draft(account: str) -> Message:
    form = request.form.to_dict()  # a plain dict: most fields are not there, and a MultiDict raises for each
    to, sender, service = form.get("To", ""), form.get("From", ""), form.get("MessagingServiceSid", "")
    body, media = form.get("Body", ""), request.form.getlist("MediaUrl")
    recipient = _recipient(to)
    sender = _sender(sender, service)
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
    if form.get("StatusCallback"):
        details["status_callback"] = form["StatusCallback"]
    return Message(
        sid=inbox.new_sid("MM" if media else "SM"),
        channel="sms",
        sender=sender,
        recipient=recipient,
        body=body,
        account=account,
        details=details,
    )


def _recipient(to: str) -> str:
    settings = middleware.settings()
    if not to.strip():
        raise Refusal(21604)
    number = phone_numbers.normalise(to.removeprefix("whatsapp:"), settings.region)
    if number in MAGIC_TO:
        raise Refusal(MAGIC_TO[number], to)
    if not phone_numbers.is_number(number):
        raise Refusal(21211, to)
    blocked = [code.strip().lstrip("+") for code in settings.geo_blocked.split(",") if code.strip()]
    if number[1:].startswith(tuple(blocked)):
        raise Refusal(21408, to)
    if phone_numbers.kind(number) == "landline":
        raise Refusal(21635, to)
    return number


def _sender(sender: str, service: str) -> str:
    settings = middleware.settings()
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
    owned = [
        phone_numbers.normalise(each, settings.region)
        for each in settings.owned_numbers.split(",")
        if each.strip()
    ]
    if owned and number not in owned and number != "+15005550006":
        raise Refusal(21606, sender)
    return number


@blueprint.get("/Messages.json")
def list_messages(account: str) -> Response:
    """The account's messages, newest first, a page at a time."""
    authenticate(account)
    world = world_of(account)
    size = page_number("PageSize", 50, 1, MAX_PAGE)
    token = request.args.get("PageToken", "")
    after, until = dates("DateSent")
    region = middleware.settings().region
    wanted = Sent(
        channel="sms",
        account=only_of(account),
        to=phone_numbers.normalise(request.args.get("To", ""), region),
        sender=phone_numbers.normalise(request.args.get("From", ""), region),
        after=after,
        until=until,
    )
    found = inbox.sent(world, wanted, after_token(token), size + 1)
    place = Place(
        request.path, tuple(request.args.items(multi=True)), size, page_number("Page", 0, 0, 10**9), token
    )
    return jsonify(page_json("messages", place, found, message_json, token_of))


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
    """One message."""
    authenticate(account)
    return jsonify(message_json(_found(account, sid)))


def _found(account: str, sid: str) -> Message:
    return found_sid(account, sid, "sms")


@blueprint.delete("/Messages/<sid>.json")
def delete_message(account: str, sid: str) -> tuple[str, int]:
    """Deletes a message: 204."""
    authenticate(account)
    _found(account, sid)
    inbox.delete_one(world_of(account), sid)
    return "", 204


@blueprint.post("/Messages/<sid>.json")
def change_message(account: str, sid: str) -> Response:
    """Empties the text (`Body=`) or cancels a scheduled message (`Status=canceled`)."""
    authenticate(account)
    message = _found(account, sid)
    world = world_of(account)
    if request.form.get("Status") == "canceled":
        if not inbox.cancel(world, sid):
            raise Refusal(20009)
    elif request.form.get("Body") == "":
        inbox.redact(world, sid)
    else:
        raise Refusal(20001, "Body")
    return jsonify(message_json(inbox.by_sid(world, sid) or message))
