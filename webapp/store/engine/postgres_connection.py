"""A lent PostgreSQL connection, and the pool that all worlds of a process share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from .errors import EngineError, Gone, Unreachable
from .lending import PATIENCE_SECONDS
from .lent_connection import Lent
from .postgres_address import no_connection
from .postgres_dialect import Row, adapt_values, for_psycopg, rows, together, typed
from .postgres_patience import CONNECT_SECONDS, PatientConnection
from .protocol import NewId
from .recording import joined, listeners

Found = TypeVar("Found")
CONNECTIONS = 20
"""So many at most for each process; a server takes 100 unless told otherwise."""
SILENCE: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""When a silent server counts as lost: seconds, the last in milliseconds. The system would wait for hours."""
STATEMENT_SECONDS = 30
"""A longer statement fails, but for copies and migrations."""
HANGING_SECONDS = 10
"""A transaction whose node does nothing for so long is undone: others wait for its lock."""
SESSION = {
    "lock_timeout": f"{round(1000 * PATIENCE_SECONDS)}",
    "statement_timeout": f"{1000 * STATEMENT_SECONDS}",
    "idle_in_transaction_session_timeout": f"{1000 * HANGING_SECONDS}",
    "client_encoding": "'UTF8'",
    "bytea_output": "hex",  # as `conversion` reads it
    "extra_float_digits": "1",  # all digits of a time
    "standard_conforming_strings": "on",
    "default_transaction_isolation": "'read committed'",  # a writer sees what the one before it committed
}
"""Settings of every connection. A server, a database or a role may have other defaults."""
_WITHOUT_LIMITS = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
_NO_SUCH_TABLE = ("3F000", "42P01")


class Raw(PatientConnection):
    """A connection that knows which world's tables it finds."""

    schema = ""
    lender: ConnectionPool[Raw]


class Rows(psycopg.Cursor[Row]):
    """A result; one of a statement that returns no rows is empty."""

    def __next__(self) -> Row:
        """Return the next row while iterating."""
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row

    def fetchone(self) -> Row | None:
        """Return the next row, or None."""
        return super().fetchone() if self.description else None

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        return super().fetchall() if self.description else []


class Place(NamedTuple):
    """A world's schema, and the two numbers of its lock. Neither is ever used again."""

    app: str
    key: int
    number: int

    @property
    def schema(self) -> str:
        """Return the name of the schema that holds the world's tables."""
        return f"{self.app}_{self.number}"


class PostgresConnection(Lent[Raw]):
    """A connection for one block; see `protocol.Connection`."""

    __slots__ = ("_exists", "_place", "_queued")
    dialect = "postgresql"

    def __init__(self, raw: Raw, place: Place, exists: Callable[[], bool]) -> None:
        super().__init__(raw)
        self._place = place
        self._exists = exists
        self._queued: list[tuple[str, Sequence[Any]]] = []

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor[Row]:
        """Run one statement."""
        raw = self._checked(sql)
        try:
            self._find_tables(raw)
            return self._with_queued(raw, lambda: raw.execute(for_psycopg(sql), parameters))
        except psycopg.Error as error:
            raise self.failed(self._typed(error)) from error

    def insert(
        self, sql: str, parameters: Sequence[Any], others: Sequence[tuple[str, Sequence[Any]]], /
    ) -> int:
        """Insert a row and run the other writes as one statement."""
        raw = self._checked(sql)
        for other, _ in others:
            self._join(other)
        whole = together(sql, tuple((other, tuple(map(_new_id, given))) for other, given in others))
        values = [
            *parameters,
            *(each for _, given in others for each in given if not isinstance(each, NewId)),
        ]
        try:
            found = self._with_queued(raw, lambda: raw.execute(whole, values))
        except psycopg.Error as error:
            raise self.failed(self._typed(error)) from error
        (row,) = found.fetchall()
        return int(row[0])

    def queue(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Keep a write for the next round trip."""
        self._join(sql)
        self._queued.append((sql, parameters))

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
        found = self._control(f"BEGIN; {_locking(self._place, patience_seconds)}")
        if not _is_there(found):
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
            for sql, parameters in queued:
                raw.execute(for_psycopg(sql), parameters)
            return run()

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


def _configure(raw: Raw) -> None:
    """Let a connection take and return values as SQLite does, and wait for no lock or statement for ever."""
    adapt_values(raw)
    raw.execute("; ".join(f"SET {name} = {value}" for name, value in SESSION.items()), prepare=False)


def _locking(place: Place, patience_seconds: float) -> str:
    """Return SQL that takes a world's lock and then counts the world."""
    return (
        f"SET LOCAL search_path TO {place.schema};"
        f" SET LOCAL lock_timeout = {max(1, round(patience_seconds * 1000))};"
        f" SELECT pg_advisory_xact_lock({place.key}, {place.number});"
        f" SELECT count(*) FROM {place.app}.worlds WHERE number = {place.number}"
    )


def _is_there(found: psycopg.Cursor[Row]) -> bool:
    while found.nextset():
        pass
    row = found.fetchone()
    return row is not None and row[0] == 1


class Pool:
    """The connections of one process to one server. It opens with the first use, also after `close`."""

    def __init__(self, url: str, application: str) -> None:
        self._url = url
        self._application = application
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Raw] | None = None

    def take(self, patience_seconds: float) -> Raw:
        """Return a connection. Raise `Unreachable`."""
        pool = self._opened()
        try:
            raw = pool.getconn(timeout=max(patience_seconds, 0.001))
        except PoolTimeout as error:
            raise Unreachable(f"no connection to {self._application}'s database") from error
        except psycopg.Error as error:
            raise typed(error) from error
        raw.lender = pool
        return raw

    def give_back(self, raw: Raw) -> None:
        """Take a connection back. One that failed is closed, and with it those that nobody uses now."""
        lost = raw.closed
        raw.lender.putconn(raw)  # closes it if the pool was closed meanwhile
        if lost and not raw.lender.closed:
            raw.lender.drain()

    @contextmanager
    def transaction(self, patience_seconds: float, *, may_take_long: bool = False) -> Iterator[Raw]:
        """Lend a connection inside a transaction. Raise an `EngineError` for psycopg's."""
        raw = self.take(patience_seconds)
        try:
            with raw.transaction():
                if may_take_long:
                    raw.execute(_WITHOUT_LIMITS, prepare=False)
                yield raw
        except psycopg.Error as error:
            raise typed(error) from error
        finally:
            self.give_back(raw)

    @contextmanager
    def locked(self, place: Place, patience_seconds: float, *, must_exist: bool = True) -> Iterator[Raw]:
        """Lend a connection inside a transaction that holds a world's write lock. Raise `Gone`, `Busy`."""
        with self.transaction(patience_seconds, may_take_long=True) as raw:
            found = raw.execute(_locking(place, patience_seconds), prepare=False)
            if not _is_there(found) and must_exist:
                raise Gone(place.schema)
            yield raw

    @contextmanager
    def first(self) -> Iterator[Raw]:
        """Lend a connection that is none of the pool's inside a transaction: without a server, it fails at once.

        Raise `Unreachable`, which names the server and the reason.
        """
        try:
            raw = Raw.connect(self._url, **self._options())
        except psycopg.Error as error:
            raise Unreachable(no_connection(self._url, error)) from error
        try:
            with raw, raw.transaction():
                _configure(raw)
                yield raw
        except psycopg.Error as error:
            raise typed(error) from error

    def apart(self) -> PatientConnection:
        """Return a connection that is none of the pool's. Raise psycopg's errors."""
        name = f"nidankai {self._application} news"
        return PatientConnection.connect(self._url, autocommit=True, application_name=name, **SILENCE)

    def close(self) -> None:
        """Close all connections that are not lent."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _opened(self) -> ConnectionPool[Raw]:
        with self._lock:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._url,
                    connection_class=Raw,
                    kwargs=self._options(),
                    configure=_configure,
                    min_size=0,
                    max_size=CONNECTIONS,
                    max_idle=60.0,
                    reconnect_timeout=CONNECT_SECONDS,
                    open=True,
                    name=self._application,
                )
            return self._pool

    def _options(self) -> dict[str, Any]:
        return {
            "autocommit": True,
            "row_factory": rows,
            "cursor_factory": Rows,
            "application_name": f"nidankai {self._application}",
            **SILENCE,
        }
