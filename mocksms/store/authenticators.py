"""The entries of the handsets' authenticator apps."""

from typing import Any

from mocksms.store.engine import Connection

_COLUMNS = "id, handset, issuer, name, secret, digits, period, algorithm"


def add(db: Connection, values: tuple[Any, ...]) -> int:
    """Save an entry (handset, issuer, name, secret, digits, period, algorithm, added_at) and return its id."""
    row = db.execute(
        "INSERT INTO authenticators (handset, issuer, name, secret, digits, period, algorithm, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        values,
    ).fetchone()
    return int(row["id"])


def entries(db: Connection, handset: str) -> list[tuple[Any, ...]]:
    """Return a handset's entries, oldest first."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM authenticators WHERE handset = ? ORDER BY id", (handset,))  # noqa: S608
    return [tuple(row) for row in rows]


def remove(db: Connection, handset: str, entry_id: int) -> bool:
    """Delete an entry. Return True if it existed."""
    done = db.execute("DELETE FROM authenticators WHERE handset = ? AND id = ?", (handset, entry_id))
    return done.rowcount > 0


def everything(db: Connection) -> list[tuple[Any, ...]]:
    """Return all entries of the world, oldest first."""
    rows = db.execute(f"SELECT {_COLUMNS} FROM authenticators ORDER BY id")  # noqa: S608
    return [tuple(row) for row in rows]


def find(db: Connection, entry_id: int) -> tuple[Any, ...] | None:
    """Return an entry, or None."""
    row = db.execute(f"SELECT {_COLUMNS} FROM authenticators WHERE id = ?", (entry_id,)).fetchone()  # noqa: S608
    return tuple(row) if row else None


def give(db: Connection, entry_id: int, step: int) -> bool:
    """Note that the code of this time step is given. Return whether it is another one than the last time."""
    done = db.execute(
        "UPDATE authenticators SET given = ? WHERE id = ? AND given <> ?", (step, entry_id, step)
    )
    return done.rowcount > 0
