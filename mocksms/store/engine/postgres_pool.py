"""The connections of one process to its PostgreSQL server, which all its worlds share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from .errors import Gone, Unreachable
from .lending import PATIENCE_SECONDS
from .postgres_address import no_connection
from .postgres_dialect import Row, adapt_values, rows, typed
from .postgres_patience import CONNECT_SECONDS, PatientConnection

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
logging.getLogger("psycopg.pool").setLevel(logging.WARNING)  # else it tells of each connection that is lent


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
        return super().fetchone() if self._has_columns() else None

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        return super().fetchall() if self._has_columns() else []

    def _has_columns(self) -> bool:
        """Return whether there is anything to fetch; `description` would make an object for each column."""
        return self.pgresult is not None and self.pgresult.nfields > 0


class Place(NamedTuple):
    """A world's schema, and the two numbers of its lock. Neither is ever used again."""

    app: str
    key: int
    number: int

    @property
    def schema(self) -> str:
        """Return the name of the schema that holds the world's tables."""
        return f"{self.app}_{self.number}"


def _configure(raw: Raw) -> None:
    """Let a connection take and return values as SQLite does, and wait for no lock or statement for ever."""
    adapt_values(raw)
    raw.execute("; ".join(f"SET {name} = {value}" for name, value in SESSION.items()), prepare=False)


def locking(place: Place, patience_seconds: float) -> str:
    """Return SQL that takes a world's lock and then counts the world."""
    return (
        f"SET LOCAL search_path TO {place.schema};"
        f" SET LOCAL lock_timeout = {max(1, round(patience_seconds * 1000))};"
        f" SELECT pg_advisory_xact_lock({place.key}, {place.number});"
        f" SELECT count(*) FROM {place.app}.worlds WHERE number = {place.number}"
    )


def is_there(found: psycopg.Cursor[Row]) -> bool:
    """Return whether the world that `locking` counted is there."""
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
    def connection(self, patience_seconds: float) -> Iterator[Raw]:
        """Lend a connection; each statement commits by itself. Raise an `EngineError` for psycopg's."""
        raw = self.take(patience_seconds)
        try:
            yield raw
        except psycopg.Error as error:
            raise typed(error) from error
        finally:
            self.give_back(raw)

    @contextmanager
    def transaction(self, patience_seconds: float, *, may_take_long: bool = False) -> Iterator[Raw]:
        """Lend a connection inside a transaction. Raise an `EngineError` for psycopg's."""
        with self.connection(patience_seconds) as raw, raw.transaction():
            if may_take_long:
                raw.execute(_WITHOUT_LIMITS, prepare=False)
            yield raw

    @contextmanager
    def locked(self, place: Place, patience_seconds: float, *, must_exist: bool = True) -> Iterator[Raw]:
        """Lend a connection inside a transaction that holds a world's write lock. Raise `Gone`, `Busy`."""
        with self.transaction(patience_seconds, may_take_long=True) as raw:
            found = raw.execute(locking(place, patience_seconds), prepare=False)
            if not is_there(found) and must_exist:
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
