"""The engine of an address."""

from __future__ import annotations

from pathlib import Path

from .errors import Unreachable
from .protocol import Engine, Migrations
from .sqlite_worlds import SqliteEngine


def engine_at(url: str, folder: Path, migrations: Migrations, default: Path) -> Engine:
    """Return PostgreSQL's engine for its address, and SQLite's for an empty one.

    ``folder`` is for other worlds' SQLite files, ``default`` is the default world's. PostgreSQL's driver is loaded only
    here. Raise `Unreachable` when it is not installed.
    """
    if not url:
        return SqliteEngine(folder, migrations, default)
    try:
        from .postgres_worlds import PostgresEngine  # loads the driver, which an extra brings
    except ImportError as error:
        raise Unreachable("PostgreSQL needs the extra: pip install 'nidankai[postgres]'") from error
    return PostgresEngine(url, migrations)
