"""Twilio 2010-04-01: Messages. The official SDK checks every answer in the tests."""

from datetime import UTC, datetime, time

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import deletion, inbox, intake, phone_numbers
from mocksms.core.models import Sent
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import drafts
from mocksms.providers.twilio.access import found, only_of, refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.serialization import (
    ACCOUNTS,
    WHATSAPP,
    Place,
    after_token,
    asked_page,
    message_json,
    page_json,
    token_of,
)

blueprint = Blueprint("twilio", __name__, url_prefix=f"{ACCOUNTS}/<account>")
blueprint.register_error_handler(Refusal, refused)


@blueprint.post("/Messages.json")
def create_message(account: str) -> ResponseReturnValue:
    """Accept an SMS; the answer has its first status, later ones appear when it is read."""
    world = entered_world()
    message = drafts.draft(world, account)
    due_at = drafts.send_at(world)
    arrival = intake.meet(world, "sms", message.recipient, message.sender)
    arrival.keep(message, due_at=due_at)
    return jsonify(message_json(message, message.history[0][0])), 201


@blueprint.get("/Messages.json")
def list_messages(account: str) -> Response:
    """Return the account's messages, newest first, a page at a time."""
    world = entered_world()
    size, number, token = asked_page()
    after, until = dates("DateSent")
    region = world.settings.region
    wanted = Sent(
        channel="sms",
        account=only_of(world, account),
        to=phone_numbers.normalise(request.args.get("To", "").removeprefix(WHATSAPP), region),
        sender=phone_numbers.normalise(request.args.get("From", "").removeprefix(WHATSAPP), region),
        after=after,
        until=until,
    )
    sent = inbox.sent(world, wanted, after_token(token), size + 1)
    place = Place(request.path, tuple(request.args.items(multi=True)), size, number, token)
    return jsonify(page_json("messages", place, sent, message_json, token_of))


def dates(filtered: str) -> tuple[float | None, float | None]:
    """Return the bounds of a date filter in Unix seconds.

    A plain date is that day in UTC; < and > take a date or a time.
    """
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
    deletion.delete_one(world, sid)
    return "", 204


@blueprint.post("/Messages/<sid>.json")
def change_message(account: str, sid: str) -> Response:
    """Delete the text (`Body=`) or cancel a scheduled message (`Status=canceled`)."""
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
