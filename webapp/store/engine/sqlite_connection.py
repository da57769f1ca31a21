"""A lent SQLite connection, and SQLite's errors as the engine's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from .errors import Busy, Conflict, Damaged, EngineError, Full, Misuse, ReadOnly, Unreachable
from .lent_connection import Lent
from .protocol import NewId
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


class SqliteConnection(Lent[sqlite3.Connection]):
    """A connection for one block; see `protocol.Connection`."""

    __slots__ = ()
    dialect = "sqlite"

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> sqlite3.Cursor:
        """Run one statement."""
        raw = self._checked(sql)
        try:
            return raw.execute(sql, parameters)
        except sqlite3.Error as error:
            raise self.failed(typed(error)) from error

    def queue(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Run one write at once: the file is near."""
        self.execute(sql, parameters)

    def insert(
        self,
        sql: str,
        parameters: Sequence[Any],
        others: Sequence[tuple[str, Sequence[Any]]],
        then: Callable[[int], None],
        /,
    ) -> None:
        """Insert a row at once, then run the other writes with its id."""
        number = int(self.execute(sql, parameters).fetchone()[0])
        for other, given in others:
            self.execute(other, [each.of(number) if isinstance(each, NewId) else each for each in given])
        then(number)

    def flush(self) -> None:
        """Do nothing: no write waits."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement once for each row of parameters."""
        raw = self._checked(sql)
        try:
            raw.executemany(sql, parameters)
        except sqlite3.Error as error:
            raise self.failed(typed(error)) from error

    def begin(self) -> None:
        """Take the write lock."""
        self._control("BEGIN IMMEDIATE")
        self.is_writing = True

    def _control(self, sql: str) -> None:
        assert self._raw is not None  # called inside the block only
        for listener in listeners:
            listener(sql)
        try:
            self._raw.execute(sql)
        except sqlite3.Error as error:
            raise typed(error) from error

    def _in_transaction(self) -> bool:
        return self._raw is not None and self._raw.in_transaction
