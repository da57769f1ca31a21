"""Twilio 2010-04-01: Calls."""

import re
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.config import Settings
from mocksms.core import calls, deletion, inbox, intake, phone_numbers
from mocksms.core.models import Message, Sent
from mocksms.core.sids import new_sid
from mocksms.delivery import http_client
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import receipts, twiml_interpreter
from mocksms.providers.twilio.access import found, only_of, refused
from mocksms.providers.twilio.errors import MAGIC_CALL_FROM, MAGIC_CALL_TO, Refusal
from mocksms.providers.twilio.messages import dates
from mocksms.providers.twilio.serialization import (
    ACCOUNTS,
    API_VERSION,
    Place,
    after_token,
    asked_page,
    date,
    page_json,
    token_of,
)

blueprint = Blueprint("twilio_calls", __name__, url_prefix=f"{ACCOUNTS}/<account>")
blueprint.register_error_handler(Refusal, refused)
MOST_RING_SECONDS = 600
CALLBACKS = ("StatusCallback", "FallbackUrl")
_SUBRESOURCES = (
    "events", "notifications", "payments", "recordings", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip


def call_json(call: Message, status: str | None = None) -> dict[str, Any]:
    """Return a call with all its keys; `status` overrides it in the answer to the creation."""
    told = status or call.status
    ended = told in calls.ENDED
    uri = f"{ACCOUNTS}/{call.account}/Calls/{call.sid}"
    answered_at = call.details.get("answered_at")
    return {
        "account_sid": call.account,
        "annotation": None,
        "answered_by": call.details.get("answered_by") if call.details.get("machine_detection") else None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": date(call.created_at),
        "date_updated": date(call.updated_at),
        "direction": "outbound-api",
        "duration": str(receipts.duration(call)) if ended else None,
        "end_time": date(call.details.get("ended_at")) if ended else None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": phone_numbers.formatted(call.sender),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": date(answered_at) if told != "queued" else None,
        "status": told,
        "subresource_uris": {name: f"{uri}/{name.title().replace('_', '')}.json" for name in _SUBRESOURCES},
        "to": call.recipient,
        "to_formatted": phone_numbers.formatted(call.recipient),
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


@blueprint.post("/Calls.json")
def create_call(account: str) -> ResponseReturnValue:
    """Place a call: answer `queued`, then ring the phone."""
    world = entered_world()
    call, ring_seconds = _draft(world.settings, account)
    arrival = intake.meet(world, "call", call.recipient, call.sender)
    return jsonify(call_json(arrival.ring(call, ring_seconds), "queued")), 201


def _draft(settings: Settings, account: str) -> tuple[Message, float]:
    form = request.form
    to, sender = form.get("To", ""), form.get("From", "")
    if not to.strip():
        raise Refusal(21201)
    if not sender.strip():
        raise Refusal(21213)
    recipient, caller = (phone_numbers.normalise(each, settings.region) for each in (to, sender))
    if recipient in MAGIC_CALL_TO:
        raise Refusal(MAGIC_CALL_TO[recipient], to)
    if not phone_numbers.is_number(recipient):
        raise Refusal(21217, to)
    if caller in MAGIC_CALL_FROM or not phone_numbers.is_number(caller):
        raise Refusal(21212, sender)
    url, document = form.get("Url", ""), form.get("Twiml", "")
    if not document and not http_client.is_address(url):
        raise Refusal(21205, url)
    if unread := [
        form[name] for name in CALLBACKS if form.get(name) and not http_client.is_address(form[name])
    ]:
        raise Refusal(21609, unread[0])
    timeout = form.get("Timeout", "")
    ring = int(timeout) if re.fullmatch(r"[0-9]{1,6}", timeout) else settings.ring_seconds
    details = {
        "url": url,
        "twiml": document,
        "method": form.get("Method", "POST").upper(),
        **_fallback(),
        "status_callback": form.get("StatusCallback", ""),
        "status_method": form.get("StatusCallbackMethod", "POST").upper(),
        "status_events": [event for each in form.getlist("StatusCallbackEvent") for event in each.split()],
        "machine_detection": bool(form.get("MachineDetection")),
    }
    call = Message(
        sid=new_sid("CA"),
        channel="call",
        wire="twilio",
        sender=caller,
        recipient=recipient,
        account=account,
        details=details,
    )
    return call, min(ring, MOST_RING_SECONDS)


def _fallback() -> dict[str, str]:
    """Return where another document comes from if the first one fails."""
    url = request.form.get("FallbackUrl", "")
    method = request.form.get("FallbackMethod", "POST").upper()
    return {"fallback_url": url, "fallback_method": method} if url else {}


@blueprint.get("/Calls.json")
def list_calls(account: str) -> ResponseReturnValue:
    """Return the account's calls, newest first, a page at a time."""
    world = entered_world()
    region = world.settings.region
    after, until = dates("StartTime")
    size, number, token = asked_page()
    sent = inbox.sent(
        world,
        Sent(
            channel="call",
            account=only_of(world, account),
            to=phone_numbers.normalise(request.args.get("To", ""), region),
            sender=phone_numbers.normalise(request.args.get("From", ""), region),
            status=request.args.get("Status", ""),
            after=after,
            until=until,
        ),
        after_token(token),
        size + 1,
    )
    place = Place(request.path, tuple(request.args.items(multi=True)), size, number, token)
    return jsonify(page_json("calls", place, sent, call_json, token_of))


@blueprint.get("/Calls/<sid>.json")
def get_call(account: str, sid: str) -> ResponseReturnValue:
    """Return one call."""
    return jsonify(call_json(found(entered_world(), account, sid, "call")))


@blueprint.post("/Calls/<sid>.json")
def change_call(account: str, sid: str) -> ResponseReturnValue:
    """End a call (`Status` canceled or completed) or give it another document (`Url`, `Twiml`)."""
    world, form = entered_world(), request.form
    call = found(world, account, sid, "call")
    try:
        if form.get("Status") in ("canceled", "completed"):
            call = calls.cancel(world, call, form["Status"])
        elif form.get("Url") or form.get("Twiml"):
            method = form.get("Method", "POST").upper()
            run = twiml_interpreter.begin(form.get("Url", ""), method, form.get("Twiml", ""))
            call = calls.redirect(world, call, lambda call: call.details.update(run=run, **_fallback()))
        else:
            raise Refusal(20001, "Status")
    except calls.WrongState:
        raise Refusal(21220) from None
    return jsonify(call_json(call))


@blueprint.delete("/Calls/<sid>.json")
def delete_call(account: str, sid: str) -> ResponseReturnValue:
    """Delete a call: 204."""
    world = entered_world()
    found(world, account, sid, "call")
    deletion.delete_one(world, sid)
    return "", 204
