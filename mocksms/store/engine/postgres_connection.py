"""A PostgreSQL connection that is lent for one block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from .errors import EngineError, Gone
from .lent_connection import Lent
from .postgres_dialect import Row, for_psycopg, together, typed
from .postgres_pool import Place, Raw, is_there, locking
from .protocol import NewId
from .recording import joined, listeners

Found = TypeVar("Found")
_NO_SUCH_TABLE = ("3F000", "42P01")


class _Queued(NamedTuple):
    """A statement that waits for the next round trip, and who gets the id that it returns."""

    sql: str
    parameters: Sequence[Any]
    then: Callable[[int], None] | None = None


class PostgresConnection(Lent[Raw]):
    """A connection for one block; see `protocol.Connection`."""

    __slots__ = ("_exists", "_place", "_queued")
    dialect = "postgresql"

    def __init__(self, raw: Raw, place: Place, exists: Callable[[], bool]) -> None:
        super().__init__(raw)
        self._place = place
        self._exists = exists
        self._queued: list[_Queued] = []

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Row]:
        """Run one statement."""
        raw = self._checked(sql)
        try:
            self._find_tables(raw)
            return self._with_queued(raw, lambda: raw.execute(for_psycopg(sql), parameters))
        except psycopg.Error as error:
            raise self.failed(self._typed(error)) from error

    def insert(
        self,
        sql: str,
        parameters: Sequence[Any],
        others: Sequence[tuple[str, Sequence[Any]]],
        then: Callable[[int], None],
        /,
    ) -> None:
        """Keep a row and the other writes, as one statement, for the next round trip."""
        self._join(sql)
        for other, _ in others:
            self._join(other)
        whole = together(sql, tuple((other, tuple(map(_new_id, given))) for other, given in others))
        values = [
            *parameters,
            *(each for _, given in others for each in given if not isinstance(each, NewId)),
        ]
        self._queued.append(_Queued(whole, values, then))

    def queue(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Keep a write for the next round trip."""
        self._join(sql)
        self._queued.append(_Queued(for_psycopg(sql), parameters))

    def flush(self) -> None:
        """Send what is queued, and wait for the answer."""
        self.driver()

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement once for each row of parameters."""
        raw = self._checked(sql)
        try:
            self._find_tables(raw)
            self._with_queued(raw, lambda: raw.cursor().executemany(for_psycopg(sql), parameters))
        except psycopg.Error as error:
            raise self.failed(self._typed(error)) from error

    def begin(self, patience_seconds: float) -> None:
        """Take the world's write lock. Raise `Gone`, `Busy`.

        All is sent at once. Each statement sees what is committed when it begins, so the world is looked for under the
        lock.
        """
        found = self._control(f"BEGIN; {locking(self._place, patience_seconds)}")
        if not is_there(found):
            raise Gone(self._place.schema)
        self.is_writing = True

    def _join(self, sql: str) -> None:
        self._checked(sql)
        for listener in joined:
            listener(sql)

    def driver(self) -> Raw:
        """Return psycopg's connection, after what is queued."""
        raw = super().driver()
        try:
            self._with_queued(raw, lambda: None)
        except psycopg.Error as error:
            raise self.failed(self._typed(error)) from error
        return raw

    def roll_back(self) -> None:
        """Undo what the transaction did. What is queued is never sent."""
        self._queued.clear()
        super().roll_back()

    def _with_queued(self, raw: Raw, run: Callable[[], Found]) -> Found:
        """Run a statement in one round trip with what is queued."""
        if not self._queued:
            return run()
        queued, self._queued = self._queued, []
        with raw.pipeline():
            results = [raw.execute(each.sql, each.parameters) for each in queued]
            found = run()
        for each, result in zip(queued, results, strict=True):
            if each.then is not None:
                (row,) = result.fetchall()
                each.then(int(row[0]))
        return found

    def _find_tables(self, raw: Raw) -> None:
        if not self.is_writing and raw.schema != self._place.schema:
            raw.execute(f"SET search_path TO {self._place.schema}", prepare=False)
            raw.schema = self._place.schema

    def _control(self, sql: str) -> psycopg.Cursor[Row]:
        raw = self._raw
        assert raw is not None  # called inside the block only
        for listener in listeners:
            listener(sql)
        try:
            return self._with_queued(raw, lambda: raw.execute(sql, prepare=False))
        except psycopg.Error as error:
            raise self._typed(error) from error

    def _in_transaction(self) -> bool:
        return self._raw is not None and self._raw.info.transaction_status in (
            TransactionStatus.INTRANS,
            TransactionStatus.INERROR,
        )

    def _typed(self, error: psycopg.Error) -> EngineError:
        if error.sqlstate in _NO_SUCH_TABLE and not self._exists():
            return Gone(self._place.schema)
        return typed(error)


def _new_id(parameter: object) -> NewId | None:
    return parameter if isinstance(parameter, NewId) else None
