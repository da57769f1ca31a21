"""All worlds of one app, copied to another place and another engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import conversion
from .errors import Damaged
from .protocol import DEFAULT, Engine, Migrations, Store
from .sqlite_worlds import SqliteEngine


class Worlds:
    """The worlds of one engine. ``finish`` completes a world whose copy was of the other engine."""

    def __init__(
        self, engine: Engine, migrations: Migrations, finish: Callable[[Store], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._migrations = migrations
        self._finish = finish

    def names(self) -> list[str]:
        """Return the names of all worlds."""
        return self._engine.names()

    def open(self, name: str) -> Store:
        """Return the store of a world. Raise `UnknownWorld`."""
        return self._engine.open(name)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Keep writers out of a world, however long the block takes. Raise `Gone`, `UnknownWorld`, `Unavailable`."""
        with self._engine.open(name).writing() as db:
            if db.dialect == "postgresql":
                db.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield

    def copy(self, name: str) -> bytes:
        """Return a copy of a world, with this version's tables."""
        return self._engine.open(name).copy()

    def is_empty(self) -> bool:
        """Return whether there is only the default world, without any row that an app added."""
        blank = conversion.counts(self._engine.blank(), self._migrations)
        own = conversion.counts(self._engine.open().copy(), self._migrations)
        return self.names() == [DEFAULT] and _filled(own) == _filled(blank)

    def check(self, copy: bytes) -> None:
        """Refuse a copy that `put` would refuse. Raise `Damaged`."""
        conversion.check(copy, self._migrations)

    def put(self, name: str, copy: bytes) -> int:
        """Make a world of a copy of either engine, in place of one of this name. Return how many rows it has.

        Raises:
            Damaged: the copy is none of this app, or of a later version, or its rows are not all there.
        """
        self.check(copy)
        is_own = conversion.is_sqlite(copy) == isinstance(self._engine, SqliteEngine)
        rows = copy if is_own else self._converted(copy)
        if name == DEFAULT:
            self._engine.open(name).restore(rows)
            self._engine.open(name).migrate()
        else:
            self._engine.drop(name)
            self._engine.make(name, rows)
        store = self._engine.open(name)
        wanted, found = (conversion.counts(each, self._migrations) for each in (copy, store.copy()))
        if conversion.is_current(copy, self._migrations) and _filled(found) != _filled(wanted):
            raise Damaged(
                f"of the world {name} not all rows arrived: {_filled(wanted)}, but {_filled(found)}"
            )
        if not is_own:
            self._finish(store)
        return sum(found.values())

    def keep_only(self, names: list[str]) -> None:
        """Delete all worlds but these and the default one."""
        for name in self.names():
            if name not in names:
                self._engine.drop(name)

    def clear(self) -> None:
        """Delete all worlds, and all rows of the default one."""
        self.keep_only([])
        self._engine.open().restore(self._engine.blank())

    def close(self) -> None:
        """Close all connections."""
        self._engine.close()

    def _converted(self, copy: bytes) -> bytes:
        if conversion.is_sqlite(copy):
            return conversion.to_postgres(copy, self._migrations)
        return conversion.to_sqlite(copy, self._migrations, self._engine.blank())


def _filled(counts: dict[str, int]) -> dict[str, int]:
    return {table: count for table, count in counts.items() if count}
