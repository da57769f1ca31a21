"""Twilio's Verify v2, judged by the official SDK."""

from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from mocksms.testing import Phone

ME, SERVICE = "+819012345678", "VA" + "0" * 32


@pytest.fixture
def service(twilio: Any) -> Any:
    return twilio.verify.v2.services(SERVICE)


def test_a_code_is_sent_and_approved(service: Any, phone: Phone) -> None:
    started = service.verifications.create(to=ME, channel="sms")
    assert (started.status, started.valid, started.channel) == ("pending", False, "sms")
    assert started.sid.startswith("VE")
    assert started.date_created is not None
    code = phone.wait_for_code(ME)
    wrong = service.verification_checks.create(to=ME, code="000000" if code != "000000" else "111111")
    assert (wrong.status, wrong.valid) == ("pending", False)
    right = service.verification_checks.create(verification_sid=started.sid, code=code)
    assert (right.status, right.valid) == ("approved", True)
    with pytest.raises(TwilioRestException) as gone:
        service.verification_checks.create(to=ME, code=code)
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_a_call_speaks_the_digits(service: Any, phone: Phone) -> None:
    service.verifications.create(to=ME, channel="call", locale="ja")
    rings = phone.wait(channel="call", to=ME)
    httpx.post(
        f"{phone.url}/api/v1/calls/{rings.id}/answer", headers={"X-World": phone.world}
    ).raise_for_status()
    code = phone.wait_for_code(ME)
    assert service.verification_checks.create(to=ME, code=code).status == "approved"


def test_a_mail_carries_the_code(service: Any, phone: Phone) -> None:
    service.verifications.create(to="hanako@example.com", channel="email")
    assert len(phone.wait_for_code("hanako@example.com")) == 6


def test_a_code_expires_after_ten_minutes(service: Any, phone: Phone) -> None:
    service.verifications.create(to=ME, channel="sms")
    code = phone.wait_for_code(ME)
    phone.move_clock(601)
    with pytest.raises(TwilioRestException) as gone:
        service.verification_checks.create(to=ME, code=code)
    assert gone.value.status == 404


def test_five_wrong_tries_exhaust_it(service: Any, phone: Phone) -> None:
    service.verifications.create(to=ME, channel="sms", custom_code="482913")
    for _ in range(5):
        assert service.verification_checks.create(to=ME, code="1").status == "pending"
    with pytest.raises(TwilioRestException) as exhausted:
        service.verification_checks.create(to=ME, code="482913")
    assert (exhausted.value.status, exhausted.value.code) == (429, 60202)


def test_the_same_code_is_sent_five_times(service: Any, phone: Phone) -> None:
    sids = {service.verifications.create(to=ME, channel="sms").sid for _ in range(5)}
    assert len(sids) == 1
    assert len({message.code for message in phone.messages()}) == 1
    with pytest.raises(TwilioRestException) as refused:
        service.verifications.create(to=ME, channel="sms")
    assert (refused.value.status, refused.value.code) == (429, 60203)


def test_a_verification_is_fetched_and_canceled(service: Any) -> None:
    started = service.verifications.create(to=ME, channel="sms")
    assert service.verifications(started.sid).fetch().send_code_attempts[0]["channel"] == "sms"
    assert service.verifications(started.sid).update(status="canceled").status == "canceled"
    with pytest.raises(TwilioRestException):
        service.verifications(started.sid).fetch()


@pytest.mark.parametrize(
    ("to", "channel", "code"),
    [
        ("x", "sms", 60200),
        (ME, "pigeon", 60200),
        ("a@example.com", "sms", 60200),
        ("+81312345678", "sms", 60205),
    ],
)
def test_refusals(service: Any, to: str, channel: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        service.verifications.create(to=to, channel=channel)
    assert refused.value.code == code
