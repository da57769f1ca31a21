"""Twilio's Messages, judged by the official SDK."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from mocksms.testing import Phone
from tests.phone.listener import listening

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
        ({"to": ME, "messaging_service_sid": "no sid", "body": "x"}, 21705),
        ({"to": ME, "messaging_service_sid": "VA" + "1" * 32, "body": "x"}, 21705),
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
    for ask in (twilio.conferences("CF1").fetch, twilio.content.v1.contents("HX1").fetch):
        with pytest.raises(TwilioRestException) as refused:
            ask()
        assert (refused.value.status, refused.value.code) == (404, 20404)
    answer = twilio.request(
        "PUT", f"https://api.twilio.com/2010-04-01/Accounts/{twilio.username}/Messages.json"
    )
    assert (answer.status_code, json.loads(answer.text)["code"]) == (405, 20004)


def test_whatsapp_keeps_its_prefix(twilio: Any, phone: Phone) -> None:
    to, sender = f"whatsapp:{ME}", f"whatsapp:{SHOP}"
    with listening() as app:
        sent = twilio.messages.create(to=to, from_=sender, body=TEXT, status_callback=f"{app.url}/status")
        assert (sent.to, sent.from_) == (to, sender)
        assert [(each.to, each.from_) for each in twilio.messages.list(to=to)] == [(to, sender)]
        assert (app.next()[1]["To"], app.next()[1]["From"]) == (to, sender)
        assert (phone.sms(ME).to, phone.sms(ME).sender) == (ME, SHOP)
        assert phone.wait_for_code(ME) == "123456"
        headers = {"X-World": phone.world}
        httpx.put(f"{phone.url}/api/v1/numbers/{SHOP}", json={"sms_url": f"{app.url}/sms"}, headers=headers)
        app.body = "<Response><Message>Thanks</Message></Response>"
        phone.reply(ME, SHOP, "Hello")
        came = app.next()[1]
        while "Body" not in came:
            came = app.next()[1]
        assert (came["From"], came["To"], came["WaId"]) == (to, sender, ME[1:])
        phone.wait(to=ME, q="Thanks")
        assert twilio.messages.list(limit=1)[0].to == to


def test_whatsapp_reaches_landlines_and_does_not_mix_with_sms(twilio: Any) -> None:
    landline = "whatsapp:+81312345678"
    assert twilio.messages.create(to=landline, from_=f"whatsapp:{SHOP}", body="x").to == landline
    for to, sender in ((ME, f"whatsapp:{SHOP}"), (f"whatsapp:{ME}", SHOP)):
        with pytest.raises(TwilioRestException) as refused:
            twilio.messages.create(to=to, from_=sender, body="x")
        assert refused.value.code == 21910


def test_content_shows_its_variables(twilio: Any, phone: Phone) -> None:
    variables = json.dumps({"1": "482913", "name": "花子"})
    twilio.messages.create(to=ME, from_=SHOP, content_sid="HX" + "a" * 32, content_variables=variables)
    assert "花子" in phone.sms(ME).body and phone.wait_for_code(ME) == "482913"
    for sid, text, code in (
        ("HX1", "{}", 21655),
        ("HX" + "a" * 32, "[1]", 21656),
        ("HX" + "a" * 32, "{", 21656),
    ):
        with pytest.raises(TwilioRestException) as refused:
            twilio.messages.create(to=ME, from_=SHOP, content_sid=sid, content_variables=text)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("“Mihon” — it’s 482913…", '"Mihon" - it\'s 482913...'),
        ("4\u200b82\u00a0913 ﬁ Ａ", "482 913 fi A"),
        ("“確認コード” 482913", "“確認コード” 482913"),
        ("é {€} ‘x’ 😀", "é {€} ‘x’ 😀"),
    ],
)
def test_smart_encoding_makes_a_text_gsm_7_where_it_can(
    twilio: Any, phone: Phone, text: str, plain: str
) -> None:
    assert twilio.messages.create(to=ME, from_=SHOP, body=text, smart_encoded=True).body == plain
    assert phone.sms(ME).body == plain
    assert twilio.messages.create(to=ME, from_=SHOP, body=text).body == text
    by_service = {"to": ME, "messaging_service_sid": "MG" + "1" * 32, "body": text}
    assert twilio.messages.create(**by_service).body == plain
    assert twilio.messages.create(**by_service, smart_encoded=False).body == text


def test_media_are_listed_and_lead_to_themselves(twilio: Any, phone: Phone) -> None:
    urls = ["http://localhost/a.png?x=1", "http://localhost/b"]
    sent = twilio.messages.create(to=ME, from_=SHOP, body="x", media_url=urls)
    media = twilio.messages(sent.sid).media.list()
    answer = json.loads(twilio.http_client._test_only_last_response.text)["media_list"][0]
    assert {name for name in vars(media[0]) if not name.startswith("_")} <= answer.keys()
    assert sorted(each.content_type for each in media) == ["application/octet-stream", "image/png"]
    one = next(each for each in media if each.content_type == "image/png")
    assert twilio.messages(sent.sid).media(one.sid).fetch().parent_sid == sent.sid
    led = httpx.get(
        f"{phone.url}{one.uri.removesuffix('.json')}", auth=(phone.account_sid, "any"), follow_redirects=False
    )
    assert (led.status_code, led.headers["Location"]) == (307, urls[0])
    assert twilio.messages(sent.sid).media(one.sid).delete()
    assert (len(twilio.messages(sent.sid).media.list()), twilio.messages(sent.sid).fetch().num_media) == (
        1,
        "1",
    )
    feedback = twilio.messages(sent.sid).feedback.create(outcome="confirmed")
    assert (feedback.outcome, feedback.message_sid) == ("confirmed", sent.sid)
