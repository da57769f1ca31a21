"""The site's database engine: where its worlds are, and their tables."""

from __future__ import annotations

from pathlib import Path

from webapp.store.engine import Engine, engine_at
from webapp.store.migrations import MIGRATIONS


def open_engine(instance: Path, url: str = "") -> Engine:
    """Return the engine of the site whose data are in this folder, or in the database at this address."""
    return engine_at(url, instance / "other-worlds", MIGRATIONS, instance / "worlds" / "default.db")
