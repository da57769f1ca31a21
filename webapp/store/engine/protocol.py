"""What every engine does. Two protocols: an `Engine` keeps worlds, a `Store` is one world's database.

SQL is written once, in the part of the language that SQLite and PostgreSQL share:

- ``?`` for parameters; ``RETURNING id`` for the id of a new row; ``CASE`` for the larger of two values.
- In an upsert, name the table before a column that is read: ``SET times = counts.times + 1``.
- No ``INSERT OR …``, no JSON functions, no ``rowid``.
- Times are ``DOUBLE PRECISION``: 8 bytes on both. ``REAL`` has 4 on PostgreSQL.
- Truth values are ``INTEGER`` 0 and 1. Numbers that may pass 2³¹ are ``BIGINT``.
- Definitions use words that the engine replaces: ``SERIAL_ID`` (a growing primary key), ``BYTES``, and ``TEXT``, which
  is compared character by character on both.
- A NUL in a text is kept as ``U+FFFD`` on PostgreSQL, which has none.
- What the two can't share (the full-text search) is written twice: `Only`, and `Connection.dialect`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

DEFAULT = "default"
"""The world that is there from the start and can't be dropped."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def is_name(text: str) -> bool:
    """Return whether a world can have this name."""
    return _NAME.fullmatch(text) is not None


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of these names of worlds that are like this one, the most similar first."""
    known = {each.lower(): each for each in names}
    import difflib  # late: only a mistake needs it

    return tuple(known[each] for each in difflib.get_close_matches(name.lower(), known))


class Only(NamedTuple):
    """A statement of the schema that is run by the engines of one dialect."""

    dialect: str
    sql: str


class Migration(NamedTuple):
    """A step of the schema. The name is kept in the database and never changes; statements run in one transaction."""

    name: str
    statements: tuple[str | Only, ...]

    def in_dialect(self, dialect: str) -> list[str]:
        """Return the statements that an engine of this dialect runs."""
        return [
            each if isinstance(each, str) else each.sql
            for each in self.statements
            if isinstance(each, str) or each.dialect == dialect
        ]


class Migrations(NamedTuple):
    """The steps of one app's schema, oldest first; ``app`` marks them in the database."""

    app: str
    steps: tuple[Migration, ...]


class NewId(NamedTuple):
    """Among the parameters of `Connection.insert`: the new row's id, or its negative."""

    is_negative: bool = False

    def of(self, number: int) -> int:
        """Return the parameter for a new row of this id."""
        return -number if self.is_negative else number


class Row(Protocol):
    """A row; columns by name or position."""

    def __getitem__(self, key: Any, /) -> Any:
        """Return one column, or several as a tuple for a slice of positions."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the columns' values."""

    def __len__(self) -> int:
        """Return the number of columns."""


class Result(Protocol):
    """The result of a statement. Read it inside the block that ran the statement."""

    @property
    def rowcount(self) -> int:
        """Return how many rows an INSERT, UPDATE or DELETE changed."""

    def fetchone(self) -> Any:
        """Return the next `Row`, or None."""

    def fetchall(self) -> list[Any]:
        """Return the `Row`s that are left."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the `Row`s that are left."""


class Connection(Protocol):
    """A connection lent for one block. It refuses to be used after the block."""

    @property
    def dialect(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Result:
        """Run one statement. Raise an `EngineError`."""

    def queue(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        """Run a write whose result nobody needs. It may travel with the next statement or the commit.

        So may its `EngineError`. Later statements see what it wrote.
        """

    def insert(
        self,
        sql: str,
        parameters: Sequence[Any],
        others: Sequence[tuple[str, Sequence[Any]]],
        then: Callable[[int], None],
        /,
    ) -> None:
        """Queue an INSERT with ``RETURNING id`` and other writes, with `NewId` among their parameters.

        They take one round trip. Each write is of another table, and reads nothing that the others write. ``then`` gets
        the id as soon as it is known: after a commit at the latest, before its actions. It must not use the connection.
        """

    def flush(self) -> None:
        """Run what is queued now, and tell all ids. Raise an `EngineError`."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        """Run one statement once for each row of parameters. Raise an `EngineError`."""


class Store(Protocol):
    """One world's database. Safe to share between threads.

    A thread holds one connection at a time: a block inside a block joins the outer one.
    """

    @property
    def name(self) -> str:
        """Return the world's name."""

    @property
    def place(self) -> str:
        """Return where the database is, for people. No two worlds ever have the same place."""

    before_writing: Callable[[], None] | None
    """Called before each outermost `writing` block takes its lock; it may wait or raise."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lend a connection for a block. Each statement sees what is committed when it begins; writes raise `Misuse`.

        Raise `Gone`, `Unavailable`.
        """

    def writing(self) -> AbstractContextManager[Connection]:
        """Lend a connection inside one transaction: commit at the block's end, roll back when it raises.

        Nothing that the block read changes before it commits. Raise `Gone`, `Unavailable`.
        """

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once this thread's transaction is committed, before the next writer of this process.

        Call it at once outside of a transaction, and never after a rollback. What it raises is logged only. It may
        read but not write.
        """

    def is_writing(self) -> bool:
        """Return whether this thread is inside `writing`."""

    def exists(self) -> bool:
        """Return whether the world is still there."""

    def migrate(self) -> None:
        """Bring the tables up to date. Safe to repeat, and in several processes at once."""

    def copy(self) -> bytes:
        """Return a consistent copy of all rows, in this engine's own form, also while others write."""

    def restore(self, copy: bytes) -> None:
        """Replace all rows by those of a copy, for every thread and process at once. Raise `Gone`, `Unavailable`."""

    def replace_rows(self, copy: bytes, but: Collection[str] = ()) -> None:
        """Replace the rows of all tables but these by those of a copy, in one transaction; join that of this thread.

        The copy has the same tables, as `Engine.scratch` makes them. Those of one engine only keep their rows.
        """

    def size(self) -> int:
        """Return the bytes that the database takes."""

    def health(self) -> list[str]:
        """Return what is wrong, nothing if all is well. Change nothing. Raise an `EngineError`."""

    def close(self) -> None:
        """Close the connections that are not lent; the next block opens new ones."""


class Engine(Protocol):
    """The worlds of one app. Safe to share between threads and processes."""

    @property
    def is_shared(self) -> bool:
        """Return whether processes of other machines may use the same worlds."""

    def open(self, name: str = DEFAULT) -> Store:
        """Return the store of a world, the same object while the world is there. Raise `UnknownWorld`."""

    def make(self, name: str, copy: bytes | None = None) -> bool:
        """Make a world with the rows of a copy (none: empty tables), which appear at once.

        Return False when there is a world of this name already.
        """

    def drop(self, name: str) -> bool:
        """Delete a world and its rows. Return False if there was none. Open stores raise `Gone`."""

    def names(self) -> list[str]:
        """Return the names of all worlds, the default one first."""

    def blank(self) -> bytes:
        """Return a copy with all tables and the rows that the migrations put in."""

    def scratch(self) -> AbstractContextManager[Store]:
        """Lend a store that begins as `blank`, is none of the worlds, and is deleted after the block."""

    def listen(self, heard: Callable[[str, int], None]) -> None:
        """Call ``heard(name, number)`` in another thread when another process announces news of a world.

        An empty name means that news may have been missed: look into every world. That comes first, after a lost
        connection, and twice a minute. An engine that is not shared never calls it.
        """

    def announce(self, name: str, number: int) -> None:
        """Tell other processes that what is committed in a world has news up to this number, such as an event's id.

        Call it after the commit. It neither waits nor fails, and may be lost: the rows are the truth.
        """

    def close(self) -> None:
        """Close all connections that are not lent."""
