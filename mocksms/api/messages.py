"""The tester API, `/api/v1`: read messages, wait for them, get codes, delete messages."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from flask import Blueprint, Response, jsonify, request

from mocksms.api import middleware, waiting
from mocksms.api.paths import API
from mocksms.core import checks, deletion, display_names, inbox, phone_numbers
from mocksms.core.codes import pattern
from mocksms.core.models import Event, Filter, Message
from mocksms.core.request_log import without_user
from mocksms.core.worlds import World
from mocksms.errors import Problem

blueprint = Blueprint("api", __name__, url_prefix=API)
MAX_WAIT_SECONDS = 60.0
_FILTERS = frozenset({"channel", "to", "from", "q", "since", "world"})


@lru_cache(maxsize=64)  # a message has few times, each several times
def iso(at: float) -> str:
    """Return a time as ISO 8601 UTC with milliseconds and Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_json(message: Message, world: str) -> dict[str, Any]:
    """Return a message as the API shows it, without its source."""
    return {
        "id": message.id,
        "sid": message.sid,
        "channel": message.channel,
        "world": world,
        "wire": message.wire,
        "direction": message.direction,
        "from": message.sender,
        "to": message.recipient,
        "subject": message.subject,
        "body": message.body,
        "html": message.html,
        "received_at": iso(message.received_at),
        "read_at": None if message.read_at is None else iso(message.read_at),
        "code": message.code,
        "code_reason": message.details.get("code_reason"),
        "links": list(message.links),
        "status": message.status,
        "error_code": message.error_code,
        "history": [{"status": status, "at": iso(at)} for status, at in message.history],
        "segments": message.segments,
        "details": _without_users(message.details),
    }


def _without_users(value: Any) -> Any:
    """Return details with names and passwords in the app's addresses replaced."""
    if isinstance(value, str):
        return without_user(value) if "@" in value else value
    if isinstance(value, dict):
        return {name: _without_users(each) for name, each in value.items()}
    return [_without_users(each) for each in value] if isinstance(value, list) else value


def checked_json(message: Message, world: str) -> dict[str, Any]:
    """Return a single message with its checks, which lists and streams omit because of their cost."""
    return {**as_json(message, world), "checks": [check.as_json() for check in checks.of(message)]}


def event_json(event: Event, world: str) -> dict[str, Any]:
    """Return an event as the stream shows it; `who` is the other side's display name."""
    return {
        "id": event.id, "event": event.kind, "at": iso(event.at), "detail": event.detail,
        "who": display_names.sender(event.message),
        "message": as_json(event.message, world),
    }  # fmt: skip


def number(name: str, default: float | None, low: float, high: float) -> float | None:
    """Return a number of the query string. Raise :class:`Problem`."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,18}(\.\d{1,6})?", text) or not low <= float(text) <= high:
        raise Problem(422, "Bad parameter", f"{name} must be a number from {low:g} to {high:g}", name)
    return float(text)


def whole_number(name: str, default: int | None, low: int, high: int) -> int | None:
    """Return a whole number from the query string. Raise :class:`Problem`."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"\d{1,18}", text) or not low <= int(text) <= high:
        raise Problem(422, "Bad parameter", f"{name} must be a whole number from {low} to {high}", name)
    return int(text)


def message_filter(world: World, *others: str, has_code: bool = False) -> Filter:
    """Return the filter of the query string. Raise :class:`Problem`.

    A name that is neither a filter nor one of `others` is refused: a typing error must not match, or delete,
    everything. So is a `since` ahead of all ids: it is from another world or phone, and nothing would ever match.
    """
    chosen = asked(*others, has_code=has_code)
    if chosen.since and chosen.since > (newest := inbox.last_id(world)):
        raise Problem(409, "Unknown id", f"since is ahead of the newest id of this world, {newest}", "since")
    return chosen


def asked(*others: str, has_code: bool = False) -> Filter:
    """Return the filter of the query string without checking `since`. Raise :class:`Problem`."""
    for name in request.args:
        if name not in _FILTERS and name not in others:
            raise Problem(422, "Bad parameter", f"{name} is not a filter", name)
    region = middleware.settings().region
    channel = request.args.get("channel", "")
    if channel not in ("", "sms", "call", "mail"):
        raise Problem(422, "Bad parameter", "channel must be sms, call or mail", "channel")
    to, sender = request.args.get("to", ""), request.args.get("from", "")
    return Filter(
        channel=channel,
        to=phone_numbers.normalise(to, region) if to else "",
        sender=phone_numbers.normalise(sender, region) if sender else "",
        q=request.args.get("q", "")[:200],
        since=whole_number("since", None, 0, 10**18),
        has_code=has_code,
    )


@blueprint.get("/messages")
def messages() -> Response:
    """Return messages that match, newest first, with a cursor for the next page."""
    limit = whole_number("limit", inbox.PAGE, 1, inbox.NO_MORE_THAN) or inbox.PAGE
    world = middleware.world()
    found = inbox.search(
        world, message_filter(world, "limit", "cursor"), limit, whole_number("cursor", None, 1, 10**18)
    )
    following = str(found[-1].id) if len(found) == limit else None
    return jsonify({"messages": [as_json(message, world.name) for message in found], "next": following})


@blueprint.delete("/messages")
def delete_messages() -> Response:
    """Delete the messages that match, all without filters."""
    world = middleware.world()
    return jsonify({"deleted": deletion.delete(world, message_filter(world))})


@blueprint.get("/messages/<int:message_id>")
def message(message_id: int) -> Response:
    """Return one message, with its checks and its source as text."""
    world = middleware.world()
    found = found_message(message_id)
    source = inbox.raw(world, found.sid)
    raw = source.decode("utf-8", "replace") if source is not None else found.details.get("request")
    return jsonify({**checked_json(found, world.name), "raw": raw})


def found_message(message_id: int) -> Message:
    """Return a message of this world. Raise :class:`Problem`."""
    found = inbox.message(middleware.world(), message_id)
    if found is None:
        raise Problem(404, "No such message", f"There is no message {message_id} in this world", "id")
    return found


def _awaited(world: World, chosen: Filter, seconds: float) -> Message | None:
    """Wait for a message that matches, and in which the query's pattern finds a code. Raise :class:`Problem`."""
    text = request.args.get("pattern")
    try:
        return waiting.awaited(world, chosen, seconds, None if text is None else pattern.read(text))
    except pattern.BadPattern as problem:
        raise Problem(422, "Bad parameter", str(problem), "pattern") from None


@blueprint.get("/messages/wait")
def wait() -> Response:
    """Wait for a message that matches and is newer than `since`: 200, or 204 after `timeout` seconds."""
    timeout = number("timeout", 30.0, 0, MAX_WAIT_SECONDS) or 0.0
    world = middleware.world()
    found = _awaited(world, message_filter(world, "timeout", "pattern"), timeout)
    return Response(status=204) if found is None else jsonify(checked_json(found, world.name))


@blueprint.get("/code")
def code() -> Response:
    """Return the newest code for a number or mailbox as plain text, or as JSON on request.

    Without one, at once or after `wait` seconds, the answer is 204, or 404 with `none=404`. With `new=1` only codes
    that arrive from now on count. With `pattern`, the code is what it finds.
    """
    world, args = middleware.world(), request.args
    if not args.get("to"):
        raise Problem(422, "Bad parameter", "to must name a number or mailbox", "to")
    for name, only in (("new", "1"), ("none", "404")):
        if args.get(name, only) != only:
            raise Problem(422, "Bad parameter", f"{name} can be {only} only", name)
    patience = number("wait", 0.0, 0, MAX_WAIT_SECONDS) or 0.0
    chosen = message_filter(world, "wait", "new", "none", "pattern", has_code="pattern" not in args)
    if "new" in args:
        chosen = chosen._replace(since=max(chosen.since or 0, inbox.last_id(world)))
    found = _awaited(world, chosen, patience)
    headers = {"Vary": "Accept"} if found is None else {"Vary": "Accept", "X-Message-Id": str(found.id)}
    if found is None or found.code is None:
        if "none" in args:
            raise Problem(404, "No code", f"No new code came for {args['to']}", "to")
        return Response(status=204, headers=headers)
    if request.accept_mimetypes.best_match(("text/plain", "application/json")) == "application/json":
        told = {"code": found.code, "id": found.id, "code_reason": found.details.get("code_reason")}
        answer = jsonify({**told, "received_at": iso(found.received_at)})
        answer.headers.update(headers)
        return answer
    return Response(found.code, mimetype="text/plain", headers=headers)
