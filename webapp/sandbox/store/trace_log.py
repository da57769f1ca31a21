"""The trace log of a world: pages, transitions, messages, events and errors, in the world's database.

A request queues its steps before its answer is sent. They are committed after it, apart from the request's changes.
Bounded: the newest `MOST_STEPS` stay. How often each thing happened is counted until the world is reset.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

from webapp.sandbox.store import pictures
from webapp.store.engine import Connection, EngineError, Store, Unavailable

MOST_PENDING = 5_000
MOST_STEPS = 20_000
PRUNE_EVERY = 500
TABLES = ("steps", "counts", "pictures")
_COLUMNS = "id, at, walk, kind, name, data"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened.

    ``at`` is in Unix seconds on the world's clock. ``walk`` names the browser's recording. ``kind`` is page, move,
    event, message, refusal, tool or picture; ``name`` says which; ``data`` holds details, no code and no secret.
    ``id`` grows in order; 0 before it is stored.
    """

    at: float
    walk: str
    kind: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened since the world was made or reset."""

    kind: str
    name: str
    times: int
    first_at: float
    last_at: float


class TraceLog:
    """The log of one world. Safe to share between threads.

    ``without_faults`` keeps a tool's writes from the site's faults.
    """

    def __init__(self, store: Store, without_faults: Callable[[], AbstractContextManager[None]]) -> None:
        self._store = store
        self._without_faults = without_faults
        self._pending: deque[Step] = deque(maxlen=MOST_PENDING)
        self._flushing = threading.Lock()

    def queue(self, steps: Iterable[Step]) -> None:
        """Queue these steps, to be stored by the next `flush`."""
        self._pending.extend(steps)

    def flush(self) -> None:
        """Store what was queued. Raise an `EngineError`; on `Unavailable` it stays queued."""
        with self._flushing:
            steps = []
            with suppress(IndexError):  # empty
                while True:
                    steps.append(self._pending.popleft())
            if not steps:
                return
            try:
                self._keep(steps)
            except Unavailable:
                self._pending.extendleft(reversed(steps))
                raise

    def add(self, steps: Sequence[Step]) -> int:
        """Store these in order, in one transaction. Return the last one's id. Raise an `EngineError`."""
        self.flush()
        return self._keep(steps)

    def steps(self, walk: str | None = None, *, after: int = 0, kinds: Iterable[str] = ()) -> list[Step]:
        """Return the steps after the id ``after``, oldest first: of one recording or all, of some kinds or all."""
        asked = tuple(kinds)
        wanted = f" AND kind IN ({', '.join('?' for _ in asked)})" if asked else ""
        of_walk = " AND walk = ?" if walk is not None else ""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM steps WHERE id > ?{of_walk}{wanted} ORDER BY id",
            (after, *((walk,) if walk is not None else ()), *asked),
        )
        return [_step(row) for row in rows]

    def latest(self, walk: str, kind: str) -> Step | None:
        """Return the newest step of a kind in a recording."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM steps WHERE walk = ? AND kind = ? ORDER BY id DESC LIMIT 1", (walk, kind)
        )
        return _step(rows[0]) if rows else None

    def find(self, step_id: int) -> Step | None:
        """Return the step of this id."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM steps WHERE id = ?", (step_id,))
        return _step(rows[0]) if rows else None

    def keep_picture(self, content: bytes, ending: str) -> str:
        """Store a picture (``png`` or ``webp``) and return its name. The newest `pictures.MOST_PICTURES` stay."""
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.{ending}"
        with self._without_faults(), self._store.writing() as db:
            pictures.add_picture(db, name, content, time.time())
        return name

    def find_picture(self, name: str) -> bytes | None:
        """Return a picture's bytes; None if it is gone."""
        with self._store.reading() as db:
            return pictures.find_picture(db, name)

    def counts(self) -> list[Count]:
        """Return how often each thing happened."""
        rows = self._rows("SELECT kind, name, times, first_at, last_at FROM counts ORDER BY kind, name")
        return [Count(*row) for row in rows]

    def last_id(self) -> int:
        """Return the id of the newest step, 0 without one."""
        return int(self._rows("SELECT coalesce(max(id), 0) FROM steps")[0][0])

    def last_number(self) -> int:
        """Return the highest id that a stored step ever had."""
        with self._store.reading() as db:
            return int(db.execute("SELECT last_step FROM world_settings").fetchone()[0])

    def empty(self) -> None:
        """Delete everything. Ids go on growing."""
        self._pending.clear()
        with self._without_faults(), self._store.writing() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")

    def go_on_from(self, last_number: int) -> None:
        """Let ids grow from ``last_number`` at least, after a reset of the world's settings."""
        with self._without_faults(), self._store.writing() as db:
            db.execute(
                "UPDATE world_settings SET last_step = ? WHERE last_step < ?", (last_number, last_number)
            )

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with suppress(EngineError):  # what can't be stored now is stored later
            self.flush()
        with self._store.reading() as db:
            return db.execute(sql, parameters).fetchall()

    def _keep(self, steps: Sequence[Step]) -> int:
        with self._without_faults(), self._store.writing() as db:
            row = db.execute(
                "UPDATE world_settings SET last_step = last_step + ? RETURNING last_step", (len(steps),)
            ).fetchone()
            last = int(row[0])
            for number, step in enumerate(steps, start=last - len(steps) + 1):
                _insert(db, number, step)
            if last // PRUNE_EVERY > (last - len(steps)) // PRUNE_EVERY:
                db.execute("DELETE FROM steps WHERE id <= ?", (last - MOST_STEPS,))
        return last


def _insert(db: Connection, number: int, step: Step) -> None:
    db.execute(
        f"INSERT INTO steps ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        (number, step.at, step.walk, step.kind, step.name, json.dumps(step.data, ensure_ascii=False)),
    )
    db.execute(
        """INSERT INTO counts (kind, name, times, first_at, last_at) VALUES (?, ?, 1, ?, ?)
           ON CONFLICT (kind, name) DO UPDATE SET times = counts.times + 1, last_at = excluded.last_at""",
        (step.kind, step.name, step.at, step.at),
    )


def _step(row: Any) -> Step:
    return Step(row[1], row[2], row[3], row[4], json.loads(row[5]), row[0])
