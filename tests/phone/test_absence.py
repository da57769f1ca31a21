"""Messages that did not arrive, and the proof that none came."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mocksms.testing import Phone, PhoneError

ME, YOU, SHOP = "+819012345678", "+819087654321", "+15005550006"


def text(twilio: Any, to: str = ME, **more: Any) -> Any:
    return twilio.messages.create(to=to, from_=SHOP, body="482913 is your code", **more)


def expect_none(phone: Phone, **query: Any) -> int:
    return phone.send("GET", "/api/v1/messages/expect-none", params={"to": ME, **query}).status_code


def missing(phone: Phone, **query: Any) -> list[tuple[str, str, bool]]:
    found = phone.send("GET", "/api/v1/messages/not-arrived", params=query).json()["messages"]
    return [(each["to"], each["status"], each["due_at"] is not None) for each in found]


def test_undelivered_and_delayed_messages_are_listed(twilio: Any, phone: Phone) -> None:
    phone.faults.add("undelivered", code=30003, to=ME)
    phone.faults.add("delay", seconds=60, to=YOU)
    text(twilio)
    text(twilio, YOU)
    assert missing(phone) == [(YOU, "queued", True), (ME, "undelivered", False)]
    assert missing(phone, to="090-1234-5678") == [(ME, "undelivered", False)]
    phone.move_clock(61)
    assert missing(phone) == [(ME, "undelivered", False)] and phone.code(YOU) == "482913"
    with pytest.raises(PhoneError, match=r"422.*channel is not a filter"):
        missing(phone, channel="sms")


def test_nothing_came_is_proved_by_the_worlds_clock(twilio: Any, phone: Phone) -> None:
    assert expect_none(phone) == 200
    text(twilio, YOU)
    begun = time.monotonic()
    threading.Timer(0.3, Phone(phone.url, phone.world).move_clock, [3600]).start()
    assert expect_none(phone, seconds=60) == 200
    assert time.monotonic() - begun < 30


def test_what_came_or_is_to_come_is_named(twilio: Any, phone: Phone) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    text(twilio, schedule_type="fixed", send_at=at, messaging_service_sid="MG" + "1" * 32)
    assert expect_none(phone, seconds=2) == 200, "it is not due yet"
    phone.move_clock(3590)
    with pytest.raises(PhoneError, match=r"409.*A message is to come.*482913"):
        expect_none(phone, seconds=20)
    phone.move_clock(3610)
    with pytest.raises(PhoneError, match=r"409 Message .* came.*482913"):
        expect_none(phone)
    assert expect_none(phone, since=phone.last_id()) == 200


def test_what_comes_meanwhile_ends_the_wait(twilio: Any, phone: Phone) -> None:
    threading.Timer(0.2, text, [twilio]).start()
    with pytest.raises(PhoneError, match=r"409 Message .* came"):
        expect_none(phone, seconds=30)
    with pytest.raises(PhoneError, match=r"422.*to must name"):
        expect_none(phone, to="")
