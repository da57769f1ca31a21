"""The SQLite engine only: its pool, its files, and SQLite's errors by code."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.assertions import not_empty
from tests.store.conftest import MIGRATIONS, add, names
from webapp.store.engine import (
    Busy,
    Damaged,
    Full,
    Migration,
    Migrations,
    ReadOnly,
    SqliteEngine,
    SqliteStore,
    Unreachable,
    sqlite,
    sqlite_worlds,
)
from webapp.store.engine.recording import listening
from webapp.store.engine.sqlite_connection import typed


@pytest.fixture
def engine(tmp_path: Path) -> SqliteEngine:
    """An engine on a folder of its own."""
    return SqliteEngine(tmp_path / "worlds", MIGRATIONS, tmp_path / "first" / "default.db")


@pytest.fixture
def store(engine: SqliteEngine) -> SqliteStore:
    """The default world."""
    return engine.open()


def handles(store: SqliteStore) -> int:
    """Files of the store that this process has open."""
    return sum(path.resolve().is_relative_to(store.path.parent) for path in Path("/proc/self/fd").iterdir())


def test_pool_keeps_few_connections_and_closes_those_long_unused(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = threading.Barrier(20)

    def read(_: int) -> None:
        with store.reading() as db:
            meet.wait()
            db.execute("SELECT 1").fetchone()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(read, range(20)))
    assert len(store._idle) == sqlite.IDLE_KEPT
    monkeypatch.setattr(sqlite, "IDLE_SECONDS", 0.0)
    assert names(store) == []
    assert len(store._idle) <= 1
    store.close()
    assert handles(store) == 0


def test_worlds_used_long_ago_keep_no_connection(engine: SqliteEngine) -> None:
    stores = []
    for number in not_empty(range(sqlite_worlds.WITH_CONNECTIONS + 10)):
        engine.make(f"w{number}")
        stores.append(engine.open(f"w{number}"))
        assert names(stores[-1]) == []
    assert sum(handles(store) > 0 for store in stores) <= sqlite_worlds.WITH_CONNECTIONS
    assert names(stores[0]) == []


def test_files_belong_to_their_owner_alone(engine: SqliteEngine) -> None:
    engine.make("one")
    for name in ("default", "one"):
        store = engine.open(name)
        with store.writing() as db:
            add(db, "thing")
        for path in not_empty(store.path.parent.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_full_disk_is_told_and_keeps_nothing(store: SqliteStore) -> None:
    with store.reading() as db:
        pages = db.execute("SELECT page_count FROM pragma_page_count()").fetchone()[0]
    store.close()
    store.pragmas = (*store.pragmas, f"max_page_count = {pages}")
    with pytest.raises(Full), store.writing() as db:
        for number in range(1000):
            add(db, f"{number}" * 500)
    assert names(store) == []


def test_read_only_file_can_be_read(store: SqliteStore) -> None:
    with store.writing() as db:
        add(db, "one")
    store.close()
    store.pragmas = (*store.pragmas, "query_only = on")
    with pytest.raises(ReadOnly), store.writing() as db:
        add(db, "two")
    assert names(store) == ["one"]


def test_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "default.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(Damaged):
        SqliteEngine(tmp_path, MIGRATIONS, tmp_path / "default.db").open()


def test_missing_file_is_never_made_by_opening_it(store: SqliteStore) -> None:
    store.close()
    store.path.unlink()
    with pytest.raises(Unreachable):
        names(store)
    assert not store.path.exists()


def test_errors_are_told_by_their_code_and_not_by_their_text() -> None:
    busy = sqlite3.OperationalError("whatever the text says")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY_SNAPSHOT
    assert isinstance(typed(busy), Busy)
    assert not isinstance(typed(sqlite3.OperationalError("database is locked")), Busy)


def test_health_tells_of_pending_migrations_and_of_rows_without_owner(store: SqliteStore) -> None:
    later = Migrations(
        "contract", (*MIGRATIONS.steps, Migration("more", ("CREATE TABLE more (id SERIAL_ID)",)))
    )
    assert SqliteStore(store.path, later).health() == ["1 migrations are pending: start the app once"]
    with sqlite3.connect(store.path) as raw:
        raw.execute("INSERT INTO things (name, owner) VALUES ('orphan', 1000)")
    raw.close()
    assert store.health() == ["1 rows belong to nothing"]


def test_database_of_an_earlier_version_is_migrated_by_the_names_it_knows(tmp_path: Path) -> None:
    """The table of applied steps is sqlite-utils' own, which earlier versions wrote."""
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations as Steps

    steps, path = Steps("contract"), tmp_path / "default.db"
    steps(name="things")(
        lambda db: db.execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)") and None
    )
    with sqlite3.connect(path) as raw:
        steps.apply(Database(raw))
        raw.execute("INSERT INTO things (name) VALUES ('of before')")
    raw.close()
    more = Migration("more", ("ALTER TABLE things ADD COLUMN colour TEXT",))
    store = SqliteEngine(tmp_path, Migrations("contract", (*MIGRATIONS.steps, more)), path).open()
    with store.reading() as db:
        assert tuple(db.execute("SELECT name, colour FROM things").fetchone()) == ("of before", None)


def test_statements_are_heard_in_the_order_they_run(store: SqliteStore) -> None:
    heard: list[str] = []
    with listening(heard.append), store.writing() as db:
        db.execute("SELECT 1")
    names(store)
    assert heard == ["BEGIN IMMEDIATE", "SELECT 1", "COMMIT"]


DROPPED_MEANWHILE = """
import sys
from pathlib import Path
from tests.store.conftest import engine_of

engine = engine_of("", Path(sys.argv[1]))
engine.make("short")

def drop(event, arguments):
    if event == "os.scandir" and str(arguments[0]).endswith("short") and not dropped:
        dropped.append(True)
        engine.drop("short")

dropped = []
sys.addaudithook(drop)  # in the moment between the look whether there is a folder and the look into it
print(engine.names(), dropped)
"""


def test_world_that_is_dropped_while_worlds_are_listed_is_left_out(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DROPPED_MEANWHILE, str(tmp_path)]
    ran = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("['default'] [True]\n", "")
