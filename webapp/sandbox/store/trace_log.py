"""What was walked in a world: pages, moves, messages, events and refusals, in a database beside the world's own.

Apart from the world, so that keeping it takes no lock and no statement from the site that is being looked at.
Bounded: the newest `MOST_STEPS` stay; how often each thing happened is counted for good, until the world is emptied.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp.store.engine import EngineError

BUSY_SECONDS = 1.0
AGAIN_SECONDS = 0.02
MOST_PICTURES = 300
MOST_STEPS = 20_000
PRUNE_EVERY = 500
_PICTURE = re.compile(r"[0-9a-f]{32}\.(png|webp)")
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS steps (id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, walk TEXT NOT NULL,
        kind TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS steps_of_walk ON steps (walk, id);
    CREATE TABLE IF NOT EXISTS counts (kind TEXT NOT NULL, name TEXT NOT NULL, times INTEGER NOT NULL,
        first_at REAL NOT NULL, last_at REAL NOT NULL, PRIMARY KEY (kind, name));
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    ``at`` are unix seconds on the world's clock; ``walk`` names the browser; ``kind`` is page, move, event, message,
    refusal, tool or picture; ``name`` says which; ``data`` holds what else is worth telling, no code and no secret.
    ``id`` grows in the order of things; 0 before it is kept.
    """

    at: float
    walk: str
    kind: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened since the world was made or emptied."""

    kind: str
    name: str
    times: int
    first_at: float
    last_at: float


class Walks:
    """The log of one world, in the file at ``path``; made when it is first needed. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._beginning = threading.Lock()

    def add(self, steps: Sequence[Step]) -> int:
        """Keep these in order, in one transaction; the last one's id."""
        try:
            return self._add(steps)
        except sqlite3.Error as error:
            raise EngineError(str(error)) from error

    def _add(self, steps: Sequence[Step]) -> int:
        db, last = self._db(), 0
        with db:
            for step in steps:
                row = db.execute(
                    "INSERT INTO steps (at, walk, kind, name, data) VALUES (?, ?, ?, ?, ?)",
                    (step.at, step.walk, step.kind, step.name, json.dumps(step.data, ensure_ascii=False)),
                )
                db.execute(
                    """INSERT INTO counts VALUES (?, ?, 1, ?, ?)
                       ON CONFLICT (kind, name) DO UPDATE SET times = times + 1, last_at = excluded.last_at""",
                    (step.kind, step.name, step.at, step.at),
                )
                last = row.lastrowid or 0
                if last % PRUNE_EVERY == 0:
                    db.execute("DELETE FROM steps WHERE id <= ?", (last - MOST_STEPS,))
        return last

    def steps(self, walk: str | None = None, *, after: int = 0, kinds: Iterable[str] = ()) -> list[Step]:
        """What happened after the step ``after``, oldest first: of one walk, or of all; of some kinds, or of all."""
        asked = tuple(kinds)
        wanted = f" AND kind IN ({', '.join('?' for _ in asked)})" if asked else ""
        of_walk = " AND walk = ?" if walk is not None else ""
        rows = self._db().execute(
            f"SELECT id, at, walk, kind, name, data FROM steps WHERE id > ?{of_walk}{wanted} ORDER BY id",
            (after, *((walk,) if walk is not None else ()), *asked),
        )
        return [_step(row) for row in rows]

    def latest(self, walk: str, kind: str) -> Step | None:
        """The newest step of a kind in a walk."""
        row = (
            self._db()
            .execute(
                """SELECT id, at, walk, kind, name, data FROM steps WHERE walk = ? AND kind = ?
                   ORDER BY id DESC LIMIT 1""",
                (walk, kind),
            )
            .fetchone()
        )
        return None if row is None else _step(row)

    def find(self, step_id: int) -> Step | None:
        """The step of this id."""
        row = (
            self._db()
            .execute("SELECT id, at, walk, kind, name, data FROM steps WHERE id = ?", (step_id,))
            .fetchone()
        )
        return None if row is None else _step(row)

    @property
    def pictures(self) -> Path:
        """The folder of the walks' pictures; no log of another world can bear its name."""
        return self.path.with_suffix(".pictures")

    def keep_picture(self, content: bytes, ending: str) -> str:
        """Keep a picture (``png`` or ``webp``) and give its name; the newest `MOST_PICTURES` stay."""
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
        self.pictures.mkdir(exist_ok=True)
        draft = self.pictures / f"{name}.{threading.get_ident()}.part"
        draft.write_bytes(content)
        draft.replace(self.pictures / name)
        kept = [path for path in self.pictures.iterdir() if _PICTURE.fullmatch(path.name)]
        for path in sorted(kept, key=_made_at)[:-MOST_PICTURES]:
            path.unlink(missing_ok=True)
        return name

    def find_picture(self, name: str) -> bytes | None:
        """A picture's bytes; None for one that is not there (any more)."""
        try:
            return (self.pictures / name).read_bytes() if _PICTURE.fullmatch(name) else None
        except FileNotFoundError:
            return None

    def counts(self) -> list[Count]:
        """How often each thing happened."""
        rows = self._db().execute(
            "SELECT kind, name, times, first_at, last_at FROM counts ORDER BY kind, name"
        )
        return [Count(*row) for row in rows]

    def last_id(self) -> int:
        """The id of the newest step, 0 without one."""
        return int(self._db().execute("SELECT coalesce(max(id), 0) FROM steps").fetchone()[0])

    def empty(self) -> None:
        """Forget everything; ids go on growing."""
        shutil.rmtree(self.pictures, ignore_errors=True)
        db = self._db()
        with db:
            db.execute("DELETE FROM steps")
            db.execute("DELETE FROM counts")

    def close(self) -> None:
        """Close this thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            del self._local.db

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            with self._beginning:
                db = self._local.db = self._begun()
        return db

    def _begun(self) -> sqlite3.Connection:
        """A connection to a file that is made by then. A new file's first moments know no waiting: ask again."""
        self.path.parent.mkdir(exist_ok=True)  # not of a world that is deleted
        until = time.monotonic() + BUSY_SECONDS
        while True:
            db = sqlite3.connect(self.path, timeout=BUSY_SECONDS)
            try:
                db.execute("PRAGMA journal_mode = wal")
                db.execute("PRAGMA synchronous = off")  # losing the last steps in a power cut harms nobody
                db.executescript(_SCHEMA)
            except sqlite3.OperationalError:
                db.close()
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN_SECONDS)
            else:
                return db


def _step(row: tuple[Any, ...]) -> Step:
    return Step(row[1], row[2], row[3], row[4], json.loads(row[5]), row[0])


def _made_at(path: Path) -> int:
    """When a file was written (nanoseconds); 0 for one that is gone meanwhile."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
