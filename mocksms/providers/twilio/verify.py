"""Twilio Verify v2. Its dates are ISO 8601, unlike those of 2010-04-01."""

import re
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import intake, phone_numbers
from mocksms.core.models import Verification
from mocksms.core.sids import new_sid
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import resources, verifications, verify_services
from mocksms.providers.twilio.access import credentials, refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.resources import iso_date
from mocksms.providers.twilio.serialization import SERVICES

blueprint = Blueprint("verify", __name__, url_prefix=f"{SERVICES}/<service>")
blueprint.register_error_handler(Refusal, refused)
CHANNELS = {"sms": "sms", "call": "call", "email": "mail", "whatsapp": "sms"}


def verification_json(kept: Verification) -> dict[str, Any]:
    """Return a verification with all its keys."""
    base = request.host_url.rstrip("/")
    return {
        "account_sid": kept.account,
        "amount": None,
        "channel": kept.channel,
        "date_created": iso_date(kept.created_at),
        "date_updated": iso_date(kept.updated_at),
        "lookup": {"carrier": None},
        "payee": None,
        "send_code_attempts": [
            {"attempt_sid": attempt, "channel": channel, "time": iso_date(at)}
            for channel, at, attempt in kept.sends
        ],
        "service_sid": kept.service,
        "sid": kept.sid,
        "sna": None,
        "status": kept.status,
        "to": kept.recipient,
        "url": f"{base}{SERVICES}/{kept.service}/Verifications/{kept.sid}",
        "valid": kept.status == "approved",
    }


def check_json(kept: Verification) -> dict[str, Any]:
    """Return the answer to a check."""
    whole = verification_json(kept)
    keys = (
        "account_sid",
        "amount",
        "channel",
        "date_created",
        "date_updated",
        "payee",
        "service_sid",
        "sid",
        "status",
    )
    return {**{key: whole[key] for key in (*keys, "to", "valid")}, "sna_attempts_error_codes": None}


@blueprint.post("/Verifications")
def create_verification(service: str) -> ResponseReturnValue:
    """Send a code by SMS, call or mail."""
    world, form = entered_world(), request.form
    region = world.settings.region
    channel = form.get("Channel", "").lower()
    if channel not in CHANNELS:
        raise Refusal(60200, "Channel")
    recipient = phone_numbers.normalise(form.get("To", ""), region)
    if ("@" in recipient) is not (channel == "email") or not (
        "@" in recipient or phone_numbers.is_number(recipient)
    ):
        raise Refusal(60200, "To")
    if channel == "sms" and phone_numbers.kind(recipient) == "landline":
        raise Refusal(60205)
    custom = form.get("CustomCode", "")
    if custom and not re.fullmatch(r"\d{4,10}", custom):
        raise Refusal(60200, "CustomCode")
    arrival = intake.meet(world, CHANNELS[channel], recipient, verifications.SENDER, stops=False)
    account, _ = credentials()
    wanted = Verification(new_sid("VE"), service, account, recipient, channel, custom)
    made = resources.find(world, verify_services.SERVICE, service)
    settings = made.content if made is not None else resources.defaults(verify_services.MEMBERS)
    name = form.get("CustomFriendlyName") or settings["friendly_name"]
    try:
        kept = verifications.start(arrival, wanted, form.get("Locale", "en"), name, settings["code_length"])
    except verifications.TooManySends:
        raise Refusal(60203) from None
    return jsonify(verification_json(kept)), 201


def _found(world: World, service: str, sid_or_recipient: str) -> Verification:
    kept = verifications.find(world, service, sid_or_recipient) if sid_or_recipient else None
    if kept is None:
        raise Refusal(20404, request.path)
    return kept


@blueprint.post("/VerificationCheck")
def check_verification(service: str) -> ResponseReturnValue:
    """Check a code: approved, or pending when it is wrong; 404 when there is nothing to check."""
    world, form = entered_world(), request.form
    kept = _found(world, service, form.get("VerificationSid") or form.get("To", ""))
    if not form.get("Code"):
        raise Refusal(60200, "Code")
    outcome = verifications.check(world, kept, form["Code"])
    if outcome == "exhausted":
        raise Refusal(60202)
    if outcome == "gone":
        raise Refusal(20404, request.path)
    kept.status = "approved" if outcome == "approved" else "pending"
    return jsonify(check_json(kept)), 201


@blueprint.get("/Verifications/<sid>")
def get_verification(service: str, sid: str) -> ResponseReturnValue:
    """Return a pending verification by its id or its recipient."""
    return jsonify(verification_json(_found(entered_world(), service, sid)))


@blueprint.post("/Verifications/<sid>")
def close_verification(service: str, sid: str) -> ResponseReturnValue:
    """Approve or cancel a verification."""
    world = entered_world()
    kept = _found(world, service, sid)
    status = request.form.get("Status", "")
    if status not in ("approved", "canceled"):
        raise Refusal(60200, "Status")
    return jsonify(verification_json(verifications.close(world, kept, status)))
