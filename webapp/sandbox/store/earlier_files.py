"""Import files that earlier versions kept beside a world's database: facts.json, walks.db, documents and pictures."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from webapp.sandbox.store import world_settings
from webapp.sandbox.store.pictures import PICTURE, add_picture
from webapp.sandbox.store.world_settings import Settings
from webapp.store import earlier_uploads
from webapp.store.engine import Connection, Store


def take_over(store: Store, folder: Path) -> None:
    """Import the files of a world's folder into its database.

    Safe to repeat after a crash, and in two processes at once: both look and delete under the write lock only.
    """
    earlier_uploads.take_over(store, folder)
    facts, walks, pictures = folder / "facts.json", folder / "walks.db", folder / "walks.pictures"
    if not any(each.exists() for each in (facts, walks, pictures)):
        return
    with store.writing() as db:
        if pictures.is_dir():
            _take_pictures(db, pictures)
        if facts.exists():
            world_settings.write(db, Settings(**json.loads(facts.read_text())))
        if walks.exists():
            _take_walks(db, walks)
    with store.writing():
        earlier_uploads.delete(pictures)
        facts.unlink(missing_ok=True)
        for ending in ("", "-wal", "-shm"):
            Path(f"{walks}{ending}").unlink(missing_ok=True)


def _take_pictures(db: Connection, folder: Path) -> None:
    for path in folder.iterdir():
        if PICTURE.fullmatch(path.name):
            add_picture(db, path.name, path.read_bytes(), path.stat().st_mtime)


def _take_walks(db: Connection, path: Path) -> None:
    with closing(sqlite3.connect(path)) as old:
        steps = old.execute("SELECT id, at, walk, kind, name, data FROM steps ORDER BY id").fetchall()
        counts = old.execute("SELECT kind, name, times, first_at, last_at FROM counts").fetchall()
    db.executemany(
        "INSERT INTO steps (id, at, walk, kind, name, data) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        steps,
    )
    db.executemany(
        """INSERT INTO counts (kind, name, times, first_at, last_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (kind, name) DO NOTHING""",
        counts,
    )
    last = steps[-1][0] if steps else 0
    db.execute("UPDATE world_settings SET last_step = ? WHERE last_step < ?", (last, last))
