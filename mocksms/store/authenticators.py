"""The entries of the handsets' authenticator apps."""

from typing import Any

from sqlite_utils import Database

_COLUMNS = "id, handset, issuer, name, secret, digits, period, algorithm"


def add(db: Database, values: tuple[Any, ...]) -> int:
    """Keeps an entry (handset, issuer, name, secret, digits, period, algorithm, added_at) and returns
    its id.
    """
    cursor = db.conn.execute(
        "INSERT INTO authenticators (handset, issuer, name, secret, digits, period, algorithm, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return int(cursor.lastrowid or 0)


def entries(db: Database, handset: str) -> list[tuple[Any, ...]]:
    """A handset's entries in the order they were added."""
    rows = db.conn.execute(f"SELECT {_COLUMNS} FROM authenticators WHERE handset = ? ORDER BY id", (handset,))  # noqa: S608
    return rows.fetchall()


def remove(db: Database, handset: str, entry_id: int) -> bool:
    """Deletes an entry; whether there was one."""
    done = db.conn.execute("DELETE FROM authenticators WHERE handset = ? AND id = ?", (handset, entry_id))
    return done.rowcount > 0
