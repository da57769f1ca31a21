"""The contract of a store: what a block sees, what it commits, and which errors it raises."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.store.conftest import MIGRATIONS, add, names
from webapp.store.engine import (
    Busy,
    Conflict,
    Connection,
    Engine,
    Migration,
    Migrations,
    Misuse,
    Store,
)

INSERT = "INSERT INTO things (name) VALUES (?)"


def test_rows_are_read_by_name_and_by_position(store: Store) -> None:
    with store.writing() as db:
        made = db.execute(
            "INSERT INTO things (name, at) VALUES (?, ?) RETURNING id, name", ("one", 2.5)
        ).fetchone()
    with store.reading() as db:
        row = db.execute("SELECT id, name, at FROM things").fetchone()
    assert (
        (row["id"], row["name"], row["at"]) == tuple(row) == (row[0], row[1], row[2]) == (made[0], "one", 2.5)
    )
    assert len(row) == 3 and tuple(row[1:]) == ("one", 2.5)


def test_block_that_outlives_the_engines_close_commits(engine: Engine, store: Store) -> None:
    with store.writing() as db:
        db.execute(INSERT, ("kept",))
        engine.close()
    assert names(store) == ["kept"]


def test_values_come_back_as_they_went_in(store: Store) -> None:
    """A time keeps its fraction, a number may pass 2³¹, bytes may hold anything."""
    values = ("値 'quoted' %s ?", 1795300000.25, 2**40, bytes(range(256)))
    with store.writing() as db:
        db.execute("INSERT INTO things (name, at, large, content) VALUES (?, ?, ?, ?)", values)
        row = db.execute("SELECT name, at, large, content FROM things WHERE name = ?", values[:1]).fetchone()
    assert (row[0], row[1], row[2], bytes(row[3])) == values


def test_ids_grow_and_are_never_used_again(store: Store) -> None:
    with store.writing() as db:
        first, second = add(db, "one"), add(db, "two")
        assert first < second
        assert db.execute("DELETE FROM things WHERE id = ?", (second,)).rowcount == 1
    with store.writing() as db:
        assert add(db, "three") > second


def test_statement_without_rows_has_an_empty_result(store: Store) -> None:
    with store.writing() as db:
        assert db.execute(INSERT, ("one",)).fetchone() is None
        assert db.execute("UPDATE things SET at = 1").fetchall() == []
        assert list(db.execute("DELETE FROM things")) == []


def test_many_rows_are_written_by_one_call(store: Store) -> None:
    with store.writing() as db:
        db.executemany(INSERT, [("a",), ("b",)])
    assert names(store) == ["a", "b"]


def test_block_that_raises_keeps_nothing(store: Store) -> None:
    with pytest.raises(LookupError), store.writing() as db:
        add(db, "one")
        raise LookupError
    assert names(store) == []


def test_block_inside_a_block_joins_it(store: Store) -> None:
    with pytest.raises(LookupError), store.writing() as db:
        add(db, "one")
        with store.writing() as inner:
            add(inner, "two")
        with store.reading() as inner:
            assert inner.execute("SELECT count(*) FROM things").fetchone()[0] == 2
        assert store.is_writing()
        raise LookupError
    assert names(store) == [] and not store.is_writing()


def test_writing_inside_reading_commits_at_its_own_end(store: Store, another: Callable[..., Engine]) -> None:
    with store.reading() as db:
        with store.writing() as inner:
            add(inner, "one")
        assert names(another().open()) == ["one"]
        assert db.execute("SELECT count(*) FROM things").fetchone()[0] == 1
        with pytest.raises(Misuse):
            add(db, "two")


def test_reading_refuses_to_write(store: Store) -> None:
    for sql in (INSERT, "UPDATE things SET name = ?", "DELETE FROM things WHERE name = ?"):
        with pytest.raises(Misuse), store.reading() as db:
            db.execute(sql, ("one",))
    assert names(store) == []


def test_connection_is_refused_after_its_block(store: Store) -> None:
    with store.reading() as kept:
        pass
    with pytest.raises(Misuse):
        kept.execute("SELECT 1")


def test_readers_do_not_wait_and_see_what_is_committed(store: Store) -> None:
    with ThreadPoolExecutor(1) as pool, store.writing() as db:
        add(db, "one")
        assert pool.submit(names, store).result(timeout=2) == []
    assert names(store) == ["one"]


@pytest.mark.parametrize("other_process", [False, True])
def test_what_a_writer_read_does_not_change_before_it_commits(
    another: Callable[..., Engine], other_process: bool
) -> None:
    """Two who count and then insert get two numbers, however they meet."""
    one = another().open()
    stores = [one, another().open() if other_process else one]
    meet = threading.Barrier(2)

    def count(store: Store) -> None:
        meet.wait()
        for _ in range(20):
            with store.writing() as db:
                number = db.execute("SELECT count(*) FROM things").fetchone()[0]
                add(db, f"thing {number}")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(count, stores))
    assert names(one) == [f"thing {number}" for number in range(40)]


@pytest.mark.parametrize("other_process", [False, True])
def test_writer_that_waits_too_long_is_busy(another: Callable[..., Engine], other_process: bool) -> None:
    store = another().open()
    other = another().open() if other_process else store
    setattr(other, "patience_seconds", 0.05)  # noqa: B010 - a knob of the engine, no part of the protocol

    def write() -> None:
        with other.writing() as db:
            add(db, "two")

    with ThreadPoolExecutor(1) as pool, store.writing() as db:
        add(db, "one")
        with pytest.raises(Busy):
            pool.submit(write).result()
    write()
    assert names(store) == ["one", "two"]


@pytest.mark.parametrize(
    ("sql", "parameters"),
    [
        (INSERT, ("one",)),
        (INSERT, ("",)),
        ("INSERT INTO things (name, owner) VALUES (?, ?)", ("two", 1000)),
        ("INSERT INTO things (name) VALUES (?)", (None,)),
    ],
    ids=["unique", "check", "foreign key", "not null"],
)
def test_broken_constraint_is_a_conflict_and_ends_the_block(
    store: Store, sql: str, parameters: tuple[object, ...]
) -> None:
    with store.writing() as db:
        add(db, "one")
    with pytest.raises(Conflict), store.writing() as db:
        add(db, "before")
        db.execute(sql, parameters)
    assert names(store) == ["one"]


def test_conflict_that_a_block_swallows_is_raised_at_its_end(store: Store) -> None:
    """PostgreSQL's transaction is lost by then: no engine may keep half of it."""

    def swallow(db: Connection) -> None:
        add(db, "one")
        with pytest.raises(Conflict):
            add(db, "one")
        with pytest.raises(Misuse):
            add(db, "two")

    with pytest.raises(Conflict), store.writing() as db:
        swallow(db)
    assert names(store) == []


def test_bad_sql_is_misuse(store: Store) -> None:
    for sql in ("SELECT nothing FROM things", "SELECT FROM WHERE", "SELECT * FROM nowhere"):
        with pytest.raises(Misuse), store.reading() as db:
            db.execute(sql).fetchall()


def test_actions_run_after_the_commit_in_order(store: Store, another: Callable[..., Engine]) -> None:
    other, seen = another().open(), list[object]()
    with store.writing() as db:
        add(db, "one")
        store.after_commit(lambda: seen.append(names(other)))
        with store.writing():
            store.after_commit(lambda: seen.append("inner"))
        assert seen == []
    assert seen == [["one"], "inner"]


def test_actions_run_before_the_next_writer(store: Store) -> None:
    order: list[str] = []

    def write(name: str) -> None:
        with store.writing() as db:
            add(db, name)
            store.after_commit(lambda: order.append(name))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [str(number) for number in range(40)]))
    assert order == names(store)


def test_actions_of_a_block_that_raises_never_run(store: Store) -> None:
    seen: list[str] = []
    with pytest.raises(LookupError), store.writing():
        store.after_commit(lambda: seen.append("ran"))
        raise LookupError
    with store.writing():
        pass
    assert seen == []


def test_action_outside_of_a_transaction_runs_at_once(store: Store) -> None:
    seen: list[str] = []
    store.after_commit(lambda: seen.append("at once"))
    with store.reading():
        store.after_commit(lambda: seen.append("reading"))
    assert seen == ["at once", "reading"]


def test_action_that_fails_undoes_nothing_and_stops_no_other(store: Store) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise LookupError

    with store.writing() as db:
        add(db, "one")
        store.after_commit(fail)
        store.after_commit(lambda: seen.append("ran"))
    assert (names(store), seen) == (["one"], ["ran"])


def test_hook_before_writing_may_refuse_once_a_block(store: Store) -> None:
    calls: list[str] = []

    def refuse() -> None:
        calls.append("asked")
        raise Busy("on request")

    store.before_writing = refuse
    with pytest.raises(Busy), store.writing():
        raise AssertionError
    store.before_writing = lambda: calls.append("asked")
    with store.writing(), store.writing() as db:
        add(db, "one")
    assert (calls, names(store)) == (["asked", "asked"], ["one"])


def test_connections_are_given_back(store: Store) -> None:
    """A hundred threads, one after another, and blocks that raise leave nothing locked and nothing lent."""
    for number in range(100):
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(names, store).exception() is None
        with pytest.raises(Misuse), store.reading() as db:
            db.execute(f"SELECT {number} FROM nowhere")
    with store.writing() as db:
        add(db, "one")


def test_health_finds_nothing_wrong_and_changes_nothing(store: Store) -> None:
    with store.writing() as db:
        add(db, "one")
    assert store.health() == [] and names(store) == ["one"]


def test_later_version_migrates_and_keeps_the_rows(store: Store, another: Callable[..., Engine]) -> None:
    with store.writing() as db:
        add(db, "one")
    more = Migration("more", ("ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'none'",))
    later = Migrations("contract", (*MIGRATIONS.steps, more))
    with ThreadPoolExecutor(4) as pool:  # several processes start at once
        opened = list(pool.map(lambda _: another(later).open(), range(4)))
    with opened[0].reading() as db:
        assert tuple(db.execute("SELECT name, colour FROM things").fetchone()) == ("one", "none")


def test_migration_that_fails_leaves_all_as_it_was(store: Store, another: Callable[..., Engine]) -> None:
    broken = Migration("broken", ("CREATE TABLE half (id SERIAL_ID)", "CREATE TABLE things (id SERIAL_ID)"))
    with pytest.raises(Misuse):
        another(Migrations("contract", (*MIGRATIONS.steps, broken))).open()
    with pytest.raises(Misuse), store.reading() as db:
        db.execute("SELECT id FROM half")
    assert names(another().open()) == []
