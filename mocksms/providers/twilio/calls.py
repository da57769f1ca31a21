"""Twilio's wire, 2010-04-01: Calls."""

import re
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.api import middleware
from mocksms.core import calls, faults, inbox, phone_numbers
from mocksms.core.models import Message, Sent
from mocksms.delivery import http_client
from mocksms.providers import fault_responses
from mocksms.providers.twilio import call_receipts
from mocksms.providers.twilio.errors import MAGIC_CALL_FROM, MAGIC_CALL_TO, Refusal
from mocksms.providers.twilio.messages import authenticate, dates, found_sid, only_of, page_number, world_of
from mocksms.providers.twilio.serialization import API_VERSION, Place, after_token, date, page_json, token_of

blueprint = Blueprint("twilio_calls", __name__, url_prefix="/2010-04-01/Accounts/<account>")
MOST_RING_SECONDS = 600
_SUBRESOURCES = (
    "events", "notifications", "payments", "recordings", "siprec", "streams", "transcriptions",
    "user_defined_message_subscriptions", "user_defined_messages",
)  # fmt: skip


def call_json(call: Message, status: str | None = None) -> dict[str, Any]:
    """A call with all its keys; `status` where it is still told as it was at its creation."""
    told = status or call.status
    ended = told in calls.ENDED
    uri = f"/{API_VERSION}/Accounts/{call.account}/Calls/{call.sid}"
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
        "duration": str(call_receipts.duration(call)) if ended else None,
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
    """Places a call; the answer is queued, the phone rings right after."""
    authenticate(account)
    world = world_of(account)
    call, ring_seconds = _draft(account)
    effects = faults.take(world, "call", call.recipient, call.sender)
    if (broken_answer := fault_responses.answer(faults.Effects(http_status=effects.http_status))) is not None:
        return broken_answer
    if effects.reject is not None:
        raise Refusal(effects.reject, call.recipient)
    return jsonify(call_json(calls.place(world, call, ring_seconds, effects), "queued")), 201


def _draft(account: str) -> tuple[Message, float]:
    form, settings = request.form, middleware.settings()
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
    timeout = form.get("Timeout", "")
    ring = int(timeout) if re.fullmatch(r"[0-9]{1,6}", timeout) else settings.ring_seconds
    details = {
        "url": url,
        "twiml": document,
        "method": form.get("Method", "POST").upper(),
        "status_callback": form.get("StatusCallback", ""),
        "status_method": form.get("StatusCallbackMethod", "POST").upper(),
        "status_events": [event for each in form.getlist("StatusCallbackEvent") for event in each.split()],
        "machine_detection": bool(form.get("MachineDetection")),
    }
    call = Message(
        sid=inbox.new_sid("CA"),
        channel="call",
        sender=caller,
        recipient=recipient,
        account=account,
        details=details,
    )
    return call, min(ring, MOST_RING_SECONDS)


@blueprint.get("/Calls.json")
def list_calls(account: str) -> ResponseReturnValue:
    """The account's calls, newest first, a page at a time."""
    authenticate(account)
    world, region = world_of(account), middleware.settings().region
    after, until = dates("StartTime")
    size, token = page_number("PageSize", 50, 1, 1000), request.args.get("PageToken", "")
    found = inbox.sent(
        world,
        Sent(
            channel="call",
            account=only_of(account),
            to=phone_numbers.normalise(request.args.get("To", ""), region),
            sender=phone_numbers.normalise(request.args.get("From", ""), region),
            status=request.args.get("Status", ""),
            after=after,
            until=until,
        ),
        after_token(token),
        size + 1,
    )
    query = tuple(request.args.items(multi=True))
    place = Place(request.path, query, size, page_number("Page", 0, 0, 10**9), token)
    return jsonify(page_json("calls", place, found, call_json, token_of))


def _found(account: str, sid: str) -> Message:
    return found_sid(account, sid, "call")


@blueprint.get("/Calls/<sid>.json")
def get_call(account: str, sid: str) -> ResponseReturnValue:
    """One call."""
    authenticate(account)
    return jsonify(call_json(_found(account, sid)))


@blueprint.post("/Calls/<sid>.json")
def change_call(account: str, sid: str) -> ResponseReturnValue:
    """Ends a call (`Status` canceled or completed) or gives it another document (`Url`, `Twiml`)."""
    authenticate(account)
    world, call, form = world_of(account), _found(account, sid), request.form
    try:
        if form.get("Status") in ("canceled", "completed"):
            call = calls.cancel(world, call, form["Status"])
        elif form.get("Url") or form.get("Twiml"):
            method = form.get("Method", "POST").upper()
            call = calls.redirect(world, call, form.get("Url", ""), method, form.get("Twiml", ""))
        else:
            raise Refusal(20001, "Status")
    except calls.WrongState:
        raise Refusal(21220) from None
    return jsonify(call_json(call))


@blueprint.delete("/Calls/<sid>.json")
def delete_call(account: str, sid: str) -> ResponseReturnValue:
    """Deletes a call: 204."""
    authenticate(account)
    _found(account, sid)
    inbox.delete_one(world_of(account), sid)
    return "", 204
