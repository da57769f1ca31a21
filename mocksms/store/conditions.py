"""The conditions in a world: the clock's offset, and whether there are any faults or opt-outs."""

import secrets
from typing import NamedTuple

from mocksms.store.engine import Connection
from mocksms.store.requests import EMPTIED_AT

_DELETION = "deletion"


class Conditions(NamedTuple):
    """A snapshot of a world's conditions. `offset` is in seconds, positive when the phone's clock is ahead."""

    offset: float
    has_faults: bool
    has_stops: bool


def read(db: Connection) -> Conditions:
    """Return the current conditions."""
    row = db.execute(
        "SELECT (SELECT value FROM settings WHERE name = 'clock_offset'),"
        " EXISTS (SELECT 1 FROM faults), EXISTS (SELECT 1 FROM stops)"
    ).fetchone()
    return Conditions(float(row[0] or 0), bool(row[1]), bool(row[2]))


def stamp(db: Connection) -> str:
    """Return a text that changes with the clock, the faults and their uses, with a deletion and with a reset."""
    row = db.execute(
        "SELECT (SELECT value FROM settings WHERE name = 'clock_offset'),"
        " (SELECT value FROM settings WHERE name = ?), (SELECT value FROM settings WHERE name = ?),"
        " max(id), count(*), sum(used) FROM faults",
        (EMPTIED_AT, _DELETION),
    ).fetchone()
    return ".".join(str(part or 0) for part in row)


def set_offset(db: Connection, seconds: float) -> None:
    """Set how many seconds the clock is ahead."""
    _set(db, "clock_offset", repr(seconds))


def note_deletion(db: Connection) -> None:
    """Note that messages were deleted, for open pages: an event is of a message that is there."""
    _set(db, _DELETION, secrets.token_hex(8))  # no time: two deletions may have the same


def _set(db: Connection, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def is_stopped(db: Connection, number: str, sender: str) -> bool:
    """Return True if the owner of a number has opted out from this sender."""
    return db.execute("SELECT 1 FROM stops WHERE pair = ?", (f"{number}:{sender}",)).fetchone() is not None


def stopped(db: Connection, number: str = "") -> list[tuple[str, str]]:
    """Return (number, sender) of each opt-out, of one number or of all."""
    within = (f"{number}:", f"{number};") if number else ("", "\U0010ffff")
    rows = db.execute("SELECT pair FROM stops WHERE pair >= ? AND pair < ? ORDER BY pair", within)
    return [(owner, sender) for owner, _, sender in (str(row[0]).partition(":") for row in rows)]


def set_stopped(db: Connection, number: str, sender: str, stop: bool) -> None:
    """Record that the owner of a number has opted out from a sender, or back in."""
    sql = (
        "INSERT INTO stops (pair) VALUES (?) ON CONFLICT (pair) DO NOTHING"
        if stop
        else "DELETE FROM stops WHERE pair = ?"
    )
    db.execute(sql, (f"{number}:{sender}",))
