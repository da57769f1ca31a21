"""Import files that earlier versions kept beside a world's database: facts.json, walks.db, documents and pictures."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from webapp.sandbox.store import world_settings
from webapp.sandbox.store.pictures import PICTURE, add_picture
from webapp.sandbox.store.world_settings import Settings
from webapp.store import earlier_uploads
from webapp.store.engine import Connection, Store


def take_over(store: Store, folder: Path) -> None:
    """Import the files of a world's folder into its database. Safe to repeat after a crash."""
    earlier_uploads.take_over(store, folder)
    _take_pictures(store, folder / "walks.pictures")
    facts, walks = folder / "facts.json", folder / "walks.db"
    if not facts.exists() and not walks.exists():
        return
    with store.writing() as db:
        if facts.exists():
            world_settings.write(db, Settings(**json.loads(facts.read_text())))
        if walks.exists():
            _take_walks(db, walks)
    facts.unlink(missing_ok=True)
    for ending in ("", "-wal", "-shm"):
        Path(f"{walks}{ending}").unlink(missing_ok=True)


def _take_pictures(store: Store, folder: Path) -> None:
    if not folder.is_dir():
        return
    with store.writing() as db:
        for path in folder.iterdir():
            if PICTURE.fullmatch(path.name):
                add_picture(db, path.name, path.read_bytes(), path.stat().st_mtime)
    shutil.rmtree(folder)


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
