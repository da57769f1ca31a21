"""The tester API's leases: numbers and mailboxes reserved for a world."""

from typing import Any, cast

from flask import Blueprint, Response, jsonify

from mocksms.api import middleware
from mocksms.api.control import json_object, text_of
from mocksms.api.messages import iso
from mocksms.api.paths import API
from mocksms.core.leases import NoSuchNumbers
from mocksms.errors import Problem
from mocksms.store.leases import Lease, LeaseKind

blueprint = Blueprint("api_leases", __name__, url_prefix=API)
MEMBERS = frozenset({"kind", "country", "world"})


def as_json(lease: Lease) -> dict[str, Any]:
    """Return a lease as the API shows it."""
    return {
        "id": lease.id,
        "kind": lease.kind,
        "address": lease.address,
        "country": lease.country,
        "world": lease.world,
        "made_at": iso(lease.made_at),
    }


@blueprint.post("/leases")
def make_lease() -> tuple[Response, int]:
    """Lease an address to a world: `kind` is number or mailbox, `country` that of the number (two letters)."""
    body = json_object()
    if unknown := sorted(set(body) - MEMBERS):
        raise Problem(422, "Bad body", f"{unknown[0]} is not a part of a lease", unknown[0])
    kind = text_of(body, "kind", 10)
    if kind not in ("number", "mailbox"):
        raise Problem(422, "Bad body", "kind must be number or mailbox", "kind")
    worlds = middleware.worlds()
    world = worlds.get(text_of(body, "world", 64)) if "world" in body else middleware.world()
    country = text_of(body, "country", 2).upper() if "country" in body else worlds.settings.region
    try:
        lease = worlds.leases.make(cast(LeaseKind, kind), country, world.store)
    except NoSuchNumbers:
        raise Problem(422, "Bad body", f"there are no mobile numbers of {country}", "country") from None
    return jsonify(as_json(lease)), 201


@blueprint.get("/leases")
def list_leases() -> Response:
    """Return the leases of this world, oldest first."""
    leases = middleware.worlds().leases.of_world(middleware.world().store)
    return jsonify({"leases": [as_json(lease) for lease in leases]})


@blueprint.delete("/leases")
def end_leases() -> Response:
    """End all leases of this world."""
    return jsonify({"deleted": middleware.worlds().leases.end(middleware.world().store)})


@blueprint.delete("/leases/<int:lease_id>")
def end_lease(lease_id: int) -> Response:
    """End one lease of this world."""
    if not middleware.worlds().leases.end(middleware.world().store, lease_id):
        raise Problem(404, "No such lease", f"There is no lease {lease_id} in this world", "id")
    return Response(status=204)
