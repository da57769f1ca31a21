"""Worlds as schemas: ``APP.worlds`` names them, the tables of the seventh are in ``APP_7``.

A world's number comes from an identity column, so neither its schema nor its lock is ever used again. A process that
holds a dropped world open can't harm the next world of that name. Several apps may share one database.
"""

from __future__ import annotations

import secrets
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import postgres_schema
from .errors import EngineError, Unfit, UnknownWorld
from .lending import PATIENCE_SECONDS
from .postgres import PostgresStore
from .postgres_news import News
from .postgres_pool import Place, Pool, Raw
from .protocol import DEFAULT, Migrations, is_name, nearest

_SCRATCH = ".scratch-"
"""No world's name begins with a dot, so these are none of the worlds."""


class PostgresEngine:
    """The worlds of one app in one database; see `protocol.Engine`."""

    is_shared = True

    def __init__(self, url: str, migrations: Migrations) -> None:
        self._migrations = migrations
        self._app = migrations.app
        self._key = zlib.crc32(self._app.encode()) - (1 << 31)
        self._pool = Pool(url, self._app)
        self._news = News(self._pool.apart, f"nidankai_{self._app}")
        self._open: dict[str, PostgresStore] = {}
        self._lock = threading.RLock()
        self._is_ready = False
        self._blank = b""

    def open(self, name: str = DEFAULT) -> PostgresStore:
        """Return the store of a world. The default world is made if it is missing."""
        with self._lock:
            store = self._open.get(name)
            if store is None or not store.exists():
                self._open.pop(name, None)
                store = self._open[name] = self._opened(name)
            return store

    def make(self, name: str, copy: bytes | None = None) -> bool:
        """Make a world in one transaction, unless another process was faster."""
        if not is_name(name):
            raise ValueError(f"no world can be called {name!r}")
        return name != DEFAULT and self._make(name, copy)

    def drop(self, name: str) -> bool:
        """Delete a world. The default one stays."""
        if name == DEFAULT or not is_name(name):
            return False
        with self._lock:
            self._open.pop(name, None)
        place = self._find(name)
        if place is None or not self._drop(place):
            return False
        self.announce(name, 0)  # whoever waits in it goes
        return True

    def names(self) -> list[str]:
        """Return the names of all worlds, the default one first."""
        with self._connection() as raw:
            rows = raw.execute(
                f"SELECT name FROM {self._app}.worlds WHERE name NOT IN (%s) ORDER BY name", (DEFAULT,)
            )
            return [DEFAULT, *(name for (name,) in rows if is_name(name))]

    def blank(self) -> bytes:
        """Return an empty world's copy. Each process makes it once, so its tables are never older than the code."""
        with self._lock:
            if not self._blank:
                with self.scratch() as store:
                    self._blank = store.copy()
            return self._blank

    @contextmanager
    def scratch(self) -> Iterator[PostgresStore]:
        """Lend a store in a schema that is deleted after the block."""
        name = f"{_SCRATCH}{secrets.token_hex(8)}"
        self._make(name)
        place = self._find(name)
        assert place is not None
        try:
            yield self._store(name, place)
        finally:
            self._drop(place)

    def listen(self, heard: Callable[[str, int], None]) -> None:
        """Call ``heard`` for news of other processes."""
        self._news.listen(heard)

    def announce(self, name: str, number: int) -> None:
        """Tell other processes that a world has news up to this number."""
        self._news.announce(name, number)

    def close(self) -> None:
        """End the news, and close all connections that are not lent."""
        self._news.close()
        self._pool.close()

    def _opened(self, name: str) -> PostgresStore:
        if name == DEFAULT:
            self._make(DEFAULT)
        place = self._find(name) if is_name(name) else None
        if place is None:
            raise UnknownWorld(name, nearest(name, self.names()))
        store = self._store(name, place)
        try:
            store.migrate()
        except EngineError:
            if store.exists():
                raise
            raise UnknownWorld(name, nearest(name, self.names())) from None  # deleted meanwhile
        return store

    def _store(self, name: str, place: Place) -> PostgresStore:
        return PostgresStore(self._pool, place, self._migrations, name)

    def _find(self, name: str) -> Place | None:
        with self._connection() as raw:
            row = raw.execute(f"SELECT number FROM {self._app}.worlds WHERE name = %s", (name,)).fetchone()
        return Place(self._app, self._key, row[0]) if row else None

    def _make(self, name: str, copy: bytes | None = None) -> bool:
        if self._find(name) is not None:
            return False
        with self._connection() as raw, raw.transaction():
            # whoever makes the same name now waits here, and then finds it taken
            row = raw.execute(
                f"INSERT INTO {self._app}.worlds (name) VALUES (%s) ON CONFLICT DO NOTHING RETURNING number",
                (name,),
            ).fetchone()
            if row is None:
                return False
            place = Place(self._app, self._key, row[0])
            if copy is None:
                postgres_schema.create(raw, place.schema, self._migrations)
            else:
                postgres_schema.restore(raw, place.schema, self._migrations, copy, is_new=True)
        return True

    def _drop(self, place: Place) -> bool:
        with self._pool.locked(place, PATIENCE_SECONDS, must_exist=False) as raw:
            gone = raw.execute(f"DELETE FROM {place.app}.worlds WHERE number = %s", (place.number,))
            raw.execute(f"DROP SCHEMA IF EXISTS {place.schema} CASCADE")
        return gone.rowcount == 1

    def _prepare(self) -> None:
        """Make the table of the worlds. Raise `Unfit` or `Unreachable`, with one line for who starts the app."""
        with self._pool.first() as raw:  # the pool would go on trying in threads
            _refuse_other_encodings(raw)
            raw.execute("SELECT pg_advisory_xact_lock(%s, 0)", (self._key,))
            raw.execute(f"CREATE SCHEMA IF NOT EXISTS {self._app}")
            raw.execute(
                f"""CREATE TABLE IF NOT EXISTS {self._app}.worlds (
                    number INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                    name TEXT COLLATE "C" NOT NULL UNIQUE
                )"""
            )

    @contextmanager
    def _connection(self) -> Iterator[Raw]:
        """Lend a connection, once the table of the worlds is there."""
        if not self._is_ready:
            self._prepare()
            self._is_ready = True
        with self._pool.connection(PATIENCE_SECONDS) as raw:
            yield raw


def _refuse_other_encodings(raw: Raw) -> None:
    """Raise `Unfit` where texts aren't kept as UTF-8: an encoding may lack characters, or the server counts bytes."""
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Unfit(
            f"the database {raw.info.dbname} has the encoding {encoding}, not UTF8. Make another one:"
            " createdb --template=template0 --encoding=UTF8 --locale=C NAME"
        )
