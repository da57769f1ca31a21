"""The settings of a world: how far its clock is moved, and the faults of the site. One row."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.store.engine import Connection


@dataclass(frozen=True, slots=True)
class Settings:
    """``offset``: seconds by which the clock is ahead. ``slow_database``: seconds that each write waits.
    ``locked_database``: refuse writes as a locked file does. ``phone_faults``: faults are set on the phone.
    """

    offset: float = 0.0
    slow_database: float = 0.0
    locked_database: bool = False
    phone_faults: bool = False


def read(db: Connection) -> Settings:
    """Return the settings."""
    row = db.execute(
        "SELECT clock_offset, slow_database, locked_database, phone_faults FROM world_settings"
    ).fetchone()
    return Settings(row[0], row[1], bool(row[2]), bool(row[3]))


def write(db: Connection, settings: Settings) -> None:
    """Replace the settings."""
    db.execute(
        "UPDATE world_settings SET clock_offset = ?, slow_database = ?, locked_database = ?, phone_faults = ?",
        (
            settings.offset,
            settings.slow_database,
            int(settings.locked_database),
            int(settings.phone_faults),
        ),
    )
