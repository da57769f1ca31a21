"""How messages are written. `tests/store/test_postgres_round_trips.py` runs these tests on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import mocksms
from mocksms.core import inbox
from mocksms.core.models import Event, Filter, Message
from mocksms.core.worlds import World
from mocksms.store import messages, search_index
from mocksms.store.engine import Conflict, Connection


@pytest.fixture
def address() -> str:
    """Return the database's address, "" for files."""
    return ""


@pytest.fixture
def world(address: str, tmp_path: Path) -> Iterator[World]:
    """Return the default world of a phone."""
    worlds = mocksms.create_app({"INSTANCE": str(tmp_path), "DATABASE_URL": address}).extensions["mocksms"]
    yield worlds.get()
    worlds.close()


def sms(sid: str) -> Message:
    return Message(sid=sid, channel="sms", sender="+15005550006", recipient="+819012345678", body=sid)


def test_oldest_events_are_deleted_as_new_ones_come(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "EVENTS_KEPT", 5)
    monkeypatch.setattr(messages, "PRUNE_EVERY", 4)

    def kept() -> list[int]:
        with world.store.reading() as db:
            return [row[0] for row in db.execute("SELECT id FROM events ORDER BY id")]

    for number in range(1, 9):
        assert inbox.receive(world, sms(f"SM{number}")).id == number
    assert kept() == [4, 5, 6, 7, 8]
    for number in range(9, 13):
        inbox.change(world, 8, lambda _: True)
        assert inbox.last_id(world) == number
    assert kept() == [8, 9, 10, 11, 12]


def test_message_that_is_refused_fails_alone_in_its_group(world: World) -> None:
    """What is queued is refused at the commit, with the writes of all who joined."""
    inbox.receive(world, sms("SM1"))
    is_free, has_begun = threading.Event(), threading.Event()

    def wait(_: Connection, __: list[Event]) -> None:
        has_begun.set()
        assert is_free.wait(10)

    sids = ("SM2", "SM1", "SM3")
    with ThreadPoolExecutor(4) as pool, world.hub.subscribe() as line:
        first = pool.submit(world.group_commit.run, wait)
        assert has_begun.wait(10)
        come = []
        for number, sid in enumerate(sids, 1):
            come.append(pool.submit(inbox.receive, world, sms(sid)))
            until = time.monotonic() + 10
            while len(world.group_commit._queue) < number:
                assert time.monotonic() < until
                time.sleep(0.005)
        is_free.set()
        first.result(10)
        failed = [each.exception(10) for each in come]
        told = [event.message.sid for event in (*line.get(10), *line.get(10))]
    assert [type(each) for each in failed] == [type(None), Conflict, type(None)]
    assert told == ["SM2", "SM3"]
    assert [each.sid for each in inbox.search(world, Filter())] == ["SM3", "SM2", "SM1"]


def test_message_has_its_id_within_a_transaction(world: World) -> None:
    with world.write() as (db, _):
        message = inbox.receive(world, sms("SM1"))
        assert message.id == 1
        assert db.execute("SELECT sid FROM messages WHERE id = ?", (message.id,)).fetchone()[0] == "SM1"
    assert [each.id for each in inbox.search(world, Filter())] == [1]


def test_message_is_taken_though_the_database_is_busy_right_after(
    world: World, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on disk. A sender who gets an error would send it again."""
    monkeypatch.setattr(messages, "PRUNE_EVERY", 1)
    monkeypatch.setattr(search_index, "BATCH", 1)
    monkeypatch.setattr(world.store, "patience_seconds", 0.1)
    others = mocksms.create_app({"INSTANCE": str(tmp_path), "DATABASE_URL": address}).extensions["mocksms"]
    holds, is_free = threading.Event(), threading.Event()

    def hold() -> None:
        with others.get().store.writing():
            holds.set()
            assert is_free.wait(10)

    def take_the_lock() -> None:
        threads.submit(hold)
        assert holds.wait(10)

    with ThreadPoolExecutor(1) as threads, world.hub.wait(lambda _: True, wake=take_the_lock):
        try:
            assert inbox.receive(world, sms("SM1")).id == 1
        finally:
            is_free.set()
    others.close()
    assert inbox.receive(world, sms("SM2")).id == 2
    assert [each.sid for each in inbox.search(world, Filter(q="SM1"))] == ["SM1"]
