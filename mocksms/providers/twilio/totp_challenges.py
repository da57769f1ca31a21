"""Twilio Verify v2: challenges, answered by a code of a TOTP factor."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio import resources
from mocksms.providers.twilio.access import refused
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.serialization import SERVICES
from mocksms.providers.twilio.totp_factors import (
    common,
    entity_sid,
    found_entity,
    found_factor,
    is_valid_code,
)
from mocksms.store.resources import Resource

CHALLENGE = "challenge"
LIFETIME_SECONDS = 300
blueprint = Blueprint("verify_challenges", __name__, url_prefix=f"{SERVICES}/<service>/Entities")
blueprint.register_error_handler(Refusal, refused)


def challenge_json(world: World, service: str, identity: str, challenge: Resource) -> dict[str, Any]:
    """Return a challenge with all its keys."""
    content, expires = challenge.content, challenge.created_at + LIFETIME_SECONDS
    path = f"{SERVICES}/{service}/Entities/{quote(identity, safe='')}/Challenges/{challenge.sid}"
    responded = content["responded_at"]
    return {
        **common(service, challenge),
        "entity_sid": challenge.parent,
        "identity": identity,
        "factor_sid": content["factor"],
        "date_responded": resources.iso_date(responded) if responded else None,
        "expiration_date": resources.iso_date(expires),
        "status": _status(world, challenge),
        "responded_reason": "",
        "details": {},
        "hidden_details": {},
        "metadata": None,
        "factor_type": "totp",
        "url": resources.address(path),
        "links": {"notifications": resources.address(f"{path}/Notifications")},
    }


def _status(world: World, challenge: Resource) -> str:
    is_over = world.now() >= challenge.created_at + LIFETIME_SECONDS
    return "approved" if challenge.content["responded_at"] else "expired" if is_over else "pending"


@blueprint.post("/<identity>/Challenges")
def create_challenge(service: str, identity: str) -> ResponseReturnValue:
    """Create a challenge for a verified factor: 201. AuthPayload answers it at once: approved or pending."""
    world, form = entered_world(), request.form
    factor = found_factor(world, service, identity, form.get("FactorSid", ""))
    if factor.content["status"] != "verified":
        raise Refusal(60318)
    answers = is_valid_code(world, factor.content, form.get("AuthPayload", ""))
    content = {"factor": factor.sid, "responded_at": world.now() if answers else None}
    made = resources.make(world, "YC", CHALLENGE, content, factor.parent)
    return jsonify(challenge_json(world, service, identity, made)), 201


@blueprint.get("/<identity>/Challenges")
def list_challenges(service: str, identity: str) -> ResponseReturnValue:
    """Return a page of an entity's challenges."""
    world = entered_world()
    entity = found_entity(world, service, identity)

    def as_json(each: Resource) -> dict[str, Any]:
        return challenge_json(world, service, identity, each)

    return jsonify(resources.page(world, "challenges", CHALLENGE, as_json, entity.sid))


@blueprint.get("/<identity>/Challenges/<sid>")
def get_challenge(service: str, identity: str, sid: str) -> ResponseReturnValue:
    """Return one challenge."""
    world = entered_world()
    return jsonify(challenge_json(world, service, identity, _challenge(world, service, identity, sid)))


@blueprint.post("/<identity>/Challenges/<sid>")
def answer_challenge(service: str, identity: str, sid: str) -> ResponseReturnValue:
    """Answer a pending challenge with a code (AuthPayload)."""
    world = entered_world()
    challenge = _challenge(world, service, identity, sid)
    if _status(world, challenge) == "expired":
        raise Refusal(60323)
    factor = found_factor(world, service, identity, challenge.content["factor"])
    if is_valid_code(world, factor.content, request.form.get("AuthPayload", "")):
        resources.change(world, challenge, {"responded_at": world.now()})
    return jsonify(challenge_json(world, service, identity, challenge))


def _challenge(world: World, service: str, identity: str, sid: str) -> Resource:
    return resources.found(world, CHALLENGE, sid, entity_sid(service, identity))
