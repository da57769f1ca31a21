"""The contract of writes that share a round trip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.store.conftest import MIGRATIONS, add, names
from webapp.store.engine import Conflict, Engine, Migration, Migrations, Misuse, NewId, Store


def test_queued_writes_are_seen_in_order_and_go_with_their_block(store: Store) -> None:
    with store.writing() as db:
        db.queue("INSERT INTO things (name) VALUES (?)", ("one",))
        db.queue("UPDATE things SET large = 7 WHERE name = ?", ("one",))
        assert tuple(db.execute("SELECT name, large FROM things").fetchone()) == ("one", 7)
        db.queue("INSERT INTO things (name) VALUES (?)", ("two",))
        db.executemany("INSERT INTO things (name) VALUES (?)", [("three",), ("four",)])
        db.queue("INSERT INTO things (name) VALUES (?)", ("five",))
    assert names(store) == ["one", "two", "three", "four", "five"]
    with pytest.raises(LookupError), store.writing() as db:
        db.queue("DELETE FROM things")
        raise LookupError
    with pytest.raises(Misuse), store.reading() as db:
        db.queue("DELETE FROM things")
    assert len(names(store)) == 5


def test_insert_runs_other_writes_with_the_new_id(store: Store, another: Callable[..., Engine]) -> None:
    log = Migration("log", ("CREATE TABLE log (thing INTEGER NOT NULL, text TEXT NOT NULL UNIQUE)",))
    store = another(Migrations("contract", (*MIGRATIONS.steps, log))).open()
    new = "INSERT INTO things (name) VALUES (?) RETURNING id"
    logged = (
        "INSERT INTO log (text, thing) VALUES (?, ?) ON CONFLICT (text) DO UPDATE SET thing = excluded.thing"
    )
    ids: list[int] = []
    with store.writing() as db:
        db.insert(new, ("one?",), [(logged, ("it's 5 %?", NewId()))], ids.append)
        db.insert(new, ("two",), [(logged, ("less", NewId(is_negative=True)))], ids.append)
        db.insert(new, ("three",), [(logged, ("less", NewId()))], ids.append)
        db.insert(new, ("four",), [], ids.append)
    assert ids == [1, 2, 3, 4]
    with store.reading() as db:
        rows = [tuple(row) for row in db.execute("SELECT text, thing FROM log ORDER BY thing")]
    assert rows == [("it's 5 %?", 1), ("less", 3)]
    with pytest.raises(Conflict), store.writing() as db:
        db.insert(
            new, ("five",), [("INSERT INTO log (thing, text) VALUES (?, ?)", (NewId(), "less"))], ids.append
        )
    assert names(store) == ["one?", "two", "three", "four"]


@pytest.mark.parametrize("after", ["a statement", "a flush", "the commit"])
def test_id_of_a_new_row_is_told_before_the_block_goes_on(store: Store, after: str) -> None:
    seen: list[object] = []
    with store.writing() as db:
        db.insert("INSERT INTO things (name) VALUES (?) RETURNING id", ("one",), (), seen.append)
        db.queue("INSERT INTO things (name) VALUES (?)", ("two",))
        if after == "a statement":
            seen.append(db.execute("SELECT count(*) FROM things").fetchone()[0])
        elif after == "a flush":
            db.flush()
            seen.append(2)
        else:
            store.after_commit(lambda: seen.append(2))
    assert seen == [1, 2]
    assert names(store) == ["one", "two"]


def test_no_id_is_told_of_a_row_that_was_refused(store: Store) -> None:
    seen: list[int] = []
    new = "INSERT INTO things (name) VALUES (?) RETURNING id"
    with pytest.raises(Conflict), store.writing() as db:
        db.insert(new, ("",), (), seen.append)
        db.flush()
        raise AssertionError
    with pytest.raises(Misuse), store.reading() as db:
        db.insert(new, ("one",), (), seen.append)
    assert (seen, names(store)) == ([], [])


@pytest.mark.parametrize("last", ["a statement", "the commit"])
def test_queued_write_that_fails_ends_its_block(store: Store, last: str) -> None:
    with store.writing() as db:
        add(db, "one")
    with pytest.raises(Conflict), store.writing() as db:
        add(db, "two")
        db.queue("INSERT INTO things (name) VALUES ('one')")
        db.queue("INSERT INTO things (name) VALUES ('three')")
        if last == "a statement":
            db.execute("SELECT count(*) FROM things").fetchone()
            raise AssertionError
    assert names(store) == ["one"]
    with store.writing() as db:
        add(db, "four")
    assert names(store) == ["one", "four"]
