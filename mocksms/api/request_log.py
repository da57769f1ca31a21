"""The tester API's log of requests that senders made to the providers, accepted or refused."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from mocksms.api import middleware
from mocksms.api.messages import iso, whole_number
from mocksms.api.paths import API
from mocksms.core import inbox, phone_numbers
from mocksms.errors import Problem
from mocksms.store.requests import MOST_KEPT, LoggedRequest, Wanted

blueprint = Blueprint("api_request_log", __name__, url_prefix=API)
PARAMETERS = frozenset({"wire", "to", "verdict", "since", "limit", "cursor", "world"})
VERDICTS = {"": None, "accepted": True, "refused": False}


def as_json(found: LoggedRequest, world: str) -> dict[str, Any]:
    """Return a request as the API shows it."""
    return {
        "id": found.id,
        "at": iso(found.at),
        "world": world,
        "chosen_by": found.chosen_by,
        "wire": found.wire,
        "method": found.method,
        "path": found.path,
        "to": found.recipient,
        "verdict": "accepted" if found.is_accepted else "refused",
        "status": found.status,
        "reason": found.reason,
        "sid": found.sid or None,
        "message": found.message,
        "headers": dict(line.split(": ", 1) for line in found.headers.split("\n") if line),
        "body": found.body,
        "answer": found.answer,
    }


@blueprint.get("/requests")
def requests() -> Response:
    """Return the requests that match, newest first, with a cursor for the next page."""
    for name in request.args:
        if name not in PARAMETERS:
            raise Problem(422, "Bad parameter", f"{name} is not a filter", name)
    verdict = request.args.get("verdict", "")
    if verdict not in VERDICTS:
        raise Problem(422, "Bad parameter", "verdict must be accepted or refused", "verdict")
    to = request.args.get("to", "")
    wanted = Wanted(
        wire=request.args.get("wire", ""),
        to=phone_numbers.normalise(to, middleware.settings().region) if to else "",
        is_accepted=VERDICTS[verdict],
        since=whole_number("since", None, 0, 10**18),
    )
    limit = whole_number("limit", inbox.PAGE, 1, MOST_KEPT) or inbox.PAGE
    world = middleware.world()
    found = world.request_log.newest(wanted, limit, whole_number("cursor", None, 1, 10**18))
    following = str(found[-1].id) if len(found) == limit else None
    return jsonify({"requests": [as_json(each, world.name) for each in found], "next": following})
