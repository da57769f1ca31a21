"""Faults: for the next message, by match, by share, of every kind."""

import smtplib
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from mocksms.testing import Phone, PhoneError
from tests.phone.conftest import either_server as phone_server

__all__ = ["phone_server"]

ME, YOU, SHOP = "+819012345678", "+819087654321", "+15005550006"


def text(twilio: Any, to: str = ME, body: str = "482913 is your code") -> Any:
    return twilio.messages.create(to=to, from_=SHOP, body=body)


def test_the_next_message_only_is_rejected(twilio: Any, phone: Phone) -> None:
    phone.faults.add("reject", code=30007, times=1)
    with pytest.raises(TwilioRestException) as refused:
        text(twilio)
    assert refused.value.code == 30007
    text(twilio)
    assert phone.faults.all()[0]["times"] == 0
    assert phone.faults.all()[0]["used"] == 1


def test_a_fault_meets_only_what_it_names(twilio: Any, phone: Phone) -> None:
    phone.faults.add("undelivered", code=30003, to=ME, channel="sms")
    lost = text(twilio)
    text(twilio, YOU)
    fetched = twilio.messages(lost.sid).fetch()
    assert (fetched.status, fetched.error_code) == ("undelivered", 30003)
    assert fetched.error_message == "Unreachable destination handset"
    assert [message.to for message in phone.messages()] == [YOU]
    phone.faults.clear()
    text(twilio)
    assert phone.code(ME) == "482913"


def test_a_delayed_message_comes_later_and_is_newer(twilio: Any, phone: Phone) -> None:
    phone.faults.add("delay", seconds=60, times=1)
    late = text(twilio, body="late 111222 code")
    assert late.status == "queued"
    text(twilio, body="soon 333444 code")
    seen = phone.wait_for_code(ME)
    assert seen == "333444"
    phone.move_clock(61)
    assert phone.wait_for_code(ME) == "111222"


def test_a_duplicate_comes_twice(twilio: Any, phone: Phone) -> None:
    phone.faults.add("duplicate", times=1)
    sent = text(twilio)
    first, second = phone.messages()
    assert first.body == second.body
    assert first.details["duplicate_of"] == sent.sid


def test_a_dropped_message_never_comes(twilio: Any, phone: Phone) -> None:
    phone.faults.add("drop")
    sent = text(twilio)
    assert twilio.messages(sent.sid).fetch().status == "sent"
    assert phone.messages() == []


def test_a_share_of_all_and_of_none(twilio: Any, phone: Phone) -> None:
    phone.faults.add("drop", share=0)
    text(twilio)
    phone.faults.add("drop", share=1)
    text(twilio)
    assert len(phone.messages()) == 1


def test_the_gateway_answers_garbage_or_hangs_up(twilio: Any, phone: Phone) -> None:
    phone.faults.add("http_status", status=502, times=1)
    with pytest.raises(TwilioRestException, match="HTTP 502 error"):
        text(twilio)
    phone.faults.add("hang_up", times=1)
    with (
        httpx.Client(base_url=phone.url, auth=(phone.account_sid, "x")) as client,
        pytest.raises(httpx.HTTPError),
    ):
        client.post(
            f"/2010-04-01/Accounts/{phone.account_sid}/Messages.json",
            data={"To": ME, "From": SHOP, "Body": "x"},
        )
    assert phone.messages() == []
    text(twilio)
    assert len(phone.messages()) == 1


def test_mail_meets_its_own_codes(phone: Phone) -> None:
    mailbox = phone.mailbox("hanako@example.com")
    phone.faults.add("smtp_code", code=452, times=1)
    phone.faults.add("hang_up", times=1, channel="mail", to="other@example.com")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as server:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            server.sendmail("a@example.com", [mailbox], "Subject: x\r\n\r\nx")
        assert refused.value.smtp_code == 452
        server.sendmail("a@example.com", [mailbox], "Subject: x\r\n\r\nx")
    phone.faults.add("hang_up", times=1, channel="mail", to=mailbox)
    server = smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        server.sendmail("a@example.com", [mailbox], "Subject: x\r\n\r\nx")
    server.close()
    assert len(phone.messages()) == 1


def test_calls_fail_and_are_cut(twilio: Any, phone: Phone) -> None:
    phone.faults.add("undelivered", code=30005, channel="call", times=1)
    lost = twilio.calls.create(to=ME, from_=SHOP, twiml="<Response><Say>1</Say></Response>")
    assert twilio.calls(lost.sid).fetch().status == "failed"
    phone.faults.add("hang_up", channel="call", times=1)
    twilio.calls.create(to=ME, from_=SHOP, twiml="<Response><Say>code 482913</Say></Response>")
    assert phone.call(ME).answer().status == "completed"
    assert phone.code(ME) is None


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"what": "explode"}, "what"),
        ({"what": "drop", "share": 2}, "share"),
        ({"what": "drop", "share": True}, "share"),
        ({"what": "drop", "times": 0}, "times"),
        ({"what": "drop", "channel": "fax"}, "channel"),
        ({"what": "delay", "seconds": -1}, "seconds"),
        ({"what": "reject", "code": "x"}, "code"),
        ({"what": "drop", "colour": "red"}, "colour"),
        ({"what": "drop", "to": 5}, "to"),
    ],
)
def test_a_wrong_rule_names_its_field(phone: Phone, rule: dict[str, Any], field: str) -> None:
    with pytest.raises(PhoneError, match="422") as refused:
        phone.send("POST", "/api/v1/faults", json=rule)
    assert refused.value.problem["errors"][0]["field"] == field


def test_one_fault_is_lifted(phone: Phone) -> None:
    first, second = phone.faults.add("drop"), phone.faults.add("duplicate")
    phone.send("DELETE", f"/api/v1/faults/{first}")
    assert [rule["id"] for rule in phone.faults.all()] == [second]
    with pytest.raises(PhoneError, match="404"):
        phone.send("DELETE", f"/api/v1/faults/{first}")
