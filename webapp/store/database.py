"""The site's database engine: where its worlds are, and their tables."""

from __future__ import annotations

from pathlib import Path

from webapp.store.engine import Engine, SqliteEngine
from webapp.store.migrations import MIGRATIONS


def open_engine(instance: Path) -> Engine:
    """Return the engine of the site whose data are in this folder."""
    return SqliteEngine(instance / "other-worlds", MIGRATIONS, default=instance / "worlds" / "default.db")
