"""The engines of the contract suite. To test another one, return its address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from webapp.store.engine import Connection, Engine, Migration, Migrations, Store, engine_at

MIGRATIONS = Migrations(
    "contract",
    (
        Migration(
            "things",
            (
                """CREATE TABLE things (
                    id SERIAL_ID, name TEXT NOT NULL UNIQUE, at DOUBLE PRECISION NOT NULL DEFAULT 0,
                    large BIGINT NOT NULL DEFAULT 0, content BYTES, owner BIGINT REFERENCES things (id),
                    CHECK (name <> '')
                )""",
            ),
        ),
    ),
)


def engine_of(address: str, folder: Path, migrations: Migrations = MIGRATIONS) -> Engine:
    """Return the engine of an address, with its files in a folder."""
    return engine_at(address, folder / "worlds", migrations, folder / "default.db")


@pytest.fixture
def address() -> str:
    """Return the database's address. `test_postgres` and `make check ONLY=postgres` return PostgreSQL's."""
    return ""


@pytest.fixture
def another(address: str, tmp_path: Path) -> Iterator[Callable[..., Engine]]:
    """Return a function that makes one more engine over the same data, as another process has it.

    `another(migrations)` makes another version.
    """
    made: list[Engine] = []

    def make(migrations: Migrations = MIGRATIONS) -> Engine:
        made.append(engine_of(address, tmp_path, migrations))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def engine(another: Callable[..., Engine]) -> Engine:
    """Return an engine without worlds besides the default one."""
    return another()


@pytest.fixture
def store(engine: Engine) -> Store:
    """Return the default world."""
    return engine.open()


def add(db: Connection, name: str) -> int:
    """Insert a thing and return its id."""
    return int(db.execute("INSERT INTO things (name) VALUES (?) RETURNING id", (name,)).fetchone()["id"])


def names(store: Store) -> list[str]:
    """Return the names of all things, as another connection sees them."""
    with store.reading() as db:
        return [row["name"] for row in db.execute("SELECT name FROM things ORDER BY id")]
