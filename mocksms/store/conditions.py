"""What a message meets in its world: how far the clock is ahead, and whether there are faults and stops at all."""

from typing import NamedTuple

from mocksms.store.engine import Connection


class Conditions(NamedTuple):
    """One look at a world. `offset` is in seconds, positive when the phone's clock is ahead."""

    offset: float
    has_faults: bool
    has_stops: bool


def read(db: Connection) -> Conditions:
    """Return the conditions as of now."""
    row = db.execute(
        "SELECT (SELECT value FROM settings WHERE name = 'clock_offset'),"
        " EXISTS (SELECT 1 FROM faults), EXISTS (SELECT 1 FROM stops)"
    ).fetchone()
    return Conditions(float(row[0] or 0), bool(row[1]), bool(row[2]))


def set_offset(db: Connection, seconds: float) -> None:
    """Set how far the clock is ahead."""
    db.execute(
        "INSERT INTO settings (name, value) VALUES ('clock_offset', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (repr(seconds),),
    )


def is_stopped(db: Connection, number: str, sender: str) -> bool:
    """Return whether the owner of a number told this sender to stop."""
    return db.execute("SELECT 1 FROM stops WHERE pair = ?", (f"{number}:{sender}",)).fetchone() is not None


def stopped(db: Connection, number: str = "") -> list[tuple[str, str]]:
    """Return who told which sender to stop: a number's pairs, or all."""
    within = (f"{number}:", f"{number};") if number else ("", "\U0010ffff")
    rows = db.execute("SELECT pair FROM stops WHERE pair >= ? AND pair < ? ORDER BY pair", within)
    return [(owner, sender) for owner, _, sender in (str(row[0]).partition(":") for row in rows)]


def set_stopped(db: Connection, number: str, sender: str, stop: bool) -> None:
    """Note that the owner of a number told a sender to stop, or to start again."""
    sql = (
        "INSERT INTO stops (pair) VALUES (?) ON CONFLICT (pair) DO NOTHING"
        if stop
        else "DELETE FROM stops WHERE pair = ?"
    )
    db.execute(sql, (f"{number}:{sender}",))
