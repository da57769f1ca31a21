"""Resources of Twilio's newer APIs (v1, v2): stored as sent, dates in ISO 8601, lists with `meta`."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from mocksms import store
from mocksms.core.sids import new_sid
from mocksms.core.worlds import World
from mocksms.providers.interface import world as entered_world
from mocksms.providers.twilio.access import credentials
from mocksms.providers.twilio.errors import Refusal
from mocksms.providers.twilio.serialization import asked_page
from mocksms.store.resources import Resource

TRUE, FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})


class Member(NamedTuple):
    """A member of a resource: the form field that sets it, and its default."""

    field: str
    default: str | int | bool | None


Members = Mapping[str, Member]


def iso_date(at: float) -> str:
    """Return a time in the form of these APIs."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def dates(resource: Resource) -> dict[str, str]:
    """Return when a resource was created and changed."""
    return {"date_created": iso_date(resource.created_at), "date_updated": iso_date(resource.updated_at)}


def address(path: str) -> str:
    """Return the absolute address of a path of this phone."""
    return request.host_url.rstrip("/") + path


def _value(member: Member, text: str) -> str | int | bool:
    if isinstance(member.default, bool):
        if text.lower() not in TRUE | FALSE:
            raise Refusal(20001, member.field)
        return text.lower() in TRUE
    if isinstance(member.default, int):
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise Refusal(20001, member.field)
        return int(text)
    return text


def given(members: Members) -> dict[str, Any]:
    """Return the members that the form sets. Raise :class:`Refusal` 20001."""
    form = request.form
    return {name: _value(each, form[each.field]) for name, each in members.items() if each.field in form}


def defaults(members: Members) -> dict[str, Any]:
    """Return the members' defaults."""
    return {name: each.default for name, each in members.items()}


def make(
    world: World, prefix: str, kind: str, content: dict[str, Any], parent: str = "", sid: str = ""
) -> Resource:
    """Save a new resource of the current account."""
    now = world.now()
    made = Resource(sid or new_sid(prefix), kind, credentials()[0], parent, content, now, now)
    with world.store.writing() as db:
        store.resources.put(db, made)
    return made


def change(world: World, resource: Resource, content: Mapping[str, Any]) -> None:
    """Save the changed members of a resource."""
    resource.content |= content
    resource.updated_at = world.now()
    with world.store.writing() as db:
        store.resources.put(db, resource)


def find(world: World, kind: str, sid: str) -> Resource | None:
    """Return the resource with this sid, or None; other accounts' are hidden if MOCKSMS_ACCOUNTS is set."""
    with world.store.reading() as db:
        found = store.resources.find(db, kind, sid)
    return found if found is not None and _is_seen(world, found) else None


def found(world: World, kind: str, sid: str, parent: str = "") -> Resource:
    """Return the resource with this sid. Raise :class:`Refusal` 20404."""
    resource = find(world, kind, sid)
    if resource is None or resource.parent != parent:
        raise Refusal(20404, request.path)
    return resource


def list_all(world: World, kind: str, parent: str = "") -> list[Resource]:
    """Return a parent's resources of a kind, oldest first."""
    with world.store.reading() as db:
        return store.resources.listed(db, kind, parent)


def remove(world: World, resource: Resource) -> None:
    """Delete a resource and its children."""
    with world.store.writing() as db:
        store.resources.remove(db, resource.sid)


def _is_seen(world: World, resource: Resource) -> bool:
    return not world.settings.accounts or resource.account == credentials()[0]


def page(
    world: World, key: str, kind: str, as_json: Callable[[Resource], dict[str, Any]], parent: str = ""
) -> dict[str, Any]:
    """Return a page of a parent's resources, oldest first."""
    size, number, token = asked_page()
    if not re.fullmatch(r"[0-9]{0,18}", token):
        raise Refusal(20001, "PageToken")
    with world.store.reading() as db:
        rows = store.resources.listed(db, kind, parent, int(token or 0), size + 1)
    shown = rows[:size]
    following = str(shown[-1].id) if len(rows) > size else ""
    return page_of(key, [as_json(each) for each in shown if _is_seen(world, each)], number, size, following)


def page_of(key: str, shown: Iterable[Any], number: int, size: int, following: str = "") -> dict[str, Any]:
    """Return a page with its `meta`; `following` is the token of the next one."""

    def place(of: int, token: str = "") -> str:
        kept = [
            (name, value) for name, value in request.args.items(multi=True) if not name.startswith("Page")
        ]
        kept += [("PageSize", str(size)), ("Page", str(of)), *([("PageToken", token)] if token else [])]
        return address(f"{request.path}?{urlencode(kept)}")

    return {
        key: list(shown),
        "meta": {
            "key": key,
            "page": number,
            "page_size": size,
            "url": place(number, request.args.get("PageToken", "")),
            "first_page_url": place(0),
            "next_page_url": place(number + 1, following) if following else None,
            "previous_page_url": place(0) if number else None,
        },
    }


def add_service_routes(
    blueprint: Blueprint, kind: str, as_json: Callable[[Resource], dict[str, Any]]
) -> None:
    """Add the routes that list, read and delete an app's services of a kind."""

    def listed() -> ResponseReturnValue:
        return jsonify(page(entered_world(), "services", kind, as_json))

    def read(service: str) -> ResponseReturnValue:
        return jsonify(as_json(found(entered_world(), kind, service)))

    def delete(service: str) -> ResponseReturnValue:
        world = entered_world()
        remove(world, found(world, kind, service))
        return "", 204

    blueprint.get("")(listed)
    blueprint.get("/<service>")(read)
    blueprint.delete("/<service>")(delete)
