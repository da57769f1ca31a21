"""The contract of an engine: worlds are created, listed, dropped, copied and restored."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.store.conftest import MIGRATIONS, add, names
from webapp.store.engine import (
    DEFAULT,
    Conflict,
    Engine,
    Gone,
    Migration,
    Migrations,
    Store,
    UnknownWorld,
    is_name,
)
from webapp.store.engine.recording import listening


def with_thing(store: Store, name: str) -> None:
    """Insert one thing."""
    with store.writing() as db:
        add(db, name)


def test_default_world_is_there_and_stays(engine: Engine) -> None:
    with_thing(engine.open(), "one")
    assert engine.names() == [DEFAULT]
    assert not engine.make(DEFAULT) and not engine.drop(DEFAULT)
    assert names(engine.open()) == ["one"]


def test_default_world_is_made_once_by_many(another: Callable[..., Engine]) -> None:
    meet = threading.Barrier(4)

    def begin(number: int) -> None:
        engine = another()
        meet.wait()
        with_thing(engine.open(), str(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(begin, range(4)))
    assert sorted(names(another().open())) == ["0", "1", "2", "3"]


def test_world_is_made_apart_listed_and_seen_by_others(
    engine: Engine, another: Callable[..., Engine]
) -> None:
    assert engine.make("one") and not engine.make("one")
    with_thing(engine.open("one"), "thing")
    assert engine.names() == another().names() == [DEFAULT, "one"]
    assert names(another().open("one")) == ["thing"] and names(engine.open()) == []
    assert engine.open("one") is engine.open("one")


def test_unknown_world_is_told_with_its_nearest_names(engine: Engine) -> None:
    for name in ("checkout-1", "checkout-2", "other"):
        engine.make(name)
    with pytest.raises(UnknownWorld) as lost:
        engine.open("Chekout-1")
    assert lost.value.name == "Chekout-1" and lost.value.nearest[:2] == ("checkout-1", "checkout-2")
    assert engine.names() == [DEFAULT, "checkout-1", "checkout-2", "other"], "opening makes none"


@pytest.mark.parametrize("name", ["", ".", "../up", "a/b", ".hidden", "a" * 65, "世界", "a\n"])
def test_world_of_a_bad_name_is_none(engine: Engine, name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ValueError, match="no world"):
        engine.make(name)
    with pytest.raises(UnknownWorld):
        engine.open(name)
    assert not engine.drop(name)


def test_world_begins_with_the_rows_it_is_given(engine: Engine) -> None:
    with_thing(engine.open(), "one")
    engine.make("copied", engine.open().copy())
    made = engine.open("copied")
    assert names(made) == ["one"]
    with_thing(made, "two")
    assert names(engine.open()) == ["one"]
    assert engine.open(DEFAULT).size() > 0


def test_world_is_made_once_by_many(another: Callable[..., Engine]) -> None:
    engines = [another(), another()]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: engines[number % 2].make("same"), range(8)))
    assert made.count(True) == 1
    assert len({engine.open("same").place for engine in engines}) == 1


def test_dropped_world_is_gone_for_whoever_holds_it_open(
    engine: Engine, another: Callable[..., Engine]
) -> None:
    engine.make("one")
    holders = [engine.open("one"), another().open("one")]
    for holder in holders:
        assert names(holder) == []
    assert engine.drop("one") and not engine.drop("one")
    for holder in holders:
        assert not holder.exists()
        with pytest.raises(Gone):
            with_thing(holder, "lost")
        with pytest.raises(Gone):
            names(holder)
    assert engine.names() == [DEFAULT]
    with pytest.raises(UnknownWorld):
        engine.open("one")


def test_world_of_a_dropped_name_has_another_place_and_nothing_of_before(
    engine: Engine, another: Callable[..., Engine]
) -> None:
    other, places = another(), set()
    for _ in range(3):
        engine.make("again")
        store, elsewhere = engine.open("again"), other.open("again")
        assert names(elsewhere) == []
        with_thing(elsewhere, "thing")
        places.add(store.place)
        assert store.place == elsewhere.place
        engine.drop("again")
        assert not store.exists()
    assert len(places) == 3
    engine.make("again")
    with pytest.raises(Gone):
        with_thing(elsewhere, "late")
    elsewhere.close()
    assert names(other.open("again")) == []


def test_writer_in_a_dropped_world_is_told_and_makes_nothing(
    engine: Engine, another: Callable[..., Engine]
) -> None:
    engine.make("one")
    store = engine.open("one")
    with store.reading() as db:
        another().drop("one")
        with contextlib.suppress(Gone):  # a file lives as long as it is open, a schema does not
            assert db.execute("SELECT count(*) FROM things").fetchone()[0] == 0
        with pytest.raises(Gone), store.writing():
            raise AssertionError
    assert engine.names() == [DEFAULT]


def test_restore_puts_back_all_rows_for_everybody(engine: Engine, another: Callable[..., Engine]) -> None:
    store, other = engine.open(), another().open()
    with_thing(store, "one")
    copy = store.copy()
    with_thing(other, "two")
    for _ in range(50):
        with_thing(store, "x" * 2000 + str(_))
    assert len(names(other)) == 52
    store.restore(copy)
    assert names(store) == names(other) == ["one"]
    with_thing(other, "three")
    assert names(store) == ["one", "three"] and store.health() == []


def test_rows_are_replaced_but_in_some_tables_in_one_transaction(another: Callable[..., Engine]) -> None:
    log = Migration(
        "log",
        (
            "CREATE TABLE log (id SERIAL_ID, text TEXT NOT NULL)",
            "CREATE TABLE parts (thing BIGINT NOT NULL REFERENCES things (id) ON DELETE CASCADE, content BYTES)",
        ),
    )
    engine = another(Migrations("contract", (*MIGRATIONS.steps, log)))
    with engine.scratch() as scratch:
        with scratch.writing() as db:
            db.execute("INSERT INTO parts (thing, content) VALUES (?, ?)", (add(db, "seeded"), b"\0\xff"))
            db.execute("INSERT INTO log (text) VALUES ('of the copy')")
        copy = scratch.copy()
    store = engine.open()
    with store.writing() as db:
        for name in ("one", "two"):
            db.execute("INSERT INTO parts (thing) VALUES (?)", (add(db, name),))
            db.execute("INSERT INTO log (text) VALUES (?)", (name,))
    with pytest.raises(LookupError), store.writing():
        store.replace_rows(copy, but=("log",))
        assert names(store) == ["seeded"]
        raise LookupError
    assert names(store) == ["one", "two"]
    with store.writing() as db:
        assert add(db, "three") == 3, "what was undone are the ids too"
    heard: list[str] = []
    with listening(heard.append):
        store.replace_rows(copy, but=("log",))
    assert [sql for sql in heard if not sql.startswith("BEGIN")] == ["COMMIT"], "its SQL is not portable"
    with store.writing() as db:
        assert [row[0] for row in db.execute("SELECT text FROM log ORDER BY id")] == ["one", "two"]
        assert [bytes(row[0]) for row in db.execute("SELECT content FROM parts")] == [b"\0\xff"]
        assert add(db, "next") == 2, "ids go on from those of the copy"
        assert db.execute("INSERT INTO log (text) VALUES ('more') RETURNING id").fetchone()[0] == 3
    assert names(store) == ["seeded", "next"] and store.health() == []


def test_replacing_rows_that_fails_ends_the_block(another: Callable[..., Engine]) -> None:
    parts = Migration("parts", ("CREATE TABLE parts (thing BIGINT NOT NULL REFERENCES things (id))",))
    engine = another(Migrations("contract", (*MIGRATIONS.steps, parts)))
    with engine.scratch() as scratch:
        copy = scratch.copy()
    store = engine.open()
    with store.writing() as db:
        db.execute("INSERT INTO parts (thing) VALUES (?)", (add(db, "one"),))
    with pytest.raises(Conflict), store.writing(), contextlib.suppress(Exception):
        store.replace_rows(copy, but=("parts",))
    assert names(store) == ["one"]


def test_copy_is_of_one_moment_while_others_write(store: Store, engine: Engine) -> None:
    over = threading.Event()

    def write() -> None:
        number = 0
        while not over.is_set():
            with store.writing() as db:
                add(db, f"{number} a")
                add(db, f"{number} b")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [store.copy() for _ in range(10)]
    finally:
        over.set()
        writer.join()
    for number, copy in enumerate(copies):
        engine.make(f"copy-{number}", copy)
        assert len(names(engine.open(f"copy-{number}"))) % 2 == 0


def test_blank_copy_has_tables_and_no_rows(engine: Engine) -> None:
    with_thing(engine.open(), "one")
    engine.open().restore(engine.blank())
    assert names(engine.open()) == []


def test_hundred_worlds_are_open_at_once(engine: Engine) -> None:
    for number in range(100):
        engine.make(f"w{number}")
        with_thing(engine.open(f"w{number}"), str(number))
    assert [names(engine.open(f"w{number}")) for number in range(100)] == [
        [str(number)] for number in range(100)
    ]


CRASH = """
import os, sys
from pathlib import Path
from tests.store.conftest import add, engine_of
store = engine_of(sys.argv[1], Path(sys.argv[2])).open()
with store.writing() as db:
    add(db, "kept")
with store.writing() as db:
    add(db, "lost")
    os.kill(os.getpid(), 9)
"""


def test_killed_writer_leaves_what_was_committed_and_no_lock(
    address: str, another: Callable[..., Engine], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", CRASH, address, str(tmp_path)]
    assert subprocess.run(command, cwd=Path(__file__).parents[2]).returncode == -9
    store = another().open()
    assert names(store) == ["kept"]
    with_thing(store, "more")


def test_scratch_store_is_apart_from_all_worlds(engine: Engine) -> None:
    with_thing(engine.open(), "one")
    with engine.scratch() as store:
        assert names(store) == []
        with_thing(store, "two")
        copy = store.copy()
    assert engine.names() == [DEFAULT]
    engine.make("copied", copy)
    assert names(engine.open("copied")) == ["two"]
