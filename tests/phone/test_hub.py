"""Waiting for events outlives a busy database and waiters that fail."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mocksms import create_app, store
from mocksms.api import waiting
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.events.hub import Hub, Subscription

ME, SHOP = "+819012345678", "+15005550006"


def busy(*_: object) -> NoReturn:
    raise store.Unavailable("busy")


def receive(world: World) -> None:
    inbox.receive(world, Message(sid="SM1", channel="sms", sender=SHOP, recipient=ME, body="x"))


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return create_app({"INSTANCE": str(tmp_path), "MAX_WAITS": 3})


@pytest.fixture
def world(app: Any) -> World:
    found: World = app.extensions["mocksms"].get()
    return found


def test_first_waiter_that_meets_a_busy_database_leaves_the_hub_working(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as first:
        first.setattr(store.reading, "last_event", busy)
        with pytest.raises(store.Unavailable):
            world.hub.subscribe()
    with world.hub.subscribe() as line:
        receive(world)
        assert [event.message.body for event in line.get(10)] == ["x"]


def test_stream_that_cannot_begin_leaves_no_trace(
    app: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    with monkeypatch.context() as failing:
        failing.setattr(Subscription, "start", busy)
        assert [client.get("/api/v1/events").status_code for _ in range(4)] == [503] * 4
    assert app.extensions[waiting.EXTENSION].taken == 0
    assert world.hub._streams == ()
    with client.get("/api/v1/events") as stream:
        assert (stream.status_code, app.extensions[waiting.EXTENSION].taken) == (200, 1)
    assert (app.extensions[waiting.EXTENSION].taken, world.hub._streams) == (0, ())


def test_failing_look_and_failing_waiter_end_nobody_s_stream(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(Hub, "_look", lambda _: 1 // 0)
        with world.hub.subscribe(wake=lambda: 1 // 0), world.hub.subscribe() as line:
            until = time.monotonic() + 10
            while "looking again" not in caplog.text:
                assert time.monotonic() < until
                time.sleep(0.02)
            receive(world)
            assert len(line.get(10)) == 1
    assert "an event stream was not woken" in caplog.text


def test_own_event_hides_none_that_another_process_wrote_before(
    app: Any, tmp_path: Path, world: World
) -> None:
    other: World = create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"].get()
    receive(world)
    with world.hub.wait(lambda event: event.message.body == "theirs") as waiter:
        with other.write() as (db, events):  # announced to nobody here
            message = Message(sid="SM2", channel="sms", sender=SHOP, recipient=ME, body="theirs")
            store.messages.receive(
                db, events, message=message, kind="mobile", raw=None, held=False, new_jobs=()
            )
        began = time.monotonic()
        inbox.receive(world, Message(sid="SM3", channel="sms", sender=SHOP, recipient=ME, body="mine"))
        waiter.pause(10)
        while world.hub._published < 3:  # the hub notes it after it woke the waiter
            assert time.monotonic() - began < 10
            time.sleep(0.02)
    assert time.monotonic() - began < 10
