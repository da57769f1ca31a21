"""The tester API for messages on no handset: those that did not arrive, and the proof that none came."""

from flask import Blueprint, Response, jsonify, request

from mocksms.api import middleware, waiting
from mocksms.api.messages import MAX_WAIT_SECONDS, as_json, iso, message_filter, number
from mocksms.api.paths import API
from mocksms.core import absence
from mocksms.core.models import Message
from mocksms.errors import Problem

blueprint = Blueprint("api_absence", __name__, url_prefix=API)
CAME, COMING = "A message came", "A message is to come"


@blueprint.get("/messages/not-arrived")
def not_arrived() -> Response:
    """Return the messages that are on no handset: undelivered, or held back until `due_at` by the world's clock."""
    world = middleware.world()
    for name in request.args:
        if name not in ("to", "world"):
            raise Problem(422, "Bad parameter", f"{name} is not a filter", name)
    found = absence.not_arrived(world, message_filter(world).to)
    return jsonify({"messages": [{**as_json(each, world.name), "due_at": _due(each)} for each in found]})


def _due(message: Message) -> str | None:
    return None if message.due_at is None else iso(message.due_at)


@blueprint.get("/messages/expect-none")
def expect_none() -> Response:
    """Wait for `seconds` of the world's clock: 200 when nothing for `to` came or is held back until then, else 409."""
    world = middleware.world()
    if not request.args.get("to"):
        raise Problem(422, "Bad parameter", "to must name a number or mailbox", "to")
    seconds = number("seconds", 0.0, 0, MAX_WAIT_SECONDS) or 0.0
    chosen = message_filter(world, "seconds")
    with waiting.places().in_thread():
        found = absence.wait_for_none(world, chosen, seconds)
    if found is None and world.hub.closed:
        raise Problem(503, "The phone is stopping", "Nobody knows what would have come.")
    if found is None:
        return jsonify({"to": request.args["to"], "seconds": seconds})
    words = " ".join((found.subject or found.body).split())[:100]
    if found.id > 0:
        raise Problem(
            409, CAME, f"Message {found.id} came, {found.channel} to {found.recipient}: {words}", "to"
        )
    raise Problem(
        409,
        COMING,
        f"A message is to come, {found.channel} to {found.recipient}, due at {_due(found)}: {words}",
        "to",
    )
