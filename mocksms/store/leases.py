"""Leased addresses: a message to one arrives in its world. Kept in the default world, for all worlds."""

from typing import Literal, NamedTuple

from mocksms.store.engine import Connection

LeaseKind = Literal["number", "mailbox"]
_COLUMNS = "id, address, kind, country, world, place, made_at"


class Lease(NamedTuple):
    """A leased number or mailbox.

    `place` identifies the world, even if a later world has the same name. `country` is "" for a mailbox; `made_at` is
    in Unix seconds.
    """

    id: int
    address: str
    kind: LeaseKind
    country: str
    world: str
    place: str
    made_at: float


def add(db: Connection, lease: Lease) -> int:
    """Save a lease and return its id. Raise `Conflict` when the address is already leased."""
    row = db.execute(
        "INSERT INTO leases (address, kind, country, world, place, made_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        (lease.address, lease.kind, lease.country, lease.world, lease.place, lease.made_at),
    ).fetchone()
    return int(row["id"])


def all_leases(db: Connection) -> list[Lease]:
    """Return all leases, oldest first."""
    return [Lease(*row) for row in db.execute(f"SELECT {_COLUMNS} FROM leases ORDER BY id")]  # noqa: S608


def of_address(db: Connection, address: str) -> Lease | None:
    """Return the lease of an address, or None."""
    row = db.execute(f"SELECT {_COLUMNS} FROM leases WHERE address = ?", (address,)).fetchone()  # noqa: S608
    return Lease(*row) if row else None


def remove(db: Connection, place: str, lease_id: int | None = None) -> int:
    """Delete one lease of the world at this place, or all of them. Return how many were deleted."""
    if lease_id is None:
        return db.execute("DELETE FROM leases WHERE place = ?", (place,)).rowcount
    return db.execute("DELETE FROM leases WHERE place = ? AND id = ?", (place, lease_id)).rowcount
