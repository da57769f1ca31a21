"""One world in one schema of a PostgreSQL database, for any number of processes on any number of machines."""

from __future__ import annotations

from collections.abc import Collection

import psycopg

from . import postgres_schema
from .errors import Gone
from .lending import LendingStore
from .postgres_connection import PostgresConnection
from .postgres_dialect import typed
from .postgres_pool import Place, Pool, Raw
from .protocol import DEFAULT, Migrations


class PostgresStore(LendingStore[PostgresConnection]):
    """The schema of one world; see `protocol.Store`.

    Its writers take an advisory lock first, as `drop` does. READ COMMITTED is enough then: what a writer has read
    changes only by another writer.
    """

    driver_error = psycopg.Error
    typed = staticmethod(typed)

    def __init__(self, pool: Pool, place: Place, migrations: Migrations, name: str) -> None:
        super().__init__(name)
        self._pool = pool
        self._place = place
        self._migrations = migrations

    @property
    def place(self) -> str:
        """Return the name of the schema."""
        return self._place.schema

    def exists(self) -> bool:
        """Return whether the world is there. The default world always is."""
        if self.name == DEFAULT:
            return True
        place = self._place
        with self._pool.connection(self.patience_seconds) as raw:
            found = raw.execute(f"SELECT 1 FROM {place.app}.worlds WHERE number = %s", (place.number,))
            return found.fetchone() is not None

    def migrate(self) -> None:
        """Bring the tables up to date. Safe to repeat, and in several processes at once.

        Each step is one transaction: a step that changes rows does not hold the locks of one that changes tables.
        """
        schema = self._place.schema
        with self._pool.transaction(self.patience_seconds) as raw:
            steps = postgres_schema.pending(raw, schema, self._migrations)
        while steps:
            with self._pool.locked(self._place, self.patience_seconds) as raw:
                steps = postgres_schema.pending(raw, schema, self._migrations)
                postgres_schema.apply(raw, self._migrations, steps[:1])
            steps = steps[1:]

    def copy(self) -> bytes:
        """Return a consistent copy of all rows."""
        with self._pool.transaction(self.patience_seconds, may_take_long=True) as raw:
            raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY", prepare=False)
            self._check(raw)
            return postgres_schema.copy(raw, self._place.schema, self._migrations.app)

    def restore(self, copy: bytes) -> None:
        """Replace all rows by those of a copy, for every thread and process at once."""
        with self._pool.locked(self._place, self.patience_seconds) as raw:
            postgres_schema.restore(raw, self._place.schema, self._migrations, copy)

    def replace_rows(self, copy: bytes, but: Collection[str] = ()) -> None:
        """Replace the rows of all tables but these."""
        with self._driver() as raw:
            postgres_schema.replace_rows(raw, self._place.schema, self._migrations, copy, but)

    def size(self) -> int:
        """Return the bytes of the tables and their indexes."""
        with self._pool.connection(self.patience_seconds) as raw:
            row = raw.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
                " WHERE relnamespace = to_regnamespace(%s) AND relkind = 'r'",
                (self._place.schema,),
            ).fetchone()
        return int(row[0]) if row else 0

    def health(self) -> list[str]:
        """Return missing migrations; try the write lock. The server itself looks after its pages and owners."""
        with self.writing():
            pass
        with self._pool.transaction(self.patience_seconds) as raw:
            behind = len(postgres_schema.pending(raw, self._place.schema, self._migrations))
        return [f"{behind} migrations are pending: start the app once"] if behind else []

    def close(self) -> None:
        """Do nothing: the worlds of a process share their connections; see the engine's `close`."""

    def _lend(self) -> PostgresConnection:
        return PostgresConnection(self._pool.take(self.patience_seconds), self._place, self.exists)

    def _take_back(self, lent: PostgresConnection) -> None:
        raw = lent.give_back()
        if raw is not None:
            self._pool.give_back(raw)

    def _begin(self, lent: PostgresConnection) -> None:
        lent.begin(self.patience_seconds)

    def _check(self, raw: Raw) -> None:
        place = self._place
        if not raw.execute(f"SELECT 1 FROM {place.app}.worlds WHERE number = %s", (place.number,)).fetchone():
            raise Gone(self.name)
