"""The log of senders' requests: accepted or refused and why, in their world, without secrets."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocksms.core import request_log
from mocksms.core.request_log import LONGEST_ACCEPTED, LONGEST_BODY, without_secrets
from mocksms.store.requests import MOST_KEPT, Wanted
from mocksms.testing import NothingCame, Phone, PhoneError, RunningPhone, run_phone
from tests import cpu

ME, SHOP, SECRET = "+819012345678", "+15005550006", "hunter2"
ACCOUNT = "AC" + "9" * 32


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    found = run_phone(
        str(tmp_path_factory.mktemp("log")), ACCOUNTS=f"{ACCOUNT}:{SECRET}", MAX_MAIL_BYTES=5000
    )
    yield found
    found.stop()


@pytest.fixture
def base(running: RunningPhone) -> Phone:
    """The default world of a phone that takes one account only, empty."""
    phone = running.client()
    phone.reset()
    return phone


def send(phone: Phone, path: str = "Messages.json", token: str = SECRET, **form: str) -> httpx.Response:
    """Send a text as an app does that names its world by X-World, unless it is the default one."""
    return httpx.post(
        f"{phone.url}/2010-04-01/Accounts/{ACCOUNT}/{path}",
        auth=(ACCOUNT, token),
        data={"To": "090-1234-5678", "From": SHOP, "Body": "482913 is your code", **form},
        headers={} if phone.world == "default" else {"X-World": phone.world},
    )


def only(phone: Phone, **filters: Any) -> Any:
    (found,) = phone.requests(**filters)
    return found


def test_accepted_request_names_its_message_and_what_chose_its_world(
    base: Phone, running: RunningPhone
) -> None:
    with running.client("w1") as phone:
        send(phone)
        found = only(phone)
        assert (found.wire, found.method, found.verdict, found.status) == ("twilio", "POST", "accepted", 201)
        assert (found.world, found.chosen_by, found.to, found.reason) == ("w1", "header", ME, "")
        assert found.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        assert phone.message(found.message).sid == found.sid
        assert found.answer.startswith('{"account_sid":') and len(found.answer) == LONGEST_ACCEPTED
        assert found.body == f"To=090-1234-5678\nFrom={SHOP}\nBody=482913 is your code"
        number = phone.lease_number()
        send(base, To=number)
        assert phone.requests()[0].chosen_by == "lease"
    assert base.requests() == []


def test_message_that_is_held_back_gets_its_number_when_it_comes(base: Phone) -> None:
    base.faults.add("delay", seconds=60)
    send(base)
    assert (only(base).message, only(base).verdict) == (None, "accepted")
    base.move_clock(100)
    assert only(base).message == base.sms(ME).id


@pytest.mark.parametrize(
    ("path", "token", "form", "status", "reason"),
    [
        ("Messages.json", "wrong", {}, 401, "20003 Authenticate"),
        ("Messages.json", SECRET, {"To": "12"}, 400, "21211 Invalid 'To' Phone Number: 12"),
        ("SMS/Messages.json", SECRET, {}, 404, "No provider answers at this path"),
    ],
)
def test_refused_request_is_in_the_default_world_and_says_why(
    base: Phone, running: RunningPhone, path: str, token: str, form: dict[str, str], status: int, reason: str
) -> None:
    assert send(base, path, token, **form).status_code == status
    found = only(base)
    assert (found.verdict, found.status, found.reason) == ("refused", status, reason)
    assert (found.wire, found.chosen_by, found.sid, found.message) == ("twilio", "default", None, None)


def test_wait_that_ends_names_what_was_refused(base: Phone, running: RunningPhone) -> None:
    with running.client("w1") as phone:
        send(base, token="wrong")
        phone.faults.add("reject", code=21614, times=1)
        send(phone)
        with pytest.raises(NothingCame) as nothing:
            phone.wait_for_code("090-1234-5678", 0)
        assert "nothing in the world 'w1'; refused in the world 'w1': 400 21614 " in str(nothing.value)
        assert str(nothing.value).endswith("refused in the world 'default': 401 20003 Authenticate")
        with pytest.raises(NothingCame, match=r"nothing in the world 'w1'$"):
            phone.wait(0)


def test_request_of_no_world_is_in_the_default_world(base: Phone, running: RunningPhone) -> None:
    nowhere = running.client("nowhere")
    url = f"{base.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert httpx.get(url, auth=(ACCOUNT, SECRET), headers={"X-World": "nowhere"}).status_code == 404
    assert only(base).reason == "20404 There is no world 'nowhere'."
    base.reset()
    send(base)
    assert only(base).reason == "No header, lease or credentials name a world that there is"
    with pytest.raises(PhoneError, match="404"):
        nowhere.requests()


def test_request_for_another_host_or_at_a_strange_path_is_noted(base: Phone) -> None:
    url = f"{base.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert httpx.post(url, headers={"Host": "sms.example"}).status_code == 421
    assert httpx.post(f"{base.url}/v3/sms", json={"api_key": SECRET, "to": ME}).status_code == 404
    assert httpx.get(f"{base.url}/favicon.png").status_code == 404, "only what tries to send is noted there"
    strange, host = base.requests()
    assert (strange.path, strange.wire, strange.status) == ("/v3/sms", "", 404)
    assert strange.body == '{"api_key":"<api_key>","to":"+819012345678"}'
    assert (host.wire, host.status) == ("twilio", 421)
    assert "host" in host.reason.lower()


def test_broken_answers_of_faults_are_noted_as_such(base: Phone) -> None:
    base.faults.add("http_status", status=502, times=1)
    send(base)
    base.faults.add("hang_up", times=1)
    with pytest.raises(httpx.HTTPError):
        send(base)
    assert [(each.verdict, each.status, each.reason) for each in base.requests()] == [
        ("refused", 200, "A fault broke the answer"),
        ("refused", 502, "A fault broke the answer"),
    ]


def test_mails_are_noted_one_a_mailbox(base: Phone, running: RunningPhone) -> None:
    with running.client("w1") as phone, smtplib.SMTP("127.0.0.1", phone.smtp_port or 0) as server:
        boxes = ["a@example.com", phone.mailbox("b@example.com")]
        server.sendmail("shop@example.com", boxes, b"Subject: Hello\r\n\r\n482913 is your code")
        here, there = only(base), only(phone)
        assert (here.wire, here.to, here.chosen_by, here.status) == ("smtp", boxes[0], "default", 250)
        assert here.reason == "No X-World, lease or plus-tag names a world that there is"
        assert (there.to, there.chosen_by, there.reason) == (boxes[1], "tag", "")
        assert phone.message(there.message).sid == there.sid
        assert there.path == f"FROM:<shop@example.com> TO:<{boxes[1]}>"
        assert "482913 is your code" in there.body


def test_refused_mails_and_commands_are_noted(base: Phone) -> None:
    with smtplib.SMTP("127.0.0.1", base.smtp_port or 0) as server:
        base.faults.add("smtp_code", code=550, times=1)
        with pytest.raises(smtplib.SMTPDataError):
            server.sendmail("shop@example.com", ["a@example.com"], b"Subject: x\r\n\r\nx")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            server.sendmail("shop@example.com", ["nobody"], b"x")
        server.ehlo_or_helo_if_needed()
        server.mail("shop@example.com")
        server.rcpt("a@example.com")
        assert server.data(b"x" * 80 + b"\r\n" + b"y" * 9000)[0] == 552
        assert server.docmd("FOO")[0] == 500
    assert [(each.verdict, each.status, each.to) for each in base.requests()] == [
        ("refused", 500, ""),
        ("refused", 552, "a@example.com"),
        ("refused", 553, ""),
        ("refused", 550, "a@example.com"),
    ]
    assert base.requests()[3].reason == "550 5.7.1 A fault asked for this"


def test_other_wires_are_noted_too(base: Phone) -> None:
    answer = httpx.post(base.url, data={"Action": "Publish", "PhoneNumber": ME, "Message": "482913"})
    assert answer.status_code == 200
    httpx.post(base.url, data={"Action": "Publish", "PhoneNumber": "12", "Message": "482913"})
    refused, accepted = base.requests(wire="sns")
    assert (accepted.message, accepted.to) == (base.sms(ME).id, ME)
    assert "InvalidParameter" in refused.reason


def test_filters_and_pages(base: Phone) -> None:
    for number in range(5):
        send(base, To=ME if number % 2 else "12")
    ids = [each.id for each in base.requests()]
    assert ids == sorted(ids, reverse=True) and len(ids) == 5
    assert [each.id for each in base.requests(to="09012345678")] == [ids[1], ids[3]]
    assert [each.id for each in base.requests(verdict="refused", since=ids[4])] == [ids[0], ids[2]]
    assert base.requests(wire="smtp") == []
    first = base.send("GET", "/api/v1/requests?limit=2").json()
    rest = base.send("GET", f"/api/v1/requests?limit=3&cursor={first['next']}").json()
    assert [each["id"] for each in first["requests"] + rest["requests"]] == ids
    for wrong in ("verdict=no", "cursor=x", "tp=1", "limit=0"):
        assert httpx.get(f"{base.url}/api/v1/requests?{wrong}").status_code == 422


def test_secrets_are_kept_nowhere_s93(base: Phone, running: RunningPhone) -> None:
    send(base, AuthToken=SECRET, StatusCallback=f"http://me:{SECRET}@localhost/cb?token={SECRET}")
    send(base, path=f"Messages.json?password={SECRET}")
    httpx.post(f"{base.url}/v3/sms", headers={"X-Api-Key": SECRET, "Cookie": f"a={SECRET}"},
               json={"client": {"secret": f'{SECRET}"{SECRET}'}})  # fmt: skip
    with smtplib.SMTP("127.0.0.1", base.smtp_port or 0) as server:
        server.sendmail(
            "a@example.com", ["b@example.com"], f"Authorization: Basic {SECRET}\r\n\r\nx".encode()
        )
    assert len(base.requests()) == 4
    assert SECRET not in base.send("GET", "/api/v1/requests").text
    assert only(base, wire="smtp").body.startswith("Authorization: <Authorization>")
    assert base.requests(wire="twilio")[0].headers["Authorization"] == "<Authorization>"
    store = running.worlds.get().store
    with store.reading() as db:
        rows = db.execute("SELECT path, headers, body, answer FROM requests").fetchall()
    assert not [row for row in rows if SECRET in "".join(row)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"token": "a\\"b", "to": 1}', '{"token": "<token>", "to": 1}'),
        ('{"token": "abc', '{"token": "<token>"'),
        ("to=1&auth_token=abc&x=2", "to=1&auth_token=<auth_token>&x=2"),
        ("Authorization: Bearer abc.def", "Authorization: <Authorization>"),
        ("see https://user:pw@host/x", "see https://<user>@host/x"),
        ("Your code is 482913", "Your code is 482913"),
    ],
)
def test_secrets_are_found_in_each_form_s93(text: str, shown: str) -> None:
    assert without_secrets(text, 1000) == shown


@pytest.mark.parametrize(
    "text",
    ["a." * 4000, "token" * 1600, '"' * 8000, "//" * 4000, "\\" * 8000 + "token="],
    ids=["dots", "names", "quotes", "slashes", "backslashes"],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    assert cpu.seconds(lambda: without_secrets(text + "@", LONGEST_BODY)) < 1


def test_log_is_bounded(base: Phone, running: RunningPhone, monkeypatch: pytest.MonkeyPatch) -> None:
    send(base, Body="x" * 1600, StatusCallback="http://localhost/" + "y" * 9000)
    found = only(base)
    assert len(found.body) == LONGEST_BODY
    log = running.worlds.get().request_log
    noted: list[request_log.RecordedRequest] = []
    monkeypatch.setattr(log, "record", noted.append)
    send(base)
    monkeypatch.undo()
    for _ in range(3):
        for _ in range(MOST_KEPT):
            log.record(noted[0])
        log.flush()
    with running.worlds.get().store.reading() as db:
        assert db.execute("SELECT count(*) FROM requests").fetchone()[0] == MOST_KEPT
    assert len(log.newest(Wanted(), 2 * MOST_KEPT)) == MOST_KEPT


def test_other_process_sees_it_and_a_reset_empties_it_everywhere(tmp_path: Path) -> None:
    first, second = (run_phone(str(tmp_path)) for _ in range(2))
    try:
        send(first.client())
        deadline = time.monotonic() + 10
        while not (found := second.client().requests()):
            assert time.monotonic() < deadline, "the other process never sees it"
        assert found[0].status == 201
        send(first.client())  # noted by the first one, perhaps not kept yet
        second.client().reset()
        assert first.client().requests() == second.client().requests() == []
        send(first.client())
        first.stop()  # what is noted is kept when a process ends
        assert len(second.client().requests()) == 1
    finally:
        second.stop()


def test_world_that_is_deleted_takes_its_requests_along(base: Phone, running: RunningPhone) -> None:
    with running.client("brief") as phone:
        send(phone)
        phone.delete_world()
        phone.make_world()
        assert phone.requests() == []
        send(phone)
        assert len(phone.requests()) == 1
