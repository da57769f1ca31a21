"""Apps' answers to the phone's requests: redirects, log-ins, types and encodings, failures."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from mocksms.core.sender_app import AppAnswer
from mocksms.providers.twilio import twiml_parser
from mocksms.testing import Phone
from tests import cpu
from tests.phone.listener import Listener, listening

ME, SHOP = "+819012345678", "+15005550006"
CODE = "<Response><Say>Your code is 482913.</Say></Response>"


@pytest.fixture
def app() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def answered(twilio: Any, phone: Phone, to: str = ME, **more: Any) -> int:
    """Place a call, answer it and return its id."""
    twilio.calls.create(to=to, from_=SHOP, **more)
    rings = phone.wait(channel="call", to=to)
    drive(phone, rings.id, "answer")
    return int(rings.id)


def drive(phone: Phone, call_id: int, action: str, **body: str) -> None:
    url = f"{phone.url}/api/v1/calls/{call_id}/{action}"
    httpx.post(url, json=body, headers={"X-World": phone.world}).raise_for_status()


def until(phone: Phone, call_id: int, is_there: Callable[[Any], bool]) -> Any:
    """Wait until the call is as asked, and return it."""
    deadline = time.monotonic() + 10
    while not is_there(call := phone.message(call_id)):
        assert time.monotonic() < deadline, (call.body, call.details)
        phone.send("GET", f"/api/v1/messages/wait?since={phone.last_id()}&timeout=0.1")
    return call


def warned(phone: Phone, call_id: int) -> tuple[str, str]:
    """Wait until a call warns of something; return all that it said, and the warning."""
    call = until(phone, call_id, lambda found: "warnings" in found.details)
    return call.body, call.details["warnings"][0]


@pytest.mark.parametrize(
    ("status", "method", "has_fields"),
    [(301, "GET", False), (302, "GET", False), (303, "GET", False), (307, "POST", True), (308, "POST", True)],
)
def test_redirects_are_followed_and_signed_for_their_address(
    twilio: Any, phone: Phone, app: Listener, status: int, method: str, has_fields: bool
) -> None:
    app.at["/old"] = (status, {"Location": "/new?a=1"}, b"")
    app.bodies["/new"] = CODE
    answered(twilio, phone, url=f"{app.url}/old")
    assert phone.wait_for_code(ME) == "482913"
    assert app.next()[0] == "/old"
    path, fields, headers = app.next()
    assert (path, "CallSid" in fields) == ("/new?a=1", has_fields)
    assert ("Content-Type" in headers) is (method == "POST")
    assert RequestValidator("any").validate(app.url + path, fields, headers["X-Twilio-Signature"])


def test_endless_redirects_end_the_call(twilio: Any, phone: Phone, app: Listener) -> None:
    app.at["/round"] = (302, {"Location": "/round"}, b"")
    call = answered(twilio, phone, url=f"{app.url}/round")
    assert "redirects more than 10 times" in warned(phone, call)[1]


def test_redirects_lead_to_allowed_hosts_only(twilio: Any, phone: Phone, app: Listener) -> None:
    app.at["/out"] = (302, {"Location": "http://elsewhere.example/"}, b"")
    call = answered(twilio, phone, url=f"{app.url}/out")
    assert "MOCKSMS_FETCH_HOSTS" in warned(phone, call)[1]


def test_a_login_in_the_address_is_sent_and_not_signed(twilio: Any, phone: Phone, app: Listener) -> None:
    app.bodies = {"/voice": "<Response><Redirect>next</Redirect></Response>", "/next": CODE}
    with_login = app.url.replace("://", "://us%40er:p%3Aw@")
    answered(twilio, phone, url=f"{with_login}/voice")
    assert phone.wait_for_code(ME) == "482913"
    for path in ("/voice", "/next"):
        came, fields, headers = app.next()
        assert came == path
        assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode() == "us@er:p:w"
        assert RequestValidator("any").validate(app.url + path, fields, headers["X-Twilio-Signature"])


def test_an_address_without_path_is_signed_as_the_app_sees_it(
    twilio: Any, phone: Phone, app: Listener
) -> None:
    app.body = CODE
    answered(twilio, phone, url=app.url, method="GET")
    path, fields, headers = app.next()
    assert path.startswith("/?AccountSid=")
    assert RequestValidator("any").validate(app.url + path, fields, headers["X-Twilio-Signature"])


SHIFT_JIS = "<?xml version='1.0' encoding='Shift_JIS'?><Response><Say>コードは482913です</Say></Response>"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text/plain", b"Your code is 482913. <&\x0b>", "Your code is 482913. <& >"),
        ("text/plain; charset=shift_jis", "コードは482913です".encode("cp932"), "コードは482913です"),
        ("text/xml", SHIFT_JIS.encode("cp932"), "コードは482913です"),
        ("text/xml; charset=utf-16", SHIFT_JIS.encode("utf-16"), "コードは482913です"),
        ("application/xml", b"\xef\xbb\xbf" + CODE.encode(), "Your code is 482913."),
        ("text/html; charset=ISO-8859-1", "<Response><Say>été 482913</Say></Response>".encode("latin-1"), "été 482913"),
        ("text/xml; charset=nonsense", "<Response><Say>été</Say></Response>".encode(), "été"),
    ],
)  # fmt: skip
def test_documents_are_read_by_type_and_encoding(
    twilio: Any, phone: Phone, app: Listener, kind: str, body: bytes, said: str
) -> None:
    app.at["/voice"] = (200, {"Content-Type": kind}, body)
    call = answered(twilio, phone, url=f"{app.url}/voice")
    assert until(phone, call, lambda found: bool(found.body)).body == said


def test_a_sound_is_played(twilio: Any, phone: Phone, app: Listener) -> None:
    app.at["/a.mp3"] = (200, {"Content-Type": "audio/mpeg"}, b"ID3")
    app.bodies["/voice"] = "<Response><Say>Listen</Say><Redirect>/a.mp3</Redirect></Response>"
    call = answered(twilio, phone, url=f"{app.url}/voice")
    found = until(phone, call, lambda found: len(found.details.get("spoken", ())) == 2)
    assert [each["text"] for each in found.details["spoken"]] == ["Listen", ""]
    assert "warnings" not in found.details


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, {}, b"broken"), "11200"),
        ((200, {"Content-Type": "application/json"}, b"{}"), "12300"),
        ((200, {"Content-Type": "text/xml"}, b"<Response><Say>"), "12100"),
    ],
)
def test_the_fallback_is_asked_once_after_a_failure(
    twilio: Any, phone: Phone, app: Listener, answer: tuple[int, dict[str, str], bytes], code: str
) -> None:
    app.at["/voice"] = app.at["/again"] = answer
    app.bodies["/fallback"] = (
        "<Response><Say>Your code is 482913.</Say><Redirect>/again</Redirect></Response>"
    )
    answered(twilio, phone, url=f"{app.url}/voice", fallback_url=f"{app.url}/fallback")
    assert phone.wait_for_code(ME) == "482913"
    assert app.next()[0] == "/voice"
    path, fields, _ = app.next()
    assert (path, fields["ErrorCode"], fields["ErrorUrl"]) == ("/fallback", code, f"{app.url}/voice")
    assert app.next()[0] == "/again"
    phone.move_clock(60)
    assert app.came.empty()


def test_a_fallback_helps_against_an_app_that_does_not_answer(
    twilio: Any, phone: Phone, app: Listener
) -> None:
    app.body = CODE
    answered(
        twilio, phone, url="http://127.0.0.1:1/voice", fallback_url=f"{app.url}/other", fallback_method="GET"
    )
    assert phone.wait_for_code(ME) == "482913"
    assert "ErrorCode=11205" in app.next()[0]


def test_a_redirect_without_address_asks_for_its_own_document_again(
    twilio: Any, phone: Phone, app: Listener
) -> None:
    app.bodies["/voice"] = "<Response><Say>One moment</Say><Redirect/></Response>"
    call = answered(twilio, phone, url=f"{app.url}/voice")
    said, warning = warned(phone, call)
    assert (said.count("One moment"), "after 20 documents" in warning) == (20, True)
    assert [app.next()[0] for _ in range(20)] == ["/voice"] * 20


def test_a_redirect_without_address_in_a_document_without_one_ends_the_call(
    twilio: Any, phone: Phone
) -> None:
    call = answered(twilio, phone, twiml="<Response><Say>One moment</Say><Redirect/></Response>")
    said, warning = warned(phone, call)
    assert (said, "no address" in warning) == ("One moment", True)


@pytest.mark.parametrize(("asks", "answers"), [({}, False), ({"action_on_empty_result": True}, True)])
def test_no_keys_are_an_answer_where_the_app_asks_for_it(
    twilio: Any, phone: Phone, app: Listener, asks: dict[str, bool], answers: bool
) -> None:
    document = VoiceResponse()
    document.gather(action=f"{app.url}/keys", num_digits=6, timeout=3, **asks).say("Press a key.")
    document.say("Nothing came")
    app.body = CODE
    call = answered(twilio, phone, twiml=str(document))
    phone.move_clock(60)
    if answers:
        assert app.next()[1].get("Digits", "") == ""
        assert phone.wait_for_code(ME) == "482913"
    else:
        assert phone.message(call).body == "Press a key.\nNothing came"


def sms_answer() -> str:
    document = MessagingResponse()
    message = document.message()
    message.body("Your code is 482913.")
    message.media("http://127.0.0.1/a.png")
    document.message("Second <one>")
    document.redirect("/more", method="GET")
    document.message("Never said")
    return str(document)


def test_typed_texts_are_answered_with_text_and_media(phone: Phone, app: Listener) -> None:
    app.bodies["/sms"] = sms_answer()
    app.at["/more"] = (200, {"Content-Type": "text/plain"}, b" Third ")
    headers = {"X-World": phone.world}
    httpx.put(f"{phone.url}/api/v1/numbers/{SHOP}", json={"sms_url": f"{app.url}/sms"}, headers=headers)
    phone.reply(ME, SHOP, "Hello")
    phone.wait(to=ME, q="Third")
    came = [(each.body, each.details.get("media", [])) for each in reversed(phone.messages(to=ME))]
    assert came == [
        ("Your code is 482913.", ["http://127.0.0.1/a.png"]), ("Second <one>", []), ("Third", []),
    ]  # fmt: skip
    assert app.next()[1]["Body"] == "Hello"
    assert "Body=Hello" in app.next()[0]


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ("<Response><Message>Hi <Media>http://localhost/a.png</Media></Message></Response>", ["Hi"]),
        ("<Response><Message><![CDATA[4 & 8]]><!-- no --></Message></Response>", ["4 & 8"]),
        ("<Response><Message/></Response>", []),
        ("<Response>Hi</Response>", []),
        ("Hi", []),
    ],
)
def test_messages_of_an_answer(document: str, texts: list[str]) -> None:
    answer = AppAnswer("http://localhost/sms", 200, document, "text/xml")
    assert [reply.text for reply in twiml_parser.messages(answer)[0]] == texts


@pytest.mark.parametrize("resource", ["messages", "calls"])
def test_a_status_callback_must_be_an_address(twilio: Any, resource: str) -> None:
    more = {"body": "x"} if resource == "messages" else {"twiml": CODE}
    with pytest.raises(TwilioRestException) as refused:
        getattr(twilio, resource).create(to=ME, from_=SHOP, status_callback="not-an-address", **more)
    assert (refused.value.status, refused.value.code) == (400, 21609)


@pytest.mark.parametrize(
    "part", ["<!--", "<!-- -->", "<Say>", "&lt;", "<![CDATA[", "<Gather>", "<?x ", "<Say a='1' a='1'>"]
)
def test_a_hostile_document_is_read_within_a_second(part: str) -> None:
    answer = AppAnswer("http://localhost/", 200, f"<Response>{part * 12_000}", "text/xml")

    def read() -> None:
        twiml_parser.messages(answer)
        with pytest.raises(twiml_parser.BadTwiml):
            twiml_parser.parse(answer.text)

    assert cpu.seconds(read) < 1
