"""Twilio 2010-04-01: the media of a message and the feedback on it."""

import mimetypes
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.sids import fixed_sid
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio.access import found, refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.serialization import ACCOUNTS, Place, asked_page, date, page_json

blueprint = Blueprint("twilio_message_parts", __name__, url_prefix=f"{ACCOUNTS}/<account>/Messages/<sid>")
blueprint.register_error_handler(Refusal, refused)
_UNKNOWN_TYPE = "application/octet-stream"


def _media(message: Message) -> dict[str, str]:
    """Return the addresses of a message's media by sid."""
    return {fixed_sid("ME", f"{message.sid}/{url}"): url for url in message.details.get("media", ())}


def media_json(message: Message, sid: str, url: str) -> dict[str, Any]:
    """Return a medium with all its keys; its address decides its type, because the phone doesn't load it."""
    return {
        "account_sid": message.account,
        "content_type": mimetypes.guess_type(urlsplit(url).path)[0] or _UNKNOWN_TYPE,
        "date_created": date(message.created_at),
        "date_updated": date(message.updated_at),
        "parent_sid": message.sid,
        "sid": sid,
        "uri": f"{ACCOUNTS}/{message.account}/Messages/{message.sid}/Media/{sid}.json",
    }


@blueprint.get("/Media.json")
def list_media(account: str, sid: str) -> ResponseReturnValue:
    """Return the media of a message."""
    message = found(entered_world(), account, sid, "sms")
    size, page, token = asked_page()
    media = [each for each in sorted(_media(message).items()) if each[0] > token]
    place = Place(request.path, tuple(request.args.items(multi=True)), size, page, token)
    return jsonify(
        page_json("media_list", place, media, lambda each: media_json(message, *each), lambda each: each[0])
    )


@blueprint.get("/Media/<medium>.json")
def get_medium(account: str, sid: str, medium: str) -> ResponseReturnValue:
    """Return one medium."""
    message, url = _medium(entered_world(), account, sid, medium)
    return jsonify(media_json(message, medium, url))


@blueprint.get("/Media/<medium>")
def load_medium(account: str, sid: str, medium: str) -> ResponseReturnValue:
    """Redirect to the medium at its app."""
    return redirect(_medium(entered_world(), account, sid, medium)[1], 307)


@blueprint.delete("/Media/<medium>.json")
def delete_medium(account: str, sid: str, medium: str) -> ResponseReturnValue:
    """Delete a medium from its message: 204."""
    world = entered_world()
    message, url = _medium(world, account, sid, medium)

    def alter(kept: Message) -> bool:
        kept.details = {**kept.details, "media": [each for each in kept.details["media"] if each != url]}
        return True

    inbox.change(world, message.id, alter, detail="media deleted")
    return "", 204


def _medium(world: World, account: str, sid: str, medium: str) -> tuple[Message, str]:
    message = found(world, account, sid, "sms")
    if (url := _media(message).get(medium)) is None:
        raise Refusal(20404, request.path)
    return message, url


@blueprint.post("/Feedback.json")
def create_feedback(account: str, sid: str) -> ResponseReturnValue:
    """Record whether the user did what the message asked for (Outcome): 201."""
    world = entered_world()
    message = found(world, account, sid, "sms")
    outcome = request.form.get("Outcome", "confirmed")
    if outcome not in ("confirmed", "unconfirmed"):
        raise Refusal(20001, "Outcome")

    def alter(kept: Message) -> bool:
        kept.details = {**kept.details, "feedback": outcome}
        return True

    inbox.change(world, message.id, alter, detail="feedback")
    now = date(world.now())
    return jsonify({
        "account_sid": account,
        "message_sid": sid,
        "outcome": outcome,
        "date_created": now,
        "date_updated": now,
        "uri": f"{ACCOUNTS}/{account}/Messages/{sid}/Feedback.json",
    }), 201  # fmt: skip
