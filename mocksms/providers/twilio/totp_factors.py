"""Twilio Verify v2: entities with TOTP factors for authenticator apps."""

import base64
import hmac
import re
import secrets
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core.authenticator import Algorithm, BadKey, Entry, clean_key
from mocksms.core.sids import fixed_sid
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import resources, verify_services
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.resources import Member
from mocksms.providers.twilio.serialization import SERVICES
from mocksms.store.resources import Resource

ENTITY, FACTOR = "entity", "factor"
_KEY_BYTES = 20
_ALGORITHMS: dict[str, Algorithm] = {"sha1": "SHA1", "sha256": "SHA256", "sha512": "SHA512"}
_BOUNDS = {"skew": (0, 2), "code_length": (3, 8), "time_step": (20, 60)}
blueprint = Blueprint("verify_factors", __name__, url_prefix=f"{SERVICES}/<service>/Entities")
blueprint.register_error_handler(Refusal, refused)


def entity_sid(service: str, identity: str) -> str:
    """Return the sid of an entity, derived from its identity."""
    return fixed_sid("YE", f"{service}/{identity}")


def _entity(world: World, service: str, identity: str) -> Resource:
    """Return an entity; create it if necessary."""
    if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", identity):
        raise Refusal(60200, "Identity")
    sid = entity_sid(service, identity)
    found = resources.find(world, ENTITY, sid)
    return found or resources.make(world, "YE", ENTITY, {"identity": identity}, service, sid)


def common(service: str, kept: Resource) -> dict[str, Any]:
    """Return the members that all parts of a service have."""
    return {"sid": kept.sid, "account_sid": kept.account, "service_sid": service, **resources.dates(kept)}


def entity_json(service: str, entity: Resource) -> dict[str, Any]:
    """Return an entity with all its keys."""
    path = f"{SERVICES}/{service}/Entities/{quote(entity.content['identity'], safe='')}"
    parts = {"factors": "Factors", "new_factors": "Factors", "challenges": "Challenges"}
    return {
        **common(service, entity),
        "identity": entity.content["identity"],
        "url": resources.address(path),
        "links": {name: resources.address(f"{path}/{part}") for name, part in parts.items()},
    }


@blueprint.post("")
def create_entity(service: str) -> ResponseReturnValue:
    """Create an entity: 201."""
    return jsonify(
        entity_json(service, _entity(entered_world(), service, request.form.get("Identity", "")))
    ), 201


@blueprint.get("")
def list_entities(service: str) -> ResponseReturnValue:
    """Return a page of a service's entities."""
    shown = resources.page(
        entered_world(), "entities", ENTITY, lambda each: entity_json(service, each), service
    )
    return jsonify(shown)


@blueprint.get("/<identity>")
def get_entity(service: str, identity: str) -> ResponseReturnValue:
    """Return one entity."""
    return jsonify(entity_json(service, found_entity(entered_world(), service, identity)))


@blueprint.delete("/<identity>")
def delete_entity(service: str, identity: str) -> ResponseReturnValue:
    """Delete an entity with its factors: 204."""
    world = entered_world()
    resources.remove(world, found_entity(world, service, identity))
    return "", 204


def found_entity(world: World, service: str, identity: str) -> Resource:
    """Return an existing entity. Raise :class:`Refusal` 20404."""
    return resources.found(world, ENTITY, entity_sid(service, identity), service)


# -- factors -------------------------------------------------------------------------------------------------------


def factor_json(service: str, identity: str, factor: Resource) -> dict[str, Any]:
    """Return a factor with all its keys, without its secret."""
    content = factor.content
    path = f"{SERVICES}/{service}/Entities/{quote(identity, safe='')}/Factors/{factor.sid}"
    return {
        **common(service, factor),
        "entity_sid": factor.parent,
        "identity": identity,
        "friendly_name": content["friendly_name"],
        "status": content["status"],
        "factor_type": "totp",
        "config": content["config"],
        "metadata": None,
        "url": resources.address(path),
    }


def _binding(world: World, service: str, factor: Resource) -> dict[str, str]:
    config, secret = factor.content["config"], factor.content["secret"]
    label = f"{factor.content['issuer']}:{factor.content['friendly_name']}"
    query = {
        "secret": secret, "issuer": factor.content["issuer"], "algorithm": _ALGORITHMS[config["alg"]],
        "digits": config["code_length"], "period": config["time_step"],
    }  # fmt: skip
    return {
        "secret": secret,
        "uri": f"otpauth://totp/{quote(label, safe=':')}?{urlencode(query, quote_via=quote)}",
    }


def _config(before: dict[str, Any]) -> dict[str, Any]:
    """Return the factor's config as the form changes it."""
    members = {
        "alg": Member("Config.Alg", "sha1"), "skew": Member("Config.Skew", 1),
        "code_length": Member("Config.CodeLength", 6), "time_step": Member("Config.TimeStep", 30),
    }  # fmt: skip
    config = {**before, **resources.given(members)}
    if config["alg"] not in _ALGORITHMS:
        raise Refusal(60200, "Config.Alg")
    for name, (low, high) in _BOUNDS.items():
        if not low <= config[name] <= high:
            raise Refusal(60200, members[name].field)
    return config


@blueprint.post("/<identity>/Factors")
def create_factor(service: str, identity: str) -> ResponseReturnValue:
    """Create a TOTP factor, with its otpauth: address: 201."""
    world, form = entered_world(), request.form
    if form.get("FactorType") != "totp":
        raise Refusal(60200, "FactorType")
    if not form.get("FriendlyName"):
        raise Refusal(60200, "FriendlyName")
    made_service = resources.find(world, verify_services.SERVICE, service)
    totp = made_service.content["totp"] if made_service else resources.defaults(verify_services.TOTP_MEMBERS)
    try:
        secret = clean_key(
            form.get("Binding.Secret") or base64.b32encode(secrets.token_bytes(_KEY_BYTES)).decode()
        )
    except BadKey:
        raise Refusal(60200, "Binding.Secret") from None
    content = {
        "friendly_name": form["FriendlyName"],
        "issuer": totp["issuer"] or "Verify",
        "secret": secret,
        "status": "unverified",
        "config": _config({"alg": "sha1", **{name: totp[name] for name in _BOUNDS}}),
    }
    entity = _entity(world, service, identity)
    factor = resources.make(world, "YF", FACTOR, content, entity.sid)
    shown = {"binding": _binding(world, service, factor), "options": None}
    return jsonify({**factor_json(service, identity, factor), **shown}), 201


@blueprint.get("/<identity>/Factors")
def list_factors(service: str, identity: str) -> ResponseReturnValue:
    """Return a page of an entity's factors."""
    world = entered_world()
    entity = found_entity(world, service, identity)
    shown = resources.page(
        world, "factors", FACTOR, lambda each: factor_json(service, identity, each), entity.sid
    )
    return jsonify(shown)


@blueprint.get("/<identity>/Factors/<sid>")
def get_factor(service: str, identity: str, sid: str) -> ResponseReturnValue:
    """Return one factor."""
    return jsonify(factor_json(service, identity, found_factor(entered_world(), service, identity, sid)))


@blueprint.post("/<identity>/Factors/<sid>")
def change_factor(service: str, identity: str, sid: str) -> ResponseReturnValue:
    """Change a factor, or verify it by a code (AuthPayload); a wrong code leaves it unverified."""
    world = entered_world()
    factor = found_factor(world, service, identity, sid)
    content = {**factor.content, "config": _config(factor.content["config"])}
    content["friendly_name"] = request.form.get("FriendlyName") or content["friendly_name"]
    if is_valid_code(world, content, request.form.get("AuthPayload", "")):
        content["status"] = "verified"
    resources.change(world, factor, content)
    return jsonify(factor_json(service, identity, factor))


@blueprint.delete("/<identity>/Factors/<sid>")
def delete_factor(service: str, identity: str, sid: str) -> ResponseReturnValue:
    """Delete a factor: 204."""
    world = entered_world()
    resources.remove(world, found_factor(world, service, identity, sid))
    return "", 204


def found_factor(world: World, service: str, identity: str, sid: str) -> Resource:
    """Return a factor of an entity. Raise :class:`Refusal` 20404."""
    return resources.found(world, FACTOR, sid, entity_sid(service, identity))


def is_valid_code(world: World, content: dict[str, Any], code: str) -> bool:
    """Return whether this is the current code, or one within the skew (steps before or after)."""
    config = content["config"]
    step, algorithm = config["time_step"], _ALGORITHMS[config["alg"]]
    entry = Entry(0, "", "", "", content["secret"], config["code_length"], step, algorithm)
    skew, now = config["skew"], world.now()
    codes = [entry.code(now + step * steps) for steps in range(-skew, skew + 1)]
    return any(hmac.compare_digest(each.encode(), code.encode()) for each in codes)
