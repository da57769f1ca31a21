"""Waiting for events outlives a busy database and waiters that fail."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mocksms import create_app, store
from mocksms.api import waiting
from mocksms.core import deletion, inbox
from mocksms.core.models import Event, Message
from mocksms.core.worlds import World
from mocksms.events import hub, recent, waiters
from mocksms.events.batch import Batch
from mocksms.events.hub import Hub
from mocksms.events.waiters import Subscription
from tests.assertions import not_empty

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


def test_arrival_wakes_its_waiter_before_all_streams_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PER_STREAM_SECONDS", 0.5 / hub.TOLD_AT_ONCE)
    woken: list[str] = []
    with ExitStack() as stack:
        for _ in range(3 * hub.TOLD_AT_ONCE):
            stack.enter_context(world.hub.subscribe(wake=lambda: woken.append("stream")))
        receive(world)
        until = time.monotonic() + 10
        while not woken:
            assert time.monotonic() < until
            time.sleep(0.01)
        with world.hub.wait(lambda _: True, ME, lambda: woken.append("waiter")):
            inbox.receive(world, Message(sid="SM2", channel="sms", sender=SHOP, recipient=ME, body="y"))
        while len(woken) < 3 * hub.TOLD_AT_ONCE + 1:
            assert time.monotonic() < until
            time.sleep(0.01)
    assert woken.index("waiter") <= 2 * hub.TOLD_AT_ONCE


def _resumed(world: World) -> list[Event]:
    with world.hub.subscribe(after=0) as line:
        return line.take()


def test_streams_that_resume_share_events_until_their_messages_change(world: World) -> None:
    with world.hub.subscribe() as open_stream:
        for number in range(3):
            body = f"text {number}"
            inbox.receive(
                world, Message(sid=f"SM{number}", channel="sms", sender=SHOP, recipient=ME, body=body)
            )
        told = open_stream.get(10)
        while len(told) < 3:
            told += open_stream.get(10)
        assert all(one is other for one, other in not_empty(zip(_resumed(world), told, strict=True)))

        inbox.mark_read(world, told[0].message)
        resumed = _resumed(world)
        assert [event.message.read_at is None for event in resumed] == [False, True, True]
        assert [one is other for one, other in zip(resumed, told, strict=True)] == [False, True, True]
        inbox.redact(world, "SM1")
        assert [event.message.body for event in _resumed(world)] == ["text 0", "", "text 2", ""]
        assert deletion.delete_one(world, "SM2")
        assert [event.message.sid for event in _resumed(world)] == ["SM0", "SM1", "SM1"]
        inbox.reset(world)
        assert _resumed(world) == []


def test_events_to_share_are_bounded_and_kept_for_open_streams_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send(number: int, body: str) -> None:
        inbox.receive(world, Message(sid=f"SM{number}", channel="sms", sender=SHOP, recipient=ME, body=body))

    send(0, "to nobody")
    with world.hub.subscribe():
        for number in range(1, 6):
            send(number, "x" * 30_000)
        assert [number for number in range(10) if world.hub.recent.find(number)] == [2, 3, 4, 5, 6]
        monkeypatch.setattr(recent, "MOST_KEPT", 3)
        send(6, "x" * 1_500)
        assert [number for number in range(10) if world.hub.recent.find(number)] == [5, 6, 7]
        monkeypatch.setattr(recent, "MOST_KEPT_CHARACTERS", 32_000)
        send(7, "x")
        assert [number for number in range(10) if world.hub.recent.find(number)] == [6, 7, 8]
        send(8, "x" * 31_000)
        assert [number for number in range(10) if world.hub.recent.find(number)] == [8, 9]
    assert not any(map(world.hub.recent.find, range(10)))


def test_events_to_share_are_counted_with_their_documents() -> None:
    kept = recent.Recent()
    for number in range(1, 101):
        document = "<Response><Say>" + "う" * 99_000
        call = Message(
            sid=f"CA{number}",
            channel="call",
            sender=SHOP,
            recipient=ME,
            details={"run": {"document": document}},
        )
        kept.add([Event(number, 1.0, "call", call)])
    assert (
        sum(kept.find(number) is not None for number in range(101)) == recent.MOST_KEPT_CHARACTERS // 99_030
    )


def _send(world: World, number: int, to: str = ME) -> None:
    inbox.receive(world, Message(sid=f"SM{number}", channel="sms", sender=SHOP, recipient=to, body="x"))


def _ids(stream: Subscription, count: int) -> list[int]:
    found = list[int]()
    while len(found) < count:
        events = stream.get(10)
        assert events
        found += [event.id for event in events]
    return found


def test_streams_that_follow_everything_share_what_they_are_told(world: World) -> None:
    with (
        world.hub.subscribe() as one,
        world.hub.subscribe() as other,
        world.hub.subscribe(wanted=lambda event: event.message.recipient == ME) as filtered,
    ):
        _send(world, 1)
        told = one.get(10)
        assert isinstance(told, Batch) and told is other.get(10)
        assert filtered.get(10) == told
        _send(world, 2, to="+819099999999")
        _send(world, 3)
        assert _ids(one, 2) == _ids(other, 2) == [2, 3]
        assert _ids(filtered, 1) == [3]


def test_flood_is_told_seldom(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "PER_EVENT_SECONDS", 2.0)
    monkeypatch.setattr(hub, "MOST_PAUSE_SECONDS", 2.0)
    with world.hub.subscribe() as stream:
        _send(world, 1)
        assert [event.id for event in stream.get(10)] == [1]
        for number in range(2, 5):
            time.sleep(5 * hub.HEAD_START_SECONDS)
            _send(world, number)
        assert [event.id for event in stream.get(10)] == [2, 3, 4]


@pytest.mark.parametrize("bound", ["QUEUE_LENGTH", "MOST_KEPT_CHARACTERS"])
def test_stream_that_begins_amid_a_batch_or_lags_misses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    for number in range(1, 7):
        _send(world, number)
    with world.hub.subscribe() as stream:
        events = store_events(world)
        stream.last = 2
        stream.put(Batch(events[:4]))
        assert _ids(stream, 2) == [3, 4]
        stream.put(Batch(events[1:3]))
        assert stream.arrived() == []
        monkeypatch.setattr(waiters, bound, 1)
        stream.put(Batch(events[4:5]))
        stream.put(Batch(events[5:6]))
        assert stream.arrived() is None
        assert _ids(stream, 2) == [5, 6]


def test_stream_that_catches_up_keeps_few_large_events(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 7):
        _send(world, number)
    monkeypatch.setattr(waiters, "_BATCH", 4)
    with world.hub.subscribe(0) as stream:
        assert [event.id for event in stream.read()] == [1, 2, 3, 4]
    with world.hub.subscribe(0) as stream:
        monkeypatch.setattr(waiters, "MOST_KEPT_CHARACTERS", 1)
        for number in range(1, 4):
            assert [event.id for event in stream.read()] == [number]
            assert stream.is_behind
        monkeypatch.setattr(waiters, "MOST_KEPT_CHARACTERS", 1_000_000)
        assert _ids(stream, 3) == [4, 5, 6]
        assert stream.take() == [] and not stream.is_behind


def test_batch_is_in_order_and_knows_what_it_lacks(world: World) -> None:
    for number in range(1, 5):
        _send(world, number)
    one, two, three, four = store_events(world)
    batch = Batch([three, two, four, replace(two, detail="found again")])
    assert batch == [two, three, four] and batch[0] is two
    assert batch.after(1) is batch
    assert (batch.after(2), batch.after(4), batch.after(0)) == ([three, four], [], None)
    assert Batch([one, three]).after(0) is None
    assert Batch([one, three]).after(3) == []


def store_events(world: World) -> list[Event]:
    """Return all events of a world."""
    with world.store.reading() as db:
        return store.reading.events(db, 0, 100)


class _LeftMeanwhile(list[Event]):
    """Events whose publisher has seen the last stream, which leaves then."""

    def __init__(self, events: list[Event], last_stream: Subscription) -> None:
        super().__init__(events)
        self._last_stream = last_stream

    def __bool__(self) -> bool:
        self._last_stream.leave()
        return True


def test_events_are_not_kept_for_a_stream_that_leaves_meanwhile(world: World) -> None:
    with world.hub.subscribe() as stream:
        receive(world)
        event = stream.get(10)[0]
        world.hub.recent.clear()
        world.hub._hand_on(_LeftMeanwhile([event], stream))
        assert world.hub.recent.find(event.id) is None
