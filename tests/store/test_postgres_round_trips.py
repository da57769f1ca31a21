"""How often PostgreSQL is asked, and that writes which share a round trip are kept or refused as others are."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from tests.postgres_fixtures import address, postgres  # noqa: F401
from tests.store.test_engine_round_trips import (  # noqa: F401
    test_insert_runs_other_writes_with_the_new_id,
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
    with listening(heard.append, joined.append), store.writing() as db:
        for name in ("one", "two"):
            db.queue("INSERT INTO things (name) VALUES (?)", (name,))
    assert len(pipelines) == 1 and len(joined) == 2
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
