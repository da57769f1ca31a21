"""One world in one SQLite file: a pool of connections, readers that never wait, one writer at a time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from . import conversion, sqlite_schema
from .errors import Busy, Gone, Unreachable
from .lending import PATIENCE_SECONDS, LendingStore
from .protocol import DEFAULT, Migrations
from .sqlite_connection import SqliteConnection, typed

IDLE_KEPT = 8
IDLE_SECONDS = 60.0
STATEMENTS_KEPT = 128
PRAGMAS = (
    "synchronous = normal",  # a killed process loses nothing; a power cut may lose the last moments
    "foreign_keys = on",
    "cache_size = -1024",  # KiB for each connection; the system's cache holds the rest once
    "wal_autocheckpoint = 8000",  # pages; a checkpoint waits for the disk
    "temp_store = memory",
)
_HEADER_VERSIONS = slice(18, 20)  # of the file format: 2 is WAL, which a database in memory can't have


class SqliteStore(LendingStore[SqliteConnection]):
    """The database file of one world; see `protocol.Store`.

    SQLite's own waiting sleeps in steps of milliseconds, and so only happens between processes.
    """

    driver_error = sqlite3.Error
    typed = staticmethod(typed)

    def __init__(self, path: Path, migrations: Migrations, name: str = DEFAULT) -> None:
        super().__init__(name)
        self.path = path
        self.pragmas: tuple[str, ...] = PRAGMAS
        self._migrations = migrations
        self._idle: list[tuple[float, sqlite3.Connection]] = []
        self._is_gone = False

    @property
    def place(self) -> str:
        """Return the path of the file."""
        return str(self.path)

    def exists(self) -> bool:
        """Return whether the file is there. The default world's always is."""
        return self.name == DEFAULT or (not self._is_gone and self.path.exists())

    def migrate(self) -> None:
        """Bring the tables up to date. Safe to repeat, and in several processes at once."""
        raw = self._take()
        try:
            if not sqlite_schema.pending(raw, self._migrations):
                return
            raw.execute("BEGIN IMMEDIATE")
            try:
                sqlite_schema.apply(raw, self._migrations)
                raw.execute("COMMIT")
            finally:
                raw.rollback()
        except sqlite3.Error as error:
            raise typed(error) from error
        finally:
            self._give_back(raw)

    def copy(self) -> bytes:
        """Return a consistent copy as the bytes of a database file."""
        raw = self._take()
        try:
            raw.execute("BEGIN")
            raw.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the copy is of this moment
            return raw.serialize()
        except sqlite3.Error as error:
            raise typed(error) from error
        finally:
            raw.rollback()
            self._give_back(raw)

    def restore(self, copy: bytes) -> None:
        """Replace all rows by those of a copy, for every thread and process at once."""
        until = time.monotonic() + self.patience_seconds

        def give_up(status: int, _remaining: int, _total: int) -> None:
            if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
                raise Busy("another process holds the world")

        content = bytearray(copy)
        content[_HEADER_VERSIONS] = b"\x01\x01"
        if not self._write_lock.acquire(timeout=self.patience_seconds):
            raise Busy("another writer of this process holds the world")
        source = sqlite3.connect(":memory:")
        try:
            raw = self._take()
            try:
                source.deserialize(bytes(content))
                source.backup(raw, progress=give_up, sleep=0.02)
            except sqlite3.Error as error:
                raise typed(error) from error
            finally:
                self._give_back(raw)
        finally:
            source.close()
            self._write_lock.release()

    def replace_rows(self, copy: bytes, but: Collection[str] = ()) -> None:
        """Replace the rows of all tables but these."""
        with self._driver() as raw:
            conversion.replace_rows(raw, copy, self._migrations, but)

    def size(self) -> int:
        """Return the bytes of the file and its log."""
        found = 0
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                found += Path(f"{self.path}{ending}").stat().st_size
        return found

    def health(self) -> list[str]:
        """Return damaged pages, rows whose owner is gone and missing migrations; try the write lock."""
        with self.writing():  # a full or read-only disk shows when the transaction begins
            pass
        raw = self._take()
        try:
            found = [str(row[0]) for row in raw.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
            orphans = len(raw.execute("PRAGMA foreign_key_check").fetchall())
            behind = len(sqlite_schema.pending(raw, self._migrations))
        except sqlite3.Error as error:
            raise typed(error) from error
        finally:
            self._give_back(raw)
        if orphans:
            found.append(f"{orphans} rows belong to nothing")
        if behind:
            found.append(f"{behind} migrations are pending: start the app once")
        return found

    def close(self) -> None:
        """Close the connections that are not lent."""
        while self._idle:
            self._idle.pop()[1].close()

    def leave(self) -> None:
        """Raise `Gone` from now on: the world was dropped."""
        self._is_gone = True
        self.close()

    def _begin(self, lent: SqliteConnection) -> None:
        lent.begin()
        if not self.exists():  # its file is no more than an open descriptor
            raise Gone(self.name)

    def _lend(self) -> SqliteConnection:
        return SqliteConnection(self._take())

    def _take_back(self, lent: SqliteConnection) -> None:
        raw = lent.give_back()
        if raw is not None:
            self._give_back(raw)

    def _take(self) -> sqlite3.Connection:
        if not self.exists():
            raise Gone(self.name)
        try:
            return self._idle.pop()[1]
        except IndexError:
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        try:
            raw = connect(self.path, self.pragmas, self.patience_seconds)
        except Unreachable:
            if not self.exists():
                raise Gone(self.name) from None
            raise
        return raw

    def _give_back(self, raw: sqlite3.Connection) -> None:
        now = time.monotonic()
        if self._is_gone or len(self._idle) >= IDLE_KEPT:
            raw.close()
        else:
            self._idle.append((now, raw))
        with suppress(IndexError):  # another thread was faster
            while self._idle[0][0] < now - IDLE_SECONDS:
                self._idle.pop(0)[1].close()


def connect(path: Path, pragmas: tuple[str, ...] = PRAGMAS, patience_seconds: float = PATIENCE_SECONDS,
            *, mode: str = "rw") -> sqlite3.Connection:  # fmt: skip
    """Open a file. With ``mode`` rwc, make it if it is missing. Raise an `EngineError`."""
    try:
        raw = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=patience_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_KEPT,
        )
        raw.row_factory = sqlite3.Row
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}")
    except sqlite3.Error as error:
        raise typed(error) from error
    return raw
