"""How often PostgreSQL is asked, and that writes which share a round trip are kept or refused as others are."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from mocksms.core import inbox
from mocksms.core.faults import NOTHING
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.store.engine import recording
from tests.phone.test_arrivals import (  # noqa: F401
    test_message_has_its_id_within_a_transaction,
    test_message_is_taken_though_the_database_is_busy_right_after,
    test_message_that_is_refused_fails_alone_in_its_group,
    test_oldest_events_are_deleted_as_new_ones_come,
    world,
)
from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.store.test_engine_round_trips import (  # noqa: F401
    test_id_of_a_new_row_is_told_before_the_block_goes_on,
    test_insert_runs_other_writes_with_the_new_id,
    test_no_id_is_told_of_a_row_that_was_refused,
    test_queued_write_that_fails_ends_its_block,
    test_queued_writes_are_seen_in_order_and_go_with_their_block,
)
from webapp.store.engine import DEFAULT, Engine, Store
from webapp.store.engine.recording import listening

pytestmark = pytest.mark.xdist_group("postgres")  # one server for all


def test_writer_takes_the_lock_and_looks_for_the_world_in_one_round_trip(store: Store) -> None:
    heard: list[str] = []
    with listening(heard.append), store.writing() as db:
        db.execute("SELECT 1")
    begun, *others = heard
    assert begun.startswith("BEGIN;") and "pg_advisory_xact_lock(" in begun
    assert others == ["SELECT 1", "COMMIT"]


def test_queued_writes_share_a_round_trip(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a pipeline psycopg waits for no answer but the last."""
    pipelines: list[psycopg.Connection] = []
    begin = psycopg.Connection.pipeline

    def counted(connection: psycopg.Connection) -> AbstractContextManager[psycopg.Pipeline]:
        pipelines.append(connection)
        return begin(connection)

    monkeypatch.setattr(psycopg.Connection, "pipeline", counted)
    heard: list[str] = []
    joined: list[str] = []
    ids: list[int] = []
    with listening(heard.append, joined.append), store.writing() as db:
        for name in ("one", "two"):
            db.queue("INSERT INTO things (name) VALUES (?)", (name,))
            db.insert("INSERT INTO things (name) VALUES (?) RETURNING id", (f"{name}'s",), (), ids.append)
    assert len(pipelines) == 1 and len(joined) == 4 and len(ids) == 2
    assert [sql for sql in heard if sql not in joined][1:] == ["COMMIT"]


def test_worlds_are_looked_up_in_one_round_trip_each(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine.make("one")
    store, waits = engine.open("one"), []
    wait = psycopg.Connection.wait

    def counted(connection: psycopg.Connection, *arguments: Any) -> object:
        waits.append(connection)
        return wait(connection, *arguments)

    monkeypatch.setattr(psycopg.Connection, "wait", counted)
    with caplog.at_level("INFO"):
        assert engine.names() == [DEFAULT, "one"] and engine.open("one") is store
    assert len(waits) == 2
    assert not caplog.records, "the pool tells of each connection"


def test_message_takes_three_round_trips(world: World) -> None:  # noqa: F811
    """The lock, the conditions, and all writes with the commit."""
    heard: list[str] = []
    joined: list[str] = []
    here = threading.get_ident()

    def hear(sql: str) -> None:
        if threading.get_ident() == here:  # the world's own jobs look, too
            heard.append(sql)

    for number in (1, 2):  # after the first one the hub knows what came before
        message = Message(sid=f"SM{number}", channel="sms", sender="+15005550006", recipient="+819012345678")
        heard.clear()
        joined.clear()
        with recording.listening(hear, joined.append):
            inbox.keep(world, message, 1.0, NOTHING)
        assert message.id == number
    assert [sql.split()[0] for sql in heard if sql not in joined] == ["BEGIN;", "SELECT", "COMMIT"]
    assert len(joined) == 4
