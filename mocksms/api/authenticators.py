"""The tester API's authenticator app: accounts by key, address or picture, and their codes by the world's clock."""

import base64
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mocksms.api import middleware, waiting
from mocksms.api.control import json_object, text_of
from mocksms.api.messages import number
from mocksms.api.paths import API
from mocksms.core import authenticator, fresh_codes, phone_numbers
from mocksms.core.authenticator import BadKey, Entry
from mocksms.errors import Problem

blueprint = Blueprint("api_authenticators", __name__, url_prefix=API)
KEYS = ("key", "uri", "picture")
MEMBERS = frozenset({*KEYS, "handset", "name", "issuer"})
LONGEST_PICTURE = 14_000_000
LONGEST_PERIOD = 300
PATIENCE_SECONDS = 30.0
_REASONS = {
    "empty": "it is empty",
    "not_base32": "it is no base32: letters A to Z and digits 2 to 7",
    "too_short": "it is too short: at least 80 bits",
    "not_totp": "it is no otpauth://totp/ address",
    "bad_parameters": "its digits, period or algorithm cannot be used",
    "no_qr": "no QR code is in the picture",
    "not_a_picture": "it is no picture that can be read",
}


def as_json(entry: Entry) -> dict[str, Any]:
    """Return an account as the API shows it, without its key."""
    return {
        "id": entry.id,
        "handset": entry.handset,
        "issuer": entry.issuer,
        "name": entry.name,
        "digits": entry.digits,
        "period": entry.period,
        "algorithm": entry.algorithm,
    }


@blueprint.post("/authenticators")
def add_authenticator() -> tuple[Response, int]:
    """Add an account by one of `key`, `uri` and `picture` (base64); `handset` is the number whose app shows it."""
    body = json_object()
    if unknown := sorted(set(body) - MEMBERS):
        raise Problem(422, "Bad body", f"{unknown[0]} is not a part of an account", unknown[0])
    given = [name for name in KEYS if name in body]
    if len(given) != 1:
        raise Problem(422, "Bad body", "give one of key, uri and picture", "key")
    handset = _handset(body)
    issuer, name = (text_of(body, part, 120, needed=False) for part in ("issuer", "name"))
    try:
        entry = authenticator.add(middleware.world(), handset, _secret(body, given[0]), name, issuer)
    except BadKey as bad:
        raise Problem(422, "Bad body", f"{given[0]}: {_REASONS[bad.reason]}", given[0]) from None
    return jsonify(as_json(entry)), 201


def _handset(body: dict[str, Any]) -> str:
    text = text_of(body, "handset", 40, needed=False)
    address = phone_numbers.normalise(text, middleware.settings().region) if text else ""
    if text and not phone_numbers.is_e164(address):
        raise Problem(422, "Bad body", "handset must be a number", "handset")
    return address


def _secret(body: dict[str, Any], given: str) -> str:
    """Return the key or its address. Raise :class:`Problem` and :class:`BadKey`."""
    text = text_of(body, given, LONGEST_PICTURE if given == "picture" else 2000)
    if given == "picture":
        try:
            picture = base64.b64decode(text, validate=True)
        except ValueError:  # signs that are not base64, or not even ASCII
            raise Problem(422, "Bad body", "picture must be base64", given) from None
        return authenticator.read_qr(picture)
    is_address = text.strip().lower().startswith("otpauth:")
    if is_address != (given == "uri"):
        raise BadKey("not_totp" if given == "uri" else "not_base32")
    return text


@blueprint.get("/authenticators")
def list_authenticators() -> Response:
    """Return the accounts of this world's authenticators, oldest first."""
    return jsonify({"authenticators": [as_json(each) for each in fresh_codes.entries(middleware.world())]})


@blueprint.delete("/authenticators/<int:entry_id>")
def delete_authenticator(entry_id: int) -> Response:
    """Remove an account from the app."""
    entry = _entry(entry_id)
    authenticator.remove(middleware.world(), entry.handset, entry.id)
    return Response(status=204)


@blueprint.get("/authenticators/<int:entry_id>/code")
def authenticator_code(entry_id: int) -> Response:
    """Return the code of an account as plain text, or as JSON on request.

    With `fresh`, wait for one that was not returned before and stays valid for that many seconds; 204 when there is
    none within 30 seconds.
    """
    world, entry = middleware.world(), _entry(entry_id)
    fresh = number("fresh", None, 0, LONGEST_PERIOD)
    if fresh is None:
        now = world.now()
        found: tuple[str, float] | None = (entry.code(now), entry.seconds_left(now))
    elif fresh >= entry.period:
        raise Problem(
            422, "Bad parameter", f"fresh must be under the period, {entry.period} seconds", "fresh"
        )
    else:
        with waiting.places().in_thread():
            found = fresh_codes.fresh_code(world, entry, fresh, PATIENCE_SECONDS)
    if found is None:
        return Response(status=204)
    code, left = found
    headers = {"X-Seconds-Left": f"{left:.1f}", "Vary": "Accept"}
    if request.accept_mimetypes.best_match(("text/plain", "application/json")) == "application/json":
        answer = jsonify({"code": code, "seconds_left": round(left, 1)})
        answer.headers.update(headers)
        return answer
    return Response(code, mimetype="text/plain", headers=headers)


def _entry(entry_id: int) -> Entry:
    found = fresh_codes.find(middleware.world(), entry_id)
    if found is None:
        raise Problem(404, "No such account", f"There is no authenticator {entry_id} in this world", "id")
    return found
