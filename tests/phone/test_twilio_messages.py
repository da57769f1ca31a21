"""Twilio's Messages, judged by the official SDK."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from mocksms.testing import Phone

ME, SHOP = "+819012345678", "+15005550006"
TEXT = "123456は、Mihonのワンタイムパスワードです。誰とも共有しないでください。"


def test_a_message_is_queued_then_delivered(twilio: Any, phone: Phone) -> None:
    sent = twilio.messages.create(to=ME, from_=SHOP, body=TEXT)
    assert (sent.status, sent.to, sent.from_, sent.direction) == ("queued", ME, SHOP, "outbound-api")
    assert sent.sid.startswith("SM")
    assert len(sent.sid) == 34
    assert (sent.num_segments, sent.num_media, sent.error_code) == ("1", "0", None)
    assert isinstance(sent.date_created, datetime)
    fetched = twilio.messages(sent.sid).fetch()
    assert fetched.status == "delivered"
    assert fetched.date_sent.tzinfo == UTC
    assert phone.wait_for_code(ME) == "123456"


def test_numbers_are_taken_as_people_type_them(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to="０９０-1234-5678", from_=SHOP, body=TEXT)
    assert phone.sms(ME).body == TEXT


def test_the_answer_has_every_key(twilio: Any, phone: Phone) -> None:
    sent = twilio.messages.create(to=ME, messaging_service_sid="MG" + "1" * 32, body="x")
    path = f"/2010-04-01/Accounts/{phone.account_sid}/Messages/{sent.sid}.json"
    read_by_the_sdk = {name.rstrip("_") for name in vars(sent) if not name.startswith("_")}
    assert phone.send("GET", path, auth=(phone.account_sid, "any")).json().keys() == read_by_the_sdk
    assert sent.status == "accepted"
    assert (sent.messaging_service_sid, sent.from_) == ("MG" + "1" * 32, None)
    assert sent.subresource_uris["media"].endswith("/Media.json")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "nonsense", "from_": SHOP, "body": "x"}, 21211),
        ({"to": "", "from_": SHOP, "body": "x"}, 21604),
        ({"to": ME, "body": "x"}, 21603),
        ({"to": ME, "from_": SHOP}, 21602),
        ({"to": ME, "from_": SHOP, "body": "x" * 1601}, 21617),
        ({"to": ME, "from_": "+0", "body": "x"}, 21212),
        ({"to": "+81312345678", "from_": SHOP, "body": "x"}, 21635),
        ({"to": "+15005550001", "from_": SHOP, "body": "x"}, 21211),
        ({"to": "+15005550002", "from_": SHOP, "body": "x"}, 21612),
        ({"to": "+15005550003", "from_": SHOP, "body": "x"}, 21408),
        ({"to": "+15005550004", "from_": SHOP, "body": "x"}, 21610),
        ({"to": "+15005550009", "from_": SHOP, "body": "x"}, 21614),
        ({"to": ME, "from_": ME, "body": "x"}, 21266),
        ({"to": ME, "from_": SHOP, "media_url": ["http://localhost/a.png", "http://[::1"]}, 21620),
        ({"to": ME, "from_": "+15005550001", "body": "x"}, 21212),
        ({"to": ME, "from_": "+15005550007", "body": "x"}, 21606),
        ({"to": ME, "from_": "+15005550008", "body": "x"}, 21611),
    ],
)
def test_refusals_carry_the_providers_codes(
    twilio: Any, phone: Phone, given: dict[str, str], code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages.create(**given)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert phone.messages() == []


def test_an_unknown_message_is_404(twilio: Any) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


def test_the_list_pages_newest_first_and_keeps_its_filters(twilio: Any) -> None:
    for number in range(7):
        twilio.messages.create(to=ME, from_=SHOP, body=f"number {number}")
        twilio.messages.create(to="+819087654321", from_=SHOP, body="another")
    found = twilio.messages.list(to=ME, page_size=3)
    assert [message.body for message in found] == [f"number {number}" for number in reversed(range(7))]
    page = twilio.messages.page(to=ME, page_size=3)
    assert "To=%2B819012345678" in page.next_page_url
    assert len(list(twilio.messages.list(limit=5))) == 5


def test_the_list_takes_dates(twilio: Any) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="today")
    assert len(twilio.messages.list(date_sent=datetime.now(UTC).date())) == 1
    assert twilio.messages.list(date_sent_before=datetime(2020, 1, 1, tzinfo=UTC)) == []
    assert len(twilio.messages.list(date_sent_after=datetime(2020, 1, 1, tzinfo=UTC))) == 1


def test_a_message_is_emptied_and_deleted(twilio: Any, phone: Phone) -> None:
    sent = twilio.messages.create(to=ME, from_=SHOP, body=TEXT)
    assert twilio.messages(sent.sid).update(body="").body == ""
    assert phone.code(ME) is None
    assert phone.messages(q="パスワード") == []
    assert twilio.messages(sent.sid).delete() is True
    assert phone.messages() == []


def test_what_the_phone_does_not_have_is_refused_in_the_providers_words(twilio: Any) -> None:
    for ask in (twilio.api.accounts(twilio.username).fetch, twilio.lookups.v2.phone_numbers(ME).fetch):
        with pytest.raises(TwilioRestException) as refused:
            ask()
        assert (refused.value.status, refused.value.code) == (404, 20404)
    answer = twilio.request(
        "PUT", f"https://api.twilio.com/2010-04-01/Accounts/{twilio.username}/Messages.json"
    )
    assert (answer.status_code, json.loads(answer.text)["code"]) == (405, 20004)
