"""Migrations of a SQLite file: which were applied, and applying the rest by sqlite-utils."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from .protocol import Migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

_WORDS = {"SERIAL_ID": "INTEGER PRIMARY KEY AUTOINCREMENT", "BYTES": "BLOB"}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")


def in_sqlite(definition: str) -> str:
    """Return a portable definition in SQLite's words."""
    return _WORD.sub(lambda found: _WORDS[found[0]], definition)


def pending(raw: sqlite3.Connection, migrations: Migrations) -> list[str]:
    """Return the names of the steps that were not applied yet. Earlier versions noted them in the same table."""
    applied: set[str] = set()
    if raw.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone():
        rows = raw.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (migrations.app,))
        applied = {row[0] for row in rows}
    return [step.name for step in migrations.steps if step.name not in applied]


def apply(raw: sqlite3.Connection, migrations: Migrations) -> None:
    """Apply what is pending, inside the transaction that is open."""
    from sqlite_utils import Database  # takes 30 ms to import; only a changed schema needs it
    from sqlite_utils.migrations import Migrations as Steps

    steps = Steps(migrations.app)
    for step in migrations.steps:
        steps(name=step.name)(_running(step.in_dialect("sqlite")))
    steps.apply(Database(raw, recursive_triggers=False, execute_plugins=False))


def _running(statements: list[str]) -> Callable[[Database], None]:
    def run(db: Database) -> None:
        for statement in statements:
            db.conn.execute(in_sqlite(statement))

    return run
