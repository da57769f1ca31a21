"""The Phone app without JavaScript: ringing, answering, keys, missed calls, voicemail; on a mobile and a landline."""

from __future__ import annotations

import pytest

from mocksms.core import calls, inbox
from mocksms.core.models import Message
from mocksms.core.worlds import World
from mocksms.delivery import scheduler
from tests.form_client import Browser

HANAKO = "+819012345678"
LANDLINE = "+81312345678"
SPOKEN = "".join(f'<Say language="ja-JP">{digit}</Say>' for digit in "048213")
CODE = f'<Response><Say language="ja-JP">確認コードをお伝えします。</Say>{SPOKEN}</Response>'
KEYS = (
    '<Response><Gather numDigits="1"><Say language="ja-JP">1を押してください。</Say></Gather>'
    '<Say language="ja-JP">さようなら。</Say></Response>'
)


def ring(world: World, to: str, document: str = CODE, seconds: float = 30) -> Message:
    """An app calls a handset."""
    call = Message(inbox.new_sid("CA"), "call", sender="+15005550006", recipient=to, wire="twilio")
    call.details["twiml"] = document
    return calls.place(world, call, seconds)


@pytest.mark.parametrize("number", [HANAKO, LANDLINE])
def test_call_rings_is_answered_and_speaks(look_in: Browser, here: World, number: str) -> None:
    call = ring(here, number)
    page = look_in.get(f"/handsets/{number}/")
    assert page.main.attrs["data-in-call"] == "ringing"
    page = look_in.follow(".banner--call .banner__open")
    assert (page.state, page.all("[data-code]")) == ("ringing", [])
    page = look_in.submit(form='form[action$="/answer"]')
    assert page.state == "in-progress"
    assert page.one("[data-call]").attrs["data-code"] == "048213"  # for a stage around the phone
    assert [line.to_text() for line in page.all("#transcript li")] == [
        "確認コードをお伝えします。",
        *"048213",
    ]
    page = look_in.submit(form='form[action$="/hangup"]')
    assert page.state == "ended"
    assert page.one("#call-foot [data-copy]").attrs["data-copy"] == "048213"
    assert inbox.unread(here, number).get("call", 0) == 0
    found = inbox.message(here, call.id)
    assert found is not None and found.status == "completed"


def test_call_is_declined(look_in: Browser, here: World) -> None:
    call = ring(here, HANAKO)
    look_in.get(f"/handsets/{HANAKO}/phone/{call.id}")
    assert look_in.submit(form='form[action$="/decline"]').state == "ended"
    found = inbox.message(here, call.id)
    assert found is not None and found.status == "busy"


@pytest.mark.parametrize("number", [HANAKO, LANDLINE])
def test_call_takes_keys_when_asked(look: Browser, here: World, number: str) -> None:
    call = ring(here, number, KEYS)
    look.get(f"/handsets/{number}/phone/{call.id}")
    page = look.submit(form='form[action$="/answer"]')
    assert page.all('form[action$="/digits"]'), "the keypad is there"
    token = look.csrf_token
    answer = look.raw("POST", f"{page.path}/digits", data={"csrf_token": token, "digits": "1"})
    assert answer.status_code == 302
    assert (
        look.raw("POST", f"{page.path}/digits", data={"csrf_token": token, "digits": "x"}).status_code == 400
    )


def test_call_that_is_over_says_so(look_in: Browser, here: World) -> None:
    call = ring(here, HANAKO)
    look_in.get(f"/handsets/{HANAKO}/phone/{call.id}")
    calls.decline(here, call.id)
    page = look_in.submit(form='form[action$="/answer"]')
    assert page.state == "ended" and page.has(".notice--problem")


def test_call_of_another_phone_is_not_shown(look: Browser, here: World) -> None:
    call = ring(here, HANAKO)
    assert look.raw("GET", f"/handsets/+818012345678/phone/{call.id}").status_code == 404


def test_phone_lists_missed_calls_until_they_are_looked_at(look_in: Browser, here: World) -> None:
    ring(here, LANDLINE)
    here.set_offset(120)
    scheduler.deliver_due(here)
    page = look_in.get(f"/handsets/{LANDLINE}/home")
    assert page.one('[data-app="phone"] .badge').to_text() == "1"
    assert look_in.get(f"/handsets/{LANDLINE}/").has(".note"), "the lock screen tells of the missed call"
    page = look_in.get(f"/handsets/{LANDLINE}/phone/")
    assert page.state == "calls" and page.has(".row--missed")
    look_in.submit(form=".only-without-js")
    assert not look_in.get(f"/handsets/{LANDLINE}/home").has('[data-app="phone"] .badge')


def test_voicemail_keeps_what_was_said(look_in: Browser, here: World) -> None:
    assert look_in.get(f"/handsets/{HANAKO}/phone/voicemail").state == "empty"
    ring(here, HANAKO)
    here.set_offset(120)
    scheduler.deliver_due(here)
    page = look_in.get(f"/handsets/{HANAKO}/phone/voicemail")
    assert page.state == "recorded"
    assert "確認コードをお伝えします。" in page.one(".row__text").to_text()
    assert page.one(".rows [data-copy]").attrs["data-copy"] == "048213"


@pytest.mark.parametrize("number", [HANAKO, LANDLINE])
def test_call_shows_the_keys_that_were_pressed(look_in: Browser, here: World, number: str) -> None:
    call = ring(here, number, KEYS.replace('"1"', '"5"'))  # with the fifth key the call would end
    calls.answer(here, call.id)
    page = look_in.get(f"/handsets/{number}/phone/{call.id}")
    assert page.one("#call-pressed").to_text().strip() == ""
    for key in "73":
        calls.digits(here, call.id, key)
    assert look_in.get(page.path).one("#call-pressed").to_text().strip().endswith("73")
    calls.digits(here, call.id, "21")
    assert look_in.get(page.path).state == "in-progress"
    calls.hangup(here, call.id)
    assert look_in.get(page.path).one("#call-pressed").to_text().strip() == ""
