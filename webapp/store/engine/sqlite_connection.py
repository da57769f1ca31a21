"""A lent SQLite connection, and SQLite's errors as the engine's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from .errors import Busy, Conflict, Damaged, EngineError, Full, Misuse, ReadOnly, Unreachable
from .recording import listeners

_ERRORS: dict[int, type[EngineError]] = {
    sqlite3.SQLITE_BUSY: Busy,
    sqlite3.SQLITE_LOCKED: Busy,
    sqlite3.SQLITE_FULL: Full,
    sqlite3.SQLITE_READONLY: ReadOnly,
    sqlite3.SQLITE_PERM: ReadOnly,
    sqlite3.SQLITE_IOERR: Unreachable,
    sqlite3.SQLITE_CANTOPEN: Unreachable,
    sqlite3.SQLITE_CORRUPT: Damaged,
    sqlite3.SQLITE_NOTADB: Damaged,
    sqlite3.SQLITE_CONSTRAINT: Conflict,
}
_PRIMARY = 0xFF  # the low byte of an extended result code (https://www.sqlite.org/rescode.html)


def typed(error: sqlite3.Error) -> EngineError:
    """Return the engine's error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    return _ERRORS.get(code & _PRIMARY if code is not None else -1, Misuse)(str(error))


@lru_cache(maxsize=4096)
def _only_reads(sql: str) -> bool:
    return sql.lstrip("( \n\t")[:6].upper() in ("SELECT", "VALUES")


class LentConnection:
    """A connection for one block; see `protocol.Connection`."""

    __slots__ = ("_broken", "_raw", "actions", "is_writing")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw: sqlite3.Connection | None = raw
        self._broken: EngineError | None = None
        self.actions: list[Callable[[], None]] = []
        self.is_writing = False

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> sqlite3.Cursor:
        """Run one statement."""
        raw = self._checked(sql)
        try:
            return raw.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement once for each row of parameters."""
        raw = self._checked(sql)
        try:
            raw.executemany(sql, parameters)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _checked(self, sql: str) -> sqlite3.Connection:
        if self._raw is None:
            raise Misuse(f"used after its block: {sql}")
        if self._broken is not None:  # PostgreSQL refuses all further statements, so this engine does too
            raise Misuse(f"used after {self._broken!r}: {sql}")
        if not self.is_writing and not _only_reads(sql):
            raise Misuse(f"a write inside reading(): {sql}")
        for listener in listeners:
            listener(sql)
        return self._raw

    def _failed(self, error: sqlite3.Error) -> EngineError:
        found = typed(error)
        if self.is_writing:
            self._broken = found
        return found

    def begin(self) -> None:
        """Take the write lock."""
        self._control("BEGIN IMMEDIATE")
        self.is_writing = True

    def commit(self) -> None:
        """Commit. Raise the error of a statement that failed, though the block went on."""
        if self._broken is not None:
            raise self._broken
        self._control("COMMIT")
        self.is_writing = False

    def roll_back(self) -> None:
        """Undo what the transaction did."""
        self.is_writing, self._broken = False, None
        self.actions.clear()
        if self._raw is not None and self._raw.in_transaction:
            self._control("ROLLBACK")

    def _control(self, sql: str) -> None:
        assert self._raw is not None  # called inside the block only
        for listener in listeners:
            listener(sql)
        try:
            self._raw.execute(sql)
        except sqlite3.Error as error:
            raise typed(error) from error

    def give_back(self) -> None:
        """Refuse all further use."""
        self._raw = None
