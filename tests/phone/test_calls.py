"""Calls, placed by the official SDK and run to their end."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from mocksms.testing import Phone
from tests.phone.listener import Listener, listening

ME, DESK, SHOP = "+819012345678", "+81312345678", "+15005550006"
TALK = "<Response><Say language='ja-JP'>コードは {} です。</Say><Pause length='1'/></Response>"
DIGITS = "".join(f"<Say>{digit}</Say><Pause/>" for digit in "482913")
TWICE = f"<Response><Say>Your code is</Say>{DIGITS}<Say>Again:</Say>{DIGITS}</Response>"


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def drive(phone: Phone, call_id: int, action: str, **body: str) -> httpx.Response:
    return httpx.post(
        f"{phone.url}/api/v1/calls/{call_id}/{action}", json=body, headers={"X-World": phone.world}
    )


def ring(twilio: Any, phone: Phone, to: str = ME, **more: Any) -> tuple[str, Any]:
    """Places a call and gives its sid and what rings."""
    placed = twilio.calls.create(to=to, from_=SHOP, **more)
    assert placed.status == "queued"
    return placed.sid, phone.wait(channel="call", to=to)


def test_a_call_rings_is_answered_and_speaks_the_code(twilio: Any, phone: Phone) -> None:
    sid, rings = ring(twilio, phone, twiml=TALK.format("482913"))
    assert rings.status == "ringing"
    answered = drive(phone, rings.id, "answer").json()
    assert answered["status"] == "in-progress"
    assert phone.wait_for_code(ME) == "482913"
    assert answered["details"]["spoken"][0] | {"seconds": 0} == {
        "text": "コードは 482913 です。", "language": "ja-JP", "seconds": 0,
    }  # fmt: skip
    assert drive(phone, rings.id, "hangup").json()["status"] == "completed"
    fetched = twilio.calls(sid).fetch()
    assert (fetched.status, fetched.to_formatted) == ("completed", "090-1234-5678")
    assert fetched.start_time is not None


@pytest.mark.parametrize(
    "says",
    [
        "".join(f"<Say>{digit}</Say>" for digit in "482913") * 3,
        '<Say loop="3">4 8 2 9 1 3</Say>',
        "<Say>4, 8, 2, 9, 1, 3.</Say>" * 3,
        "<Say>Your code: 482. 913. Again: 482. 913.</Say>",
        "<Say>認証番号は、4、8、2、9、1、3、です。</Say>",
        "<Say>four, eight, two, nine, one, three</Say>",
    ],
)
def test_spoken_digits_are_one_code(twilio: Any, phone: Phone, says: str) -> None:
    _, rings = ring(twilio, phone, twiml=f"<Response>{says}</Response>")
    drive(phone, rings.id, "answer")
    assert phone.wait_for_code(ME) == "482913"


def test_single_digits_are_joined_without_the_repeat(twilio: Any, phone: Phone) -> None:
    _, rings = ring(twilio, phone, twiml=TWICE)
    drive(phone, rings.id, "answer")
    assert phone.wait_for_code(ME) == "482913"


def test_the_talk_ends_by_itself(twilio: Any, phone: Phone) -> None:
    sid, rings = ring(twilio, phone, twiml=TALK.format("482913"))
    drive(phone, rings.id, "answer")
    phone.move_clock(60)
    assert twilio.calls(sid).fetch().status == "completed"


def test_a_declined_call_is_busy(twilio: Any, phone: Phone) -> None:
    sid, rings = ring(twilio, phone, twiml=TALK.format("1"))
    assert drive(phone, rings.id, "decline").json()["status"] == "busy"
    assert twilio.calls(sid).fetch().status == "busy"
    assert drive(phone, rings.id, "answer").status_code == 409
    assert drive(phone, 999_999, "answer").status_code == 404


def test_an_unanswered_mobile_takes_it_to_the_voicemail(twilio: Any, phone: Phone) -> None:
    sid, _ = ring(twilio, phone, twiml=TALK.format("482913"), timeout=20)
    phone.move_clock(21)
    assert phone.wait_for_code(ME) == "482913"
    phone.move_clock(60)
    assert twilio.calls(sid).fetch().status == "completed"


def test_an_unanswered_landline_is_no_answer(twilio: Any, phone: Phone) -> None:
    sid, _ = ring(twilio, phone, DESK, twiml=TALK.format("482913"), timeout=20)
    phone.move_clock(21)
    assert twilio.calls(sid).fetch().status == "no-answer"
    assert phone.code(DESK) is None


def test_a_second_call_meets_a_busy_line(twilio: Any, phone: Phone) -> None:
    _, rings = ring(twilio, phone, twiml=TALK.format("482913"))
    drive(phone, rings.id, "answer")
    second = twilio.calls.create(to=ME, from_=SHOP, twiml=TALK.format("1"))
    assert twilio.calls(second.sid).fetch().status == "busy"


def test_keys_are_posted_and_the_answer_goes_on(twilio: Any, phone: Phone, app: Listener) -> None:
    app.bodies = {
        "/voice": "<Response><Gather numDigits='1' action='/code'><Say>Press 1.</Say></Gather>"
        "<Say>Nothing pressed</Say></Response>",
        "/code": TWICE,
    }
    _, rings = ring(twilio, phone, url=f"{app.url}/voice")
    drive(phone, rings.id, "answer")
    path, fields, headers = app.next()
    assert (path, fields["CallStatus"], fields["To"]) == ("/voice", "in-progress", ME)
    assert RequestValidator("any").validate(f"{app.url}/voice", fields, headers["X-Twilio-Signature"])
    phone.wait(q="Press", channel="call")
    assert phone.code(ME) is None
    assert drive(phone, rings.id, "digits", digits="1").status_code == 200
    path, fields, _ = app.next()
    assert (path, fields["Digits"]) == ("/code", "1")
    assert phone.wait_for_code(ME) == "482913"


def test_without_keys_the_document_goes_on(twilio: Any, phone: Phone) -> None:
    document = (
        "<Response><Gather timeout='5'><Say>Press 1.</Say></Gather><Say>Too late</Say><Blink/></Response>"
    )
    sid, rings = ring(twilio, phone, twiml=document)
    drive(phone, rings.id, "answer")
    assert phone.message(rings.id).body == "Press 1."
    phone.move_clock(60)
    heard = phone.message(rings.id)
    assert heard.body == "Press 1.\nToo late"
    assert "Blink" in heard.details["warnings"][0]
    assert twilio.calls(sid).fetch().status == "in-progress"


def test_statuses_are_called_back_as_asked(twilio: Any, phone: Phone, app: Listener) -> None:
    _, rings = ring(
        twilio, phone, twiml=TALK.format("1"), status_callback=app.url,
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )  # fmt: skip
    drive(phone, rings.id, "answer")
    drive(phone, rings.id, "hangup")
    came = [app.next()[1] for _ in range(4)]
    assert sorted(fields["CallStatus"] for fields in came) == [
        "completed",
        "in-progress",
        "initiated",
        "ringing",
    ]
    assert {fields["CallbackSource"] for fields in came} == {"call-progress-events"}
    last = next(fields for fields in came if fields["CallStatus"] == "completed")
    assert last["CallDuration"].isdigit()


def test_the_caller_ends_a_call(twilio: Any, phone: Phone) -> None:
    sid, rings = ring(twilio, phone, twiml=TALK.format("1"))
    assert twilio.calls(sid).update(status="canceled").status == "canceled"
    sid, rings = ring(twilio, phone, "+819099999999", twiml=TALK.format("1"))
    drive(phone, rings.id, "answer")
    assert twilio.calls(sid).update(twiml=TALK.format("777123")).status == "in-progress"
    assert phone.wait_for_code("+819099999999") == "777123"
    assert twilio.calls(sid).update(status="completed").status == "completed"


def test_an_address_that_cannot_be_read_ends_the_call_with_a_warning(twilio: Any, phone: Phone) -> None:
    asks = "<Response><Gather numDigits='1' action='http://[::1'><Say>Press 1.</Say></Gather></Response>"
    _, rings = ring(twilio, phone, twiml=asks)
    drive(phone, rings.id, "answer")
    since = phone.last_id()
    assert drive(phone, rings.id, "digits", digits="1").status_code == 200
    with httpx.stream(
        "GET", f"{phone.url}/api/v1/events?since={since}", headers={"X-World": phone.world}, timeout=10
    ) as events:
        assert any('"warnings": ["http://[::1' in line for line in events.iter_lines())
    phone.move_clock(1)
    assert phone.message(rings.id).status == "completed"


def test_questions_inside_questions_and_endless_numbers_are_read_no_further(
    twilio: Any, phone: Phone
) -> None:
    deep = "<Response>" + "<Gather>" * 3000 + "</Gather>" * 3000 + "</Response>"
    _, rings = ring(twilio, phone, twiml=deep, timeout="9" * 5000)
    assert drive(phone, rings.id, "answer").json()["status"] == "in-progress"


def test_bad_documents_end_the_call_with_a_warning(twilio: Any, phone: Phone) -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><Response><Say>&a;</Say></Response>"
    for number, document in enumerate(("<Response><Say>", "<Other/>", bomb)):
        to = f"+8190111122{number:02}"
        _, rings = ring(twilio, phone, to, twiml=document)
        drive(phone, rings.id, "answer")
        assert phone.message(rings.id).details["warnings"]


def test_documents_may_have_comments_and_character_data(twilio: Any, phone: Phone) -> None:
    head = "<?xml version='1.0' encoding='UTF-8'?><!-- <!DOCTYPE x> -->"
    document = f"{head}<Response><Say><![CDATA[4 & 8]]></Say></Response>"
    _, rings = ring(twilio, phone, twiml=document)
    drive(phone, rings.id, "answer")
    assert phone.message(rings.id).body == "4 & 8"
    assert "warnings" not in phone.message(rings.id).details


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"to": "nonsense", "from_": SHOP, "twiml": "<Response/>"}, 21217),
        ({"to": ME, "from_": "x", "twiml": "<Response/>"}, 21212),
        ({"to": ME, "from_": SHOP, "url": "ftp://x"}, 21205),
        ({"to": ME, "from_": SHOP, "url": "http://[::1"}, 21205),
        ({"to": "+15005550002", "from_": SHOP, "twiml": "<Response/>"}, 21214),
    ],
)
def test_refusals(twilio: Any, given: dict[str, str], code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        twilio.calls.create(**given)
    assert refused.value.code == code


def test_the_list(twilio: Any, phone: Phone) -> None:
    for number in range(3):
        ring(twilio, phone, f"+8190000000{number:02}", twiml=TALK.format("1"))
    assert [call.to for call in twilio.calls.list()] == [f"+8190000000{number:02}" for number in (2, 1, 0)]
    assert len(twilio.calls.list(status="ringing", page_size=2)) == 3
    assert twilio.calls.list(status="completed") == []
    assert len(twilio.calls.list(start_time_after=datetime(2020, 1, 1, tzinfo=UTC), page_size=2)) == 3
    assert twilio.calls.list(start_time_before=datetime(2020, 1, 1, tzinfo=UTC)) == []
