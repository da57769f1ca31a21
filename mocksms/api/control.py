"""The tester API's controls: faults, calls, replies, worlds, clock and reset."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from mocksms.api import middleware
from mocksms.api.messages import as_json, iso
from mocksms.api.paths import API
from mocksms.core import calls, faults, inbox, phone_numbers
from mocksms.core.world_names import DEFAULT, account_sid
from mocksms.delivery import inbound_messages, scheduler
from mocksms.errors import Problem

blueprint = Blueprint("api_control", __name__, url_prefix=API)
MOST_CLOCK_SECONDS = 10 * 365 * 86400


def _json() -> object:
    """Return the body as JSON; None for anything else or for too deep nesting."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def json_object() -> dict[str, Any]:
    """Return the body, a JSON object. Raise :class:`Problem`."""
    body = _json()
    if not isinstance(body, dict):
        raise Problem(422, "Bad body", "the body must be a JSON object", "body")
    return body


def text_of(body: dict[str, Any], name: str, longest: int, needed: bool = True) -> str:
    """Return a text field of the body. Raise :class:`Problem`."""
    text = body.get(name, "")
    if not isinstance(text, str) or len(text) > longest or (needed and not text.strip()):
        raise Problem(422, "Bad body", f"{name} must be a text of 1 to {longest} characters", name)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Problem(422, "Bad body", f"{name} has half a character in it", name) from None
    return text


@blueprint.get("/openapi.json")
def describe() -> Response:
    """Return the OpenAPI description."""
    from mocksms.api import openapi  # late: most phones are never asked for it

    return jsonify(openapi.description())


@blueprint.post("/reset")
def reset() -> Response:
    """Reset this world."""
    inbox.reset(middleware.world())
    return Response(status=204)


@blueprint.get("/clock")
def clock() -> Response:
    """Return the phone's time and how many seconds it is ahead of real time."""
    world = middleware.world()
    return jsonify({"now": iso(world.now()), "offset": world.offset()})


@blueprint.put("/clock")
def set_clock() -> Response:
    """Set the phone's clock to real time plus `offset` seconds; run what is due by then."""
    offset = json_object().get("offset")
    if (
        isinstance(offset, bool)
        or not isinstance(offset, int | float)
        or not abs(offset) <= MOST_CLOCK_SECONDS
    ):
        raise Problem(422, "Bad body", "offset must be a number of seconds, at most ten years", "offset")
    world = middleware.world()
    world.set_offset(float(offset))
    scheduler.deliver_due(world)
    return clock()


@blueprint.get("/faults")
def list_faults() -> Response:
    """Return the faults that are set, with the times they still apply and have applied."""
    return jsonify({"faults": [rule.as_json() for rule in faults.rules(middleware.world())]})


@blueprint.post("/faults")
def add_fault() -> tuple[Response, int]:
    """Set a fault; see :mod:`mocksms.core.faults`."""
    rule = faults.parse(_json(), middleware.settings().region)
    return jsonify(faults.add(middleware.world(), rule).as_json()), 201


@blueprint.delete("/faults")
def delete_faults() -> Response:
    """Clear all faults."""
    return jsonify({"deleted": faults.remove(middleware.world())})


@blueprint.delete("/faults/<int:rule_id>")
def delete_fault(rule_id: int) -> Response:
    """Clear one fault."""
    if not faults.remove(middleware.world(), rule_id):
        raise Problem(404, "No such fault", f"There is no fault {rule_id} in this world", "id")
    return Response(status=204)


@blueprint.post("/replies")
def reply() -> tuple[Response, int]:
    """Send a text typed on a handset (`from`) to a number (`to`)."""
    body, region = json_object(), middleware.settings().region
    sides = [phone_numbers.normalise(text_of(body, name, 40), region) for name in ("from", "to")]
    if not phone_numbers.is_e164(sides[0]):
        raise Problem(422, "Bad body", "from must be a handset's number", "from")
    world = middleware.world()
    sent = inbound_messages.send(world, sides[0], sides[1], text_of(body, "body", 1600))
    return jsonify(as_json(sent, world.name)), 201


@blueprint.put("/numbers/<number>")
def set_number(number: str) -> Response:
    """Set where texts typed to this number are posted (`sms_url`, "" for nowhere)."""
    address = phone_numbers.normalise(number, middleware.settings().region)
    if not phone_numbers.is_e164(address):
        raise Problem(422, "Bad path", "the path must name a number", "number")
    url = text_of(json_object(), "sms_url", 2000, needed=False)
    inbound_messages.set_webhook(middleware.world(), address, url)
    return jsonify({"number": address, "sms_url": url})


@blueprint.get("/worlds")
def list_worlds() -> Response:
    """Return the worlds, each with the AccountSid that chooses it."""
    return jsonify({"worlds": [_world_json(name) for name in middleware.worlds().names()]})


def _world_json(name: str) -> dict[str, str]:
    return {"name": name, "account_sid": account_sid(name)}


@blueprint.put("/worlds/<name>")
def make_world(name: str) -> tuple[Response, int]:
    """Create a world if it doesn't exist: 201, else 200."""
    _, is_new = middleware.worlds().make(name)
    return jsonify(_world_json(name)), 201 if is_new else 200


@blueprint.get("/worlds/<name>")
def get_world(name: str) -> Response:
    """Return a world, or 404 with similar names."""
    return jsonify(_world_json(middleware.worlds().get(name).name))


@blueprint.delete("/worlds/<name>")
def delete_world(name: str) -> Response:
    """Delete a world and all in it; the default one can only be reset."""
    if name == DEFAULT:
        raise Problem(409, "The default world stays", "Reset it instead: POST reset", "name")
    worlds = middleware.worlds()
    worlds.get(name)  # or 404 with the nearest names
    if not worlds.delete(name):
        raise Problem(404, "No such world", "Somebody was faster", "name")
    return Response(status=204)


@blueprint.post("/calls/<int:call_id>/<any(answer, decline, hangup, digits):action>")
def drive_call(call_id: int, action: str) -> Response:
    """Answer, decline or end a call, or press keys (`digits`); 409 when the call's state doesn't allow it."""
    world = middleware.world()
    try:
        if action == "digits":
            digits = text_of(json_object(), "digits", 32)
            if not set(digits) <= set("0123456789*#"):
                raise Problem(422, "Bad body", "digits are 0 to 9, * and #", "digits")
            call = calls.digits(world, call_id, digits)
        else:
            call = {"answer": calls.answer, "decline": calls.decline, "hangup": calls.hangup}[action](
                world, call_id
            )
    except calls.NoSuchCall:
        raise Problem(404, "No such call", f"There is no call {call_id} in this world", "id") from None
    except calls.WrongState as error:
        raise Problem(409, "The call cannot do that now", f"It is {error}", "id") from None
    return jsonify(as_json(call, world.name))
