"""Twilio 2010-04-01: the account itself and its numbers."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import phone_numbers
from mocksms.core.sids import fixed_sid
from mocksms.core.worlds import World
from mocksms.delivery import http_client, inbound_messages
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import access
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import ALWAYS_FINE, Refusal
from mocksms.providers.twilio.serialization import ACCOUNTS, API_VERSION, Place, asked_page, date, page_json

blueprint = Blueprint("twilio_account", __name__, url_prefix=f"/{API_VERSION}")
blueprint.register_error_handler(Refusal, refused)
_PARTS = ("Calls", "IncomingPhoneNumbers", "Messages")
_NUMBERS = "/Accounts/<account>/IncomingPhoneNumbers"


def account_json(world: World, account: str) -> dict[str, Any]:
    """Return an account with all its keys, its token included, as the provider does."""
    now, uri = date(world.now()), f"{ACCOUNTS}/{account}"
    return {
        "auth_token": world.tokens.of(account),
        "date_created": now,
        "date_updated": now,
        "friendly_name": world.name,
        "owner_account_sid": account,
        "sid": account,
        "status": "active",
        "subresource_uris": {part.lower(): f"{uri}/{part}.json" for part in _PARTS},
        "type": "Full",
        "uri": f"{uri}.json",
    }


@blueprint.get("/Accounts/<account>.json")
def get_account(account: str) -> ResponseReturnValue:
    """Return the account."""
    return jsonify(account_json(entered_world(), account))


@blueprint.get("/Accounts.json")
def list_accounts() -> ResponseReturnValue:
    """Return the account of the credentials: each has only itself."""
    size, page, token = asked_page()
    place = Place(request.path, tuple(request.args.items(multi=True)), size, page, token)
    found = [access.credentials()[0]]
    world = entered_world()
    return jsonify(page_json("accounts", place, found, lambda each: account_json(world, each), str))


# -- numbers -------------------------------------------------------------------------------------------------------


def numbers(world: World) -> list[str]:
    """Return the numbers allowed as From: those of MOCKSMS_OWNED_NUMBERS, else the provider's magic test number."""
    return sorted(world.settings.owned_numbers) or [ALWAYS_FINE]


def number_of(world: World, sid: str) -> str | None:
    """Return the number with this sid, or None."""
    return next((number for number in numbers(world) if fixed_sid("PN", number) == sid), None)


def number_json(world: World, account: str, number: str) -> dict[str, Any]:
    """Return a number with all its keys."""
    now, sid = date(world.now()), fixed_sid("PN", number)
    return {
        "account_sid": account,
        "address_requirements": "none",
        "address_sid": None,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": None,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "date_created": now,
        "date_updated": now,
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": phone_numbers.formatted(number),
        "identity_sid": None,
        "origin": "twilio",
        "phone_number": number,
        "sid": sid,
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": inbound_messages.webhook(world, number),
        "status": "in-use",
        "status_callback": "",
        "status_callback_method": "POST",
        "trunk_sid": None,
        "type": phone_numbers.look_up(number).line,
        "uri": f"{ACCOUNTS}/{account}/IncomingPhoneNumbers/{sid}.json",
        "voice_application_sid": "",
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": "",
        "voice_method": "POST",
        "voice_receive_mode": "voice",
        "voice_url": "",
    }


@blueprint.get(f"{_NUMBERS}.json")
def list_numbers(account: str) -> ResponseReturnValue:
    """Return the account's numbers, filtered by PhoneNumber (a part of it) and FriendlyName."""
    world, args = entered_world(), request.args
    size, page, token = asked_page()
    wanted, name = args.get("PhoneNumber", ""), args.get("FriendlyName", "")
    found = [
        number
        for number in numbers(world)
        if wanted in number and name in ("", phone_numbers.formatted(number)) and number > token
    ]
    place = Place(request.path, tuple(args.items(multi=True)), size, page, token)
    return jsonify(
        page_json("incoming_phone_numbers", place, found, lambda each: number_json(world, account, each), str)
    )


@blueprint.get(f"{_NUMBERS}/<sid>.json")
def get_number(account: str, sid: str) -> ResponseReturnValue:
    """Return one number."""
    world = entered_world()
    return jsonify(number_json(world, account, _number(world, sid)))


@blueprint.post(f"{_NUMBERS}/<sid>.json")
def change_number(account: str, sid: str) -> ResponseReturnValue:
    """Set SmsUrl, where texts typed to the number are posted."""
    world = entered_world()
    number = _number(world, sid)
    if (url := request.form.get("SmsUrl")) is not None:
        if url and not http_client.is_address(url):
            raise Refusal(21502, url)
        inbound_messages.set_webhook(world, number, url)
    return jsonify(number_json(world, account, number))


def _number(world: World, sid: str) -> str:
    if (number := number_of(world, sid)) is None:
        raise Refusal(20404, request.path)
    return number
