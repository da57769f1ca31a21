"""The tester API: reading, waiting, events, worlds, clock."""

import json
import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocksms import create_app
from mocksms.core import inbox
from mocksms.core.models import Message
from mocksms.testing import NothingCame, Phone, PhoneError, RunningPhone
from tests.phone.conftest import either_server as phone_server

__all__ = ["phone_server"]

ME, YOU, SHOP = "+819012345678", "+819087654321", "+15005550006"


def text(twilio: Any, body: str, to: str = ME) -> Any:
    return twilio.messages.create(to=to, from_=SHOP, body=body)


def test_messages_are_filtered_searched_and_paged(twilio: Any, phone: Phone) -> None:
    for number in range(5):
        text(twilio, f"承認コード {1000 + number}")
    text(twilio, "Hello world", YOU)
    assert len(phone.messages()) == 6
    assert [message.to for message in phone.messages(to="090-8765-4321")] == [YOU]
    assert len(phone.messages(q="承認")) == 5
    assert len(phone.messages(q="承")) == 5
    assert len(phone.messages(q="hel WOR")) == 1
    assert phone.messages(q="承認", to=YOU) == []
    assert phone.messages(q="' OR 1=1 --") == []
    assert phone.messages(q="!!") == []
    assert len(phone.messages(sender=SHOP, channel="sms", since=phone.messages()[2].id)) == 2
    first = phone.send("GET", "/api/v1/messages?limit=4").json()
    second = phone.send("GET", f"/api/v1/messages?limit=4&cursor={first['next']}").json()
    ids = [message["id"] for message in first["messages"] + second["messages"]]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 6
    assert second["next"] is None


def test_a_message_has_its_history_and_times(twilio: Any, phone: Phone) -> None:
    text(twilio, "あ" * 71)
    kept = phone.message(phone.last_id())
    assert [step["status"] for step in kept.history] == ["queued", "sending", "sent", "delivered"]
    assert kept.received_at.endswith("Z")
    assert (kept.segments, kept.world, kept.channel) == (2, phone.world, "sms")


def test_a_waiting_tester_is_woken_by_the_arrival(twilio: Any, phone: Phone) -> None:
    with ThreadPoolExecutor() as threads:
        since = phone.last_id()
        waiting = threads.submit(phone.wait_for_code, ME, 30, since)
        text(twilio, "another 999999 code", YOU)
        text(twilio, "482913 is your code")
        assert waiting.result(30) == "482913"


def test_an_old_code_is_not_given_twice(twilio: Any, phone: Phone) -> None:
    text(twilio, "482913 is your code")
    assert phone.wait_for_code(ME) == "482913"
    with pytest.raises(NothingCame):
        phone.wait_for_code(ME, timeout=0)
    with pytest.raises(NothingCame):
        phone.wait_for_code("090-1234-5678", timeout=0)
    text(twilio, "555666 is your code")
    assert phone.wait_for_code(ME) == "555666"
    assert phone.code(ME) == "555666"


def read_events(stream: httpx.Response, wanted: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in stream.iter_lines():
        if line.startswith("data: "):
            found.append(json.loads(line[6:]))
            if len(found) == wanted:
                break
    return found


def test_events_stream_and_resume(twilio: Any, phone: Phone) -> None:
    headers = {"X-World": phone.world}
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        for number in range(3):
            text(twilio, f"number {number}")
        found = read_events(stream, 3)
    assert [event["message"]["body"] for event in found] == ["number 0", "number 1", "number 2"]
    assert [event["event"] for event in found] == ["message"] * 3
    headers["Last-Event-ID"] = str(found[0]["id"])
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        assert [event["id"] for event in read_events(stream, 2)] == [event["id"] for event in found[1:]]


def test_events_name_who_wrote_as_people_see_it(twilio: Any, phone: Phone) -> None:
    headers = {"X-World": phone.world}
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=30) as stream:
        twilio.messages.create(to=ME, from_="+815012345678", body="one")
        mailbox = phone.mailbox("hanako@example.com")
        with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as server:
            server.sendmail("x@example.com", [mailbox], b"From: Mihon <no-reply@example.com>\r\n\r\ntwo")
        found = read_events(stream, 2)
    assert [event["who"] for event in found] == ["050-1234-5678", "Mihon"]


def test_events_lose_and_double_nothing_under_load(twilio: Any, phone: Phone) -> None:
    headers = {"X-World": phone.world}
    with httpx.stream("GET", f"{phone.url}/api/v1/events", headers=headers, timeout=60) as stream:
        senders = [
            threading.Thread(target=lambda name=name: [text(twilio, f"{name}-{n}") for n in range(20)])
            for name in ("a", "b", "c", "d")
        ]
        for sender in senders:
            sender.start()
        found = read_events(stream, 80)
        for sender in senders:
            sender.join()
    assert [event["id"] for event in found] == sorted({event["id"] for event in found})
    assert {event["message"]["body"] for event in found} == {
        f"{name}-{n}" for name in "abcd" for n in range(20)
    }


def test_another_process_on_the_same_world_is_seen(tmp_path: Path) -> None:
    """Two apps on one folder are what two processes are to each other."""
    first, second = (create_app({"INSTANCE": str(tmp_path)}) for _ in range(2))
    writer, reader = (app.extensions["mocksms"].get() for app in (first, second))
    with ThreadPoolExecutor() as threads, reader.hub.subscribe() as line:
        waiting = threads.submit(line.get, 30)
        inbox.receive(writer, Message(sid="SM1", channel="sms", sender=SHOP, recipient=ME, body="x"))
        assert [event.message.body for event in waiting.result(30)] == ["x"]


def test_messages_found_by_their_words_are_deleted_before_any_search(twilio: Any, phone: Phone) -> None:
    text(twilio, "one")
    text(twilio, "two")
    assert phone.delete(q="one") == 1
    assert [message.body for message in phone.messages()] == ["two"]


def test_a_reset_empties_all_and_ids_go_on(twilio: Any, phone: Phone) -> None:
    text(twilio, "482913 is your code")
    before = phone.last_id()
    phone.faults.add("drop")
    phone.move_clock(100)
    phone.reset()
    assert phone.messages() == []
    assert phone.messages(q="code") == []
    assert phone.send("GET", "/api/v1/clock").json()["offset"] == 0
    text(twilio, "777888 is your code")
    assert phone.last_id() > before
    assert len(phone.messages(q="code")) == 1


def test_worlds_never_see_each_other(phone_server: RunningPhone) -> None:
    with phone_server.client("one") as one, phone_server.client("two") as two:
        for phone in (one, two):
            httpx.post(
                f"{phone.url}/2010-04-01/Accounts/{phone.account_sid}/Messages.json", auth=(phone.account_sid, "x"),
                data={"To": ME, "From": SHOP, "Body": phone.world},
            ).raise_for_status()  # fmt: skip
        assert [message.body for message in one.messages()] == ["one"]
        assert [message.body for message in two.messages()] == ["two"]
        assert {"one", "two"} <= {
            world["name"] for world in one.send("GET", "/api/v1/worlds").json()["worlds"]
        }
        one.delete_world()
        with pytest.raises(PhoneError, match="404"):
            one.messages()


def test_the_default_world_cannot_be_deleted(phone: Phone) -> None:
    with pytest.raises(PhoneError, match="409"):
        phone.send("DELETE", "/api/v1/worlds/default")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("messages?limit=0", "limit"),
        ("messages?limit=x", "limit"),
        ("messages?channel=fax", "channel"),
        ("messages?since=-1", "since"),
        ("messages/wait?timeout=61", "timeout"),
        ("code", "to"),
    ],
)
def test_a_wrong_parameter_is_named(phone: Phone, path: str, field: str) -> None:
    answer = httpx.get(f"{phone.url}/api/v1/{path}", headers={"X-World": phone.world})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


def test_a_bad_world_is_a_problem(phone: Phone) -> None:
    answer = httpx.get(f"{phone.url}/api/v1/messages", headers={"X-World": "../etc"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "world")
    assert httpx.get(f"{phone.url}/api/v1/nothing").headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/api/v1/messages", 200),
        ("GET", "/static/js/host.js", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("PUT", "/healthz", 405),
        ("POST", "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json", 401),
        ("POST", "/api/v1/reset?world=none", 404),
    ],
)
def test_every_answer_stays_with_its_origin_s92(phone: Phone, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{phone.url}{path}")
    assert (answer.status_code, answer.headers["Cross-Origin-Resource-Policy"]) == (status, "same-origin")


def test_headers_and_hosts(phone: Phone) -> None:
    answer = httpx.get(f"{phone.url}/api/v1/messages")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "object-src 'none'" in answer.headers["Content-Security-Policy"]
    assert httpx.get(f"{phone.url}/api/v1/messages", headers={"Host": "evil.example"}).status_code == 421
    cross = httpx.post(f"{phone.url}/api/v1/reset", headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403


def test_in_process_the_same_client_works(tmp_path: Path) -> None:
    app = create_app({"INSTANCE": str(tmp_path)})
    with Phone.in_process(app) as phone:
        world = app.extensions["mocksms"].get()
        inbox.receive(
            world, Message(sid="SM1", channel="sms", sender=SHOP, recipient=ME, body="482913 is your code")
        )
        assert phone.wait_for_code(ME) == "482913"


@pytest.mark.parametrize("number", [999, 1 << 63, 10**30])
def test_a_message_that_is_not_there_is_a_problem_404(phone: Phone, number: int) -> None:
    with pytest.raises(PhoneError, match="404"):
        phone.send("GET", f"/api/v1/messages/{number}")


def test_a_filter_that_is_misspelt_is_refused(twilio: Any, phone: Phone) -> None:
    text(twilio, "482913 is your code")
    for ask in (phone.delete, phone.messages, phone.wait):
        with pytest.raises(PhoneError, match="recipient is not a filter"):
            ask(recipient=ME)
    assert len(phone.messages()) == 1


def test_brackets_without_end_are_no_body(phone: Phone) -> None:
    for method, path in (("PUT", "clock"), ("POST", "faults")):
        answer = httpx.request(
            method,
            f"{phone.url}/api/v1/{path}",
            content="[" * 100_000,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 422


def test_a_message_tells_why_its_code_was_found(twilio: Any, phone: Phone) -> None:
    text(twilio, "Your code is 482913.")
    found = phone.message(phone.last_id())
    assert (found.code, found.fields["code_reason"].split(";")[0]) == (
        "482913",
        "a word for a code right before it",
    )


def test_login_in_the_apps_addresses_is_shown_nowhere(phone: Phone, twilio: Any) -> None:
    own = {"to": ME, "from_": SHOP, "status_callback": "http://me:hunter2@127.0.0.1:9/cb?x=1"}
    text = twilio.messages.create(body="482913", **own)
    twilio.calls.create(url="http://me:hunter2@127.0.0.1:9/voice", **own)
    for path in ("messages", f"messages/{phone.messages(channel='sms')[0].id}"):
        assert "hunter2" not in phone.send("GET", f"/api/v1/{path}").text
    (kept,) = (each for each in phone.messages() if each.sid == text.sid)
    assert kept.fields["details"]["status_callback"] == "http://<user>@127.0.0.1:9/cb?x=1"
