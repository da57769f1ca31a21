"""The cost of a list depends on the request, not on what is stored: checked by SQLite's query plans."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mocksms
from mocksms.core import inbox
from mocksms.core.models import Filter, Message, Sent
from mocksms.core.worlds import World
from mocksms.delivery import inbound_messages
from mocksms.search import tokenizer
from mocksms.store import reading, search_sqlite
from mocksms.store.engine import recording

ME = "+819012345678"


@pytest.fixture
def inbox_world(tmp_path: Path) -> Iterator[World]:
    """A world of a phone that serves nobody."""
    app = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1})
    worlds = app.extensions["mocksms"]
    yield worlds.get()
    worlds.close()


def keep(world: World, body: str, channel: str = "sms", status: str = "delivered") -> None:
    message = Message(inbox.new_sid("SM"), channel, "+815012345678", ME, body, status=status)  # type: ignore[arg-type]
    inbox.receive(world, message)


def plans(world: World, ask: Any) -> list[str]:
    """What SQLite means to do for each statement that `ask` makes."""
    said: list[str] = []
    with world.store.reading() as db, recording.listening(said.append):
        ask(db)
    raw = sqlite3.connect(world.store.place)
    try:
        return [
            row[-1]
            for statement in said
            for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?"))
        ]
    finally:
        raw.close()


def test_calls_of_a_status_walk_an_index_of_their_own(inbox_world: World) -> None:
    keep(inbox_world, "hello", "call", "busy")
    steps = plans(inbox_world, lambda db: reading.sent(db, Sent(channel="call", status="busy"), None, 50))
    assert any("messages_calls_status" in step for step in steps), steps
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in steps), steps


def test_a_search_looks_up_whole_words_only(inbox_world: World) -> None:
    for body in ("the code is 482913", "the codeword is 17", "nothing of the kind"):
        keep(inbox_world, body)
    found = inbox.search(inbox_world, Filter(q="code"), 10)
    assert [each.body for each in found] == ["the codeword is 17", "the code is 482913"]
    with inbox_world.store.reading() as db:
        asked = tokenizer.query("code", grow=lambda start: search_sqlite.beginning_with(db, start))
    assert asked == 'words : ("code" OR "codeword")'


def test_a_beginning_of_very_many_words_is_found_too(inbox_world: World) -> None:
    for at in range(search_sqlite.MOST_WORDS + 1):
        keep(inbox_world, f"number 48{at:04}")
    assert len(inbox.search(inbox_world, Filter(q="48"), 100)) == search_sqlite.MOST_WORDS + 1
    assert len(inbox.search(inbox_world, Filter(q="480001"), 100)) == 1
    with inbox_world.store.reading() as db:
        assert search_sqlite.beginning_with(db, "48") is None
        assert search_sqlite.beginning_with(db, "nobody") == []


def test_a_world_that_was_emptied_knows_no_words(inbox_world: World) -> None:
    keep(inbox_world, "unforgettable")
    assert inbox.search(inbox_world, Filter(q="unforget"), 10)
    inbox.reset(inbox_world)
    assert inbox.search(inbox_world, Filter(q="unforget"), 10) == []
    with inbox_world.store.reading() as db:
        assert search_sqlite.beginning_with(db, "u") == []


def test_who_said_stop_is_known_at_once_and_forgotten_by_a_reset(inbox_world: World) -> None:
    assert not inbox_world.conditions().has_stops
    inbound_messages.send(inbox_world, ME, "+815012345678", "STOP")
    assert inbox_world.conditions().has_stops
    inbound_messages.send(inbox_world, ME, "+815012345678", "START")
    assert not inbox_world.conditions().has_stops
    inbound_messages.send(inbox_world, ME, "+815012345678", "STOP")
    inbox.reset(inbox_world)
    assert not inbox_world.conditions().has_stops
