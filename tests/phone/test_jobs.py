"""Jobs for apps survive a restart: receipts, calls' documents, held messages, signing tokens."""

from __future__ import annotations

import gc
import os
import signal
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator

import mocksms
from mocksms import store
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World, Worlds
from mocksms.delivery import job_runner, scheduler
from mocksms.store.jobs import NewJob
from mocksms.testing import Phone, run_phone
from tests.phone.listener import Listener, listening
from tests.phone.test_cli import Served

ME, SHOP = "+819012345678", "+15005550006"


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Worlds]:
    """The worlds of a phone that serves nobody."""
    found: Worlds = mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_PORT": -1}).extensions["mocksms"]
    yield found
    found.close()


def kill(served: Served) -> None:
    for pid in [*served.children(), served.process.pid]:
        os.kill(pid, signal.SIGKILL)
    served.process.communicate()


def text(phone: Phone, path: str = "Messages", **fields: str) -> Any:
    return httpx.post(
        f"{phone.url}/2010-04-01/Accounts/{phone.account_sid}/{path}.json",
        auth=(phone.account_sid, "the token shown"),
        data={"To": ME, "From": SHOP, **fields},
    ).raise_for_status()


def test_receipts_and_held_messages_go_on_after_kill_9_s68(tmp_path: Path, app: Listener) -> None:
    served = Served(tmp_path)
    try:
        served.wait_until_up()
        phone = Phone(served.url, "another")
        phone.send("PUT", "/api/v1/worlds/another")
        phone.faults.add("delay", seconds=3600, times=1, to=ME)
        text(phone, Body="held", StatusCallback=f"{app.url}/held")
        app.answers = [(500, "")] * 3
        text(phone, Body="owed", StatusCallback=f"{app.url}/owed")
        assert app.next()[0] == "/owed"
    finally:
        kill(served)
    app.answers.clear()
    while not app.came.empty():
        app.came.get()
    again = run_phone(str(tmp_path))
    again.client("another").move_clock(3600)
    came = [app.next() for _ in range(6)]
    assert [fields["MessageStatus"] for path, fields, _ in came if path == "/owed"] == [
        "sending",
        "sent",
        "delivered",
    ]
    assert [fields["MessageStatus"] for path, fields, _ in came if path == "/held"] == [
        "sending",
        "sent",
        "delivered",
    ]
    for path, fields, headers in came:
        signature = headers["X-Twilio-Signature"]
        assert RequestValidator("the token shown").validate(app.url + path, fields, signature)
    assert again.client("another").sms(ME, q="held").body == "held"
    again.stop()


def test_call_gets_its_document_after_kill_9_s68(tmp_path: Path, app: Listener) -> None:
    served = Served(tmp_path)
    try:
        served.wait_until_up()
        phone = Phone(served.url)
        text(phone, "Calls", Url=f"{app.url}/twiml")
        app.hold.clear()
        phone.call(ME).answer()
        assert app.next()[0] == "/twiml"  # it has no answer yet
    finally:
        kill(served)
        app.hold.set()
    app.body = "<Response><Say>The code is 4 8 2 9 1 3</Say></Response>"
    again = run_phone(str(tmp_path))
    world = again.worlds.get()
    with world.store.writing() as db:  # as if the time for which the dead process had it were over
        for row in db.execute("SELECT id FROM jobs").fetchall():
            store.jobs.retry(db, row["id"], 0.0, 1)
    job_runner.start_due(world)
    assert app.next()[0] == "/twiml"
    assert again.client().wait_for_code(ME) == "482913"
    again.stop()


def _owe(world: World, line: str, number: int) -> None:
    with world.store.writing() as db:
        store.jobs.add(db, NewJob("receipt", line, {"number": number}), float(number))


def _take(world: World, now: float, until: float) -> int | None:
    with world.store.writing() as db:
        job = store.jobs.claim(db, now, until)
    return None if job is None else int(job.content["number"])


def test_jobs_are_taken_once_and_in_the_order_of_their_line(worlds: Worlds) -> None:
    world = worlds.get()
    for line, number in (("a", 1), ("a", 2), ("b", 3)):
        _owe(world, line, number)
    assert [_take(world, 10.0, 100.0) for _ in range(3)] == [1, 3, None]
    with world.store.reading() as db:
        assert store.jobs.next_due(db) == 100.0
    assert [_take(world, 100.0, 200.0) for _ in range(3)] == [1, 3, None], "the time of their takers is over"


def test_job_is_added_with_its_cause_or_not_at_all(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    world = worlds.get()
    message = Message(
        "SM1", "sms", SHOP, ME, wire="twilio", details={"status_callback": "http://127.0.0.1:9/"}
    )
    started: list[World] = []
    monkeypatch.setattr(job_runner, "start", started.append)
    inbox.receive(world, message)
    with pytest.raises(store.Conflict):
        inbox.receive(world, Message("SM1", "sms", SHOP, ME, wire="twilio", details=dict(message.details)))
    with world.store.reading() as db:
        assert [row["line"] for row in db.execute("SELECT line FROM jobs")] == ["receipt:SM1"] * 3
    assert set(started) == {world}


def test_reset_owes_nothing_any_more(worlds: Worlds) -> None:
    world = worlds.get()
    _owe(world, "a", int(time.time()) + 1000)
    inbox.reset(world)
    with world.store.reading() as db:
        assert store.jobs.next_due(db) is None


def test_deleted_world_that_owed_a_receipt_is_freed(worlds: Worlds, app: Listener) -> None:
    world, _ = worlds.make("brief")
    app.answers = [(500, "")]
    details = {"status_callback": app.url}
    inbox.receive(world, Message("SM1", "sms", SHOP, ME, wire="twilio", details=details))
    app.next()
    freed = weakref.ref(world)
    worlds.delete("brief")
    del world
    until = time.monotonic() + 10
    while (
        freed() is not None and time.monotonic() < until
    ):  # the timer of the second try holds it for half a second
        gc.collect()
        time.sleep(0.05)
    assert freed() is None


def test_world_that_another_process_deletes_has_nothing_due_any_more(worlds: Worlds) -> None:
    world, _ = worlds.make("elsewhere")
    elsewhere = store.open_engine(worlds.settings.folder, worlds.settings.database_url)
    assert elsewhere.drop("elsewhere")
    elsewhere.close()
    world.store.close()
    with pytest.raises(store.Gone):
        scheduler.watch(world)
    scheduler._look(world)
