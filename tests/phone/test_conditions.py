"""Clock, faults and opt-outs of a world: a change by one phone applies at once in another on the same data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import mocksms
from mocksms.core import faults, inbox, intake
from mocksms.core.models import Filter, Message
from mocksms.store import conditions, group_commit
from mocksms.store.engine import recording
from mocksms.testing import Phone

ME, SHOP = "+819012345678", "+15005550006"


@pytest.fixture
def phones(tmp_path: Path) -> Iterator[list[Phone]]:
    """Two phones on one instance, as two processes have it, both of which have kept a message already."""
    apps = [mocksms.create_app({"INSTANCE": str(tmp_path)}) for _ in range(2)]
    both = [Phone.in_process(app) for app in apps]
    for phone in both:
        send(phone, "first")
    yield both
    for app in apps:
        app.extensions["mocksms"].close()


def send(phone: Phone, body: str) -> Any:
    with httpx.Client(transport=phone.transport, base_url="http://localhost") as client:
        return client.post(
            "/2010-04-01/Accounts/AC1/Messages.json",
            auth=("AC1", "x"),
            data={"To": ME, "From": SHOP, "Body": body},
        ).json()


def test_clock_moved_by_one_phone_dates_the_next_message_of_the_other(phones: list[Phone]) -> None:
    phones[1].move_clock(3 * 86400)
    send(phones[0], "later")
    first, later = (phones[0].messages()[at].received_at for at in (1, 0))
    assert (later[:10], phones[0].messages()[0].body) > (first[:10], "")
    assert phones[0].send("GET", "/api/v1/clock").json()["offset"] == 3 * 86400


def test_fault_set_by_one_phone_meets_the_next_message_of_the_other(phones: list[Phone]) -> None:
    phones[1].faults.add("reject", times=1, code=21611)
    assert send(phones[0], "refused")["code"] == 21611
    assert send(phones[0], "kept")["status"] == "queued"
    assert [each["used"] for each in phones[1].faults.all()] == [1]
    assert [each.body for each in phones[0].messages()] == ["kept", "first", "first"]


def test_stop_typed_on_one_phone_holds_on_the_other(phones: list[Phone]) -> None:
    phones[1].reply(ME, SHOP, "STOP")
    assert send(phones[0], "refused")["code"] == 21610
    phones[1].reply(ME, SHOP, "START")
    assert send(phones[0], "kept")["status"] == "queued"


def test_message_that_meets_nothing_costs_one_transaction(tmp_path: Path) -> None:
    worlds = mocksms.create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"]
    world, said = worlds.get(), list[str]()
    intake.meet(world, "sms", ME, SHOP).keep(Message("SM0", "sms", SHOP, ME))
    with recording.listening(said.append):
        intake.meet(world, "sms", ME, SHOP).keep(Message("SM1", "sms", SHOP, ME))
    assert [each for each in said if each.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert said[0].startswith("BEGIN"), "nothing is read before"
    worlds.close()


def test_work_made_for_other_conditions_writes_nothing(tmp_path: Path) -> None:
    worlds = mocksms.create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"]
    world = worlds.get()
    message = Message("SM0", "sms", SHOP, ME)
    with pytest.raises(group_commit.ConditionsChanged):
        inbox.keep(world, message, 0.0, faults.NOTHING, expected=conditions.Conditions(5.0, False, False))
    assert inbox.search(world, Filter()) == []
    worlds.close()


def test_ids_grow_on_after_a_reset(phones: list[Phone]) -> None:
    before = phones[0].last_id()
    phones[0].reset()
    send(phones[0], "after")
    assert (phones[1].last_id(), len(phones[1].messages())) == (before + 1, 1)
