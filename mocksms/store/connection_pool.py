"""The database file of one world, and connections to it.

A world is used by many threads, so connections are lent from a small pool, each to one thread at a time: a
request that only waits holds none. Writes take the process's lock first, so that SQLite's busy handler
(which sleeps in steps of milliseconds) is met only between processes.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from mocksms.store.migrations import migrations

BUSY_SECONDS = 3.0
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "cache_size = -1024",  # KiB a connection; the system's cache holds the rest once for all
    "wal_autocheckpoint = 8000",  # pages: a checkpoint writes back and waits for the disk
    "temp_store = MEMORY",
)


class Busy(Exception):
    """The database was locked for longer than BUSY_SECONDS or cannot be written; nothing was changed."""


class Pool:
    """The database of one world."""

    def __init__(self, path: Path, blank: Path | None = None) -> None:
        """Opens the world at `path`; a new one is a copy of `blank`, else it is built by the migrations."""
        self.path = path
        self._idle: list[Database] = []
        self._write_lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        if blank is not None and not path.exists():
            fresh = path.with_suffix(f".{threading.get_ident()}.new")
            shutil.copyfile(blank, fresh)
            fresh.replace(path)
        with self.read() as db:
            if migrations.pending(db):
                migrations.apply(db)

    def _connect(self) -> Database:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return Database(connection, execute_plugins=False)

    @contextmanager
    def read(self) -> Iterator[Database]:
        """Lends a connection for reading."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._connect()
        try:
            yield db
        except sqlite3.OperationalError as error:
            raise Busy(str(error)) from error
        finally:
            if db.conn.in_transaction:
                db.conn.rollback()
            self._idle.append(db)

    @contextmanager
    def write(self, committed: Callable[[], None] | None = None) -> Iterator[Database]:
        """Lends a connection inside a write transaction, committed at the end; raises :class:`Busy`.

        `committed` is called right after the commit, still before the next writer of this process.
        """
        if not self._write_lock.acquire(timeout=BUSY_SECONDS):
            raise Busy("another writer holds the world")
        try:
            with self.read() as db:
                db.conn.execute("BEGIN IMMEDIATE")
                yield db
                db.conn.execute("COMMIT")
                if committed is not None:
                    committed()
        finally:
            self._write_lock.release()

    def fold(self) -> None:
        """Brings what the write-ahead log holds into the file itself, so that the file alone can be copied."""
        with self.read() as db:
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Closes the idle connections."""
        while self._idle:
            self._idle.pop().conn.close()
