"""One world's database: a connection for each thread, and the two ways to use it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blinker import Signal
from sqlite_utils import Database

from webapp.store.migrations import MIGRATIONS

BUSY_MILLISECONDS = 3000

ended = Signal(
    "Sent with kept=True or False by a store, in the thread that wrote, when its transaction is over."
)


class Store:
    """The database file of one world, opened by the world's name.

    Readers call `db()`; writers use ``with store.writing() as db``. SQLite runs in WAL mode, so readers
    never wait; writers wait for one another for at most `BUSY_MILLISECONDS` and then raise
    ``sqlite3.OperationalError`` (a 503 page).
    """

    def __init__(self, folder: Path, world: str = "default") -> None:
        self.path = folder / f"{world}.db"
        self._local = threading.local()

    def migrate(self) -> None:
        """Create the file and bring its tables up to date; safe to repeat."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.upgrade()

    def upgrade(self) -> None:
        """Bring the tables of a file whose folder is there up to date."""
        db = self.db()
        db.execute("PRAGMA journal_mode = wal")
        if MIGRATIONS.pending(db):
            MIGRATIONS.apply(db)

    def db(self) -> Database:
        """This thread's connection; each statement outside `writing` is its own transaction."""
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            conn = sqlite3.connect(self.path, timeout=BUSY_MILLISECONDS / 1000, cached_statements=256)
            conn.row_factory = sqlite3.Row
            conn.execute("PRAGMA synchronous = normal")
            conn.execute("PRAGMA foreign_keys = on")
            db = self._local.db = Database(conn, recursive_triggers=False, execute_plugins=False)
        return db

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction that holds the write lock from its first moment.

        ``BEGIN IMMEDIATE`` rather than sqlite-utils' deferred ``atomic``: what is read inside cannot change
        before it is written, so two threads with one code can't both win. Nested, it joins the outer one.
        """
        db = self.db()
        if db.conn.in_transaction:
            yield db
            return
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.conn.execute("COMMIT")
        except BaseException:
            db.conn.rollback()
            ended.send(self, kept=False)
            raise
        ended.send(self, kept=True)

    def copy_to(self, path: Path) -> None:
        """Write a consistent copy of this world to ``path``, also while others write."""
        path.parent.mkdir(parents=True, exist_ok=True)
        target = sqlite3.connect(path)
        try:
            self.db().conn.backup(target)
        finally:
            target.close()

    def restore_from(self, path: Path) -> None:
        """Make this world what the copy at ``path`` is, for every thread and process at once."""
        source = sqlite3.connect(path)
        try:
            source.backup(self.db().conn)
        finally:
            source.close()

    def close(self) -> None:
        """Close this thread's connection."""
        db: Database | None = getattr(self._local, "db", None)
        if db is not None:
            db.conn.close()
            del self._local.db
