"""Statuses, callbacks, held messages and replies."""

import contextlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

import mocksms
from mocksms import store
from mocksms.core import calls, inbox
from mocksms.core.models import Message
from mocksms.delivery import scheduler
from mocksms.providers.twilio.receipts import signature
from mocksms.testing import NothingCame, Phone
from tests.phone.listener import Listener, listening

ME, SHOP = "+819012345678", "+15005550006"


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def test_the_signature_is_the_providers() -> None:
    fields = [
        ("CallSid", "CA1234567890ABCDE"), ("Caller", "+12349013030"), ("Digits", "1234"), ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]  # fmt: skip
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, fields) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_each_status_after_the_first_is_called_back_signed(twilio: Any, app: Listener) -> None:
    sent = twilio.messages.create(to=ME, from_=SHOP, body="x", status_callback=f"{app.url}/status?a=1")
    statuses = []
    for _ in range(3):
        path, fields, headers = app.next()
        assert RequestValidator("any").validate(app.url + path, fields, headers["X-Twilio-Signature"])
        assert (fields["MessageSid"], fields["SmsSid"], fields["To"]) == (sent.sid, sent.sid, ME)
        statuses.append(fields["MessageStatus"])
    assert statuses == ["sending", "sent", "delivered"]


def test_what_an_api_key_sends_is_called_back_signed_with_the_accounts_token(
    twilio: Any, phone: Phone, app: Listener
) -> None:
    twilio.messages.list()
    httpx.post(
        f"{phone.url}/2010-04-01/Accounts/{phone.account_sid}/Messages.json", auth=("SK" + "1" * 32, "secret"),
        data={"To": ME, "From": SHOP, "Body": "x", "StatusCallback": f"{app.url}/status"},
    ).raise_for_status()  # fmt: skip
    path, fields, headers = app.next()
    assert RequestValidator("any").validate(app.url + path, fields, headers["X-Twilio-Signature"])


def test_a_callback_is_tried_again(twilio: Any, app: Listener) -> None:
    app.answers = [(500, "")]
    twilio.messages.create(to=ME, from_=SHOP, body="x", status_callback=app.url)
    assert [app.next()[1]["MessageStatus"] for _ in range(4)] == ["sending", "sending", "sent", "delivered"]


def test_an_app_that_never_answers_holds_up_no_other_message(twilio: Any, phone: Phone) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
        hanging = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for _ in range(5):
            twilio.messages.create(to="+819087654321", from_=SHOP, body="x", status_callback=hanging)
        phone.faults.add("delay", seconds=0.1)
        twilio.messages.create(to=ME, from_=SHOP, body="a moment later")
        assert phone.sms(ME, timeout=8).body == "a moment later"


def test_callbacks_go_to_allowed_hosts_only(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="x", status_callback="http://192.0.2.1/")
    assert phone.sms(ME).body == "x"


def test_a_scheduled_message_comes_when_the_clock_gets_there(twilio: Any, phone: Phone) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    sent = twilio.messages.create(
        to=ME, messaging_service_sid="MG" + "0" * 32, body="later", schedule_type="fixed", send_at=at
    )
    assert sent.status == "scheduled"
    assert phone.messages() == []
    phone.move_clock(3601)
    assert phone.sms(ME).body == "later"
    assert twilio.messages(sent.sid).fetch().status == "delivered"


def test_a_scheduled_message_can_be_canceled(twilio: Any, phone: Phone) -> None:
    at = datetime.now(UTC) + timedelta(hours=1)
    sent = twilio.messages.create(
        to=ME, messaging_service_sid="MG" + "0" * 32, body="later", schedule_type="fixed", send_at=at
    )
    assert twilio.messages(sent.sid).update(status="canceled").status == "canceled"
    phone.move_clock(3601)
    assert phone.messages() == []
    with pytest.raises(TwilioRestException):
        twilio.messages(sent.sid).update(status="canceled")


@pytest.mark.parametrize("seconds", [10, 40 * 86400])
def test_send_at_has_bounds(twilio: Any, seconds: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(
            to=ME, messaging_service_sid="MG" + "0" * 32, body="later", schedule_type="fixed",
            send_at=datetime.now(UTC) + timedelta(seconds=seconds),
        )  # fmt: skip
    assert refused.value.code == 35111


def reply(phone: Phone, body: str) -> None:
    answer = httpx.post(
        f"{phone.url}/api/v1/replies",
        json={"from": ME, "to": SHOP, "body": body},
        headers={"X-World": phone.world},
    )
    assert answer.status_code == 201, answer.text


def test_a_reply_goes_to_the_webhook_and_its_answer_comes_back(
    twilio: Any, phone: Phone, app: Listener
) -> None:
    app.body = "<Response><Message>ありがとうございます</Message></Response>"
    twilio.messages.create(to=ME, from_=SHOP, body="hello")
    httpx.put(
        f"{phone.url}/api/v1/numbers/{SHOP}", json={"sms_url": app.url}, headers={"X-World": phone.world}
    ).raise_for_status()
    reply(phone, "はい")
    _, fields, headers = app.next()
    assert (fields["From"], fields["To"], fields["Body"]) == (ME, SHOP, "はい")
    assert RequestValidator("any").validate(f"{app.url}/", fields, headers["X-Twilio-Signature"])
    assert phone.wait(q="ありがとう").to == ME


def test_stop_and_start(twilio: Any, phone: Phone) -> None:
    reply(phone, "Stop")
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(to=ME, from_=SHOP, body="x")
    assert refused.value.code == 21610
    reply(phone, "START")
    twilio.messages.create(to=ME, from_=SHOP, body="y")
    assert phone.sms(ME).body == "y"


def test_nothing_came_tells_what_did(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="no digits here")
    with pytest.raises(NothingCame, match="no digits here"):
        phone.wait_for_code(ME, timeout=0)


def test_what_fails_holds_up_nothing_else(twilio: Any, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of the phone")

    monkeypatch.setattr(calls, "advance_due", fail)
    twilio.calls.create(to=ME, from_=SHOP, twiml="<Response/>", timeout=30)
    phone.faults.add("delay", seconds=60)
    twilio.messages.create(to=ME, from_=SHOP, body="later")
    phone.move_clock(61)
    assert phone.sms(ME).body == "later"


@pytest.mark.parametrize("error", [RuntimeError, store.Unavailable])
def test_what_fails_is_not_tried_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("not now")

    worlds = mocksms.create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"]
    world, pauses = worlds.get(), []
    monkeypatch.setattr(world.background.jobs, "later", lambda seconds, _work: pauses.append(seconds))
    monkeypatch.setattr(inbox, "deliver_held", fail)
    held = Message(inbox.new_sid("SM"), "sms", sender=SHOP, recipient=ME, body="x")
    inbox.receive(world, held, due_at=world.now() - 1)
    pauses.clear()
    with contextlib.suppress(store.Unavailable):
        scheduler._look(world)
    assert pauses == [scheduler.RECHECK_SECONDS]
    worlds.close()
