"""Twilio Messaging Services v1: an app creates them, adds senders, and sends by MessagingServiceSid."""

import re
from typing import Any, NamedTuple

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core import phone_numbers
from mocksms.core.worlds import World
from mocksms.delivery import http_client, inbound_messages
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import account_resources, resources
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.resources import Member
from mocksms.store.resources import Resource

MESSAGING = "/v1/Services"
SERVICE = "messaging_service"
ALPHA = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}")
blueprint = Blueprint("messaging", __name__, url_prefix=MESSAGING)
blueprint.register_error_handler(Refusal, refused)
MEMBERS = {
    "friendly_name": Member("FriendlyName", ""),
    "inbound_request_url": Member("InboundRequestUrl", None),
    "inbound_method": Member("InboundMethod", "POST"),
    "fallback_url": Member("FallbackUrl", None),
    "fallback_method": Member("FallbackMethod", "POST"),
    "status_callback": Member("StatusCallback", None),
    "sticky_sender": Member("StickySender", True),
    "mms_converter": Member("MmsConverter", True),
    "smart_encoding": Member("SmartEncoding", True),
    "scan_message_content": Member("ScanMessageContent", "inherit"),
    "fallback_to_long_code": Member("FallbackToLongCode", False),
    "area_code_geomatch": Member("AreaCodeGeomatch", True),
    "synchronous_validation": Member("SynchronousValidation", False),
    "validity_period": Member("ValidityPeriod", 36_000),
    "usecase": Member("Usecase", "undeclared"),
    "use_inbound_webhook_on_number": Member("UseInboundWebhookOnNumber", False),
}
_ADDRESSES = ("inbound_request_url", "fallback_url", "status_callback")
_LINKS = {
    "phone_numbers": "PhoneNumbers", "short_codes": "ShortCodes", "alpha_senders": "AlphaSenders",
}  # fmt: skip


def service_json(service: Resource) -> dict[str, Any]:
    """Return a service with all its keys."""
    path = f"{MESSAGING}/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": service.account,
        **service.content,
        **resources.dates(service),
        "us_app_to_person_registered": False,
        "url": resources.address(path),
        "links": {name: resources.address(f"{path}/{part}") for name, part in _LINKS.items()},
    }


resources.add_service_routes(blueprint, SERVICE, service_json)


def _given() -> dict[str, Any]:
    content = resources.given(MEMBERS)
    if unread := [
        name for name in _ADDRESSES if content.get(name) and not http_client.is_address(content[name])
    ]:
        raise Refusal(20001, MEMBERS[unread[0]].field)
    return content


@blueprint.post("")
def create_service() -> ResponseReturnValue:
    """Create a service: 201."""
    content = _given()
    if not content.get("friendly_name"):
        raise Refusal(20001, "FriendlyName")
    world = entered_world()
    made = resources.make(world, "MG", SERVICE, {**resources.defaults(MEMBERS), **content})
    _hand_texts_over(world, made)
    return jsonify(service_json(made)), 201


@blueprint.post("/<service>")
def change_service(service: str) -> ResponseReturnValue:
    """Change a service."""
    world = entered_world()
    kept = resources.found(world, SERVICE, service)
    resources.change(world, kept, _given())
    _hand_texts_over(world, kept)
    return jsonify(service_json(kept))


# -- senders -------------------------------------------------------------------------------------------------------


class _Kind(NamedTuple):
    """A kind of sender: its path segment, the key of its list, and the member that holds its name."""

    kind: str
    key: str
    member: str


KINDS = {
    "PhoneNumbers": _Kind("service_number", "phone_numbers", "phone_number"),
    "AlphaSenders": _Kind("service_alpha", "alpha_senders", "alpha_sender"),
    "ShortCodes": _Kind("service_short", "short_codes", "short_code"),
}
_PATH = f"/<service>/<any({', '.join(KINDS)}):collection>"


def senders(world: World, service: str) -> list[str]:
    """Return the numbers and names that a service sends from, numbers first."""
    return [
        each.content[kind.member]
        for kind in KINDS.values()
        for each in resources.list_all(world, kind.kind, service)
    ]


def sender_json(sender: Resource) -> dict[str, Any]:
    """Return a sender with all its keys."""
    collection = next(path for path, kind in KINDS.items() if kind.kind == sender.kind)
    return {
        "sid": sender.sid,
        "account_sid": sender.account,
        "service_sid": sender.parent,
        **resources.dates(sender),
        **sender.content,
        "url": resources.address(f"{MESSAGING}/{sender.parent}/{collection}/{sender.sid}"),
    }


@blueprint.post(_PATH)
def create_sender(service: str, collection: str) -> ResponseReturnValue:
    """Add a sender to a service: 201."""
    world, kind = entered_world(), KINDS[collection]
    kept = resources.found(world, SERVICE, service)
    if collection == "PhoneNumbers":
        made = _add_number(world, kept, kind)
    elif collection == "AlphaSenders":
        made = _add_name(world, kept, kind)
    else:
        raise Refusal(20404, request.path)  # there are no short codes here: the provider leases them manually
    _hand_texts_over(world, kept)
    return jsonify(sender_json(made)), 201


def _add_number(world: World, service: Resource, kind: _Kind) -> Resource:
    sid = request.form.get("PhoneNumberSid", "")
    if (number := account_resources.number_of(world, sid)) is None:
        raise Refusal(20404, sid)
    if (other := resources.find(world, kind.kind, sid)) is not None:
        raise Refusal(21710 if other.parent == service.sid else 21712)
    content = {
        kind.member: number,
        "country_code": phone_numbers.look_up(number).country or "US",
        "capabilities": ["Voice", "SMS", "MMS"],
    }
    return resources.make(world, "PN", kind.kind, content, service.sid, sid)


def _add_name(world: World, service: Resource, kind: _Kind) -> Resource:
    name = request.form.get("AlphaSender", "")
    if not ALPHA.fullmatch(name):
        raise Refusal(21709)
    if name in senders(world, service.sid):
        raise Refusal(21710)
    return resources.make(world, "AI", kind.kind, {kind.member: name, "capabilities": ["SMS"]}, service.sid)


@blueprint.get(_PATH)
def list_senders(service: str, collection: str) -> ResponseReturnValue:
    """Return a page of a service's senders of one kind."""
    world, kind = entered_world(), KINDS[collection]
    kept = resources.found(world, SERVICE, service)
    return jsonify(resources.page(world, kind.key, kind.kind, sender_json, kept.sid))


@blueprint.get(f"{_PATH}/<sid>")
def get_sender(service: str, collection: str, sid: str) -> ResponseReturnValue:
    """Return one sender."""
    return jsonify(sender_json(resources.found(entered_world(), KINDS[collection].kind, sid, service)))


@blueprint.delete(f"{_PATH}/<sid>")
def delete_sender(service: str, collection: str, sid: str) -> ResponseReturnValue:
    """Remove a sender from a service: 204."""
    world = entered_world()
    resources.remove(world, resources.found(world, KINDS[collection].kind, sid, service))
    return "", 204


# -- sending -------------------------------------------------------------------------------------------------------


def of_message(world: World, sid: str) -> Resource:
    """Return the service of a message. Its first use creates it, unless MOCKSMS_ACCOUNTS is set.

    Raise :class:`Refusal` 21705 for an invalid sid, 21701 for an unknown service.
    """
    if not re.fullmatch(r"MG[A-Za-z0-9_-]{1,62}", sid):
        raise Refusal(21705)
    found = resources.find(world, SERVICE, sid)
    if found is None and not world.settings.accounts:
        content = {**resources.defaults(MEMBERS), "friendly_name": sid}
        found = resources.make(world, "MG", SERVICE, content, sid=sid)
    if found is None:
        raise Refusal(21701, sid)
    return found


def sender_of(world: World, service: Resource) -> str:
    """Return the number or name that a service sends from, or its own sid. Raise :class:`Refusal` 21704."""
    pool = senders(world, service.sid)
    if not pool and world.settings.accounts:
        raise Refusal(21704)
    return pool[0] if pool else service.sid


def _hand_texts_over(world: World, service: Resource) -> None:
    """Post texts to the service's senders to its address."""
    url = service.content["inbound_request_url"]
    if url and not service.content["use_inbound_webhook_on_number"]:
        for sender in (service.sid, *senders(world, service.sid)):
            inbound_messages.set_webhook(world, sender, url)
