"""Throttles: wrong attempts in a row for a key, and the end of its wait."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Throttle:
    """Wrong attempts in a row for one key, and the time before which no further attempt is checked."""

    count: int
    blocked_until: float


NONE = Throttle(0, 0.0)


def read(db: Connection, key: str) -> Throttle:
    """Return the state of one key; `NONE` if nothing was wrong."""
    row = db.execute("SELECT count, blocked_until FROM throttles WHERE key = ?", (key,)).fetchone()
    return NONE if row is None else Throttle(row[0], row[1])


def read_all(db: Connection, keys: list[str]) -> dict[str, Throttle]:
    """Return the state of each key; `NONE` where nothing is counted."""
    marks = ", ".join("?" for _ in keys)
    rows = db.execute(f"SELECT key, count, blocked_until FROM throttles WHERE key IN ({marks})", keys)
    found = {row[0]: Throttle(row[1], row[2]) for row in rows.fetchall()}
    return {key: found.get(key, NONE) for key in keys}


def write(db: Connection, key: str, throttle: Throttle, now: float) -> None:
    """Replace the state of one key."""
    db.queue(
        """INSERT INTO throttles (key, count, blocked_until, updated_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET count = excluded.count, blocked_until = excluded.blocked_until,
               updated_at = excluded.updated_at""",
        (key, throttle.count, throttle.blocked_until, now),
    )


def clear(db: Connection, key: str) -> None:
    """Delete a key's wrong attempts."""
    db.queue("DELETE FROM throttles WHERE key = ?", (key,))


def clear_all(db: Connection) -> None:
    """Delete all wrong attempts, for the sandbox's tools."""
    db.execute("DELETE FROM throttles")
