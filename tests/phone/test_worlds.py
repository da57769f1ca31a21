"""Worlds and leases: who creates them, who only finds them, and waiters in a deleted one."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

import mocksms
from mocksms.testing import NothingCame, Phone, PhoneError, RunningPhone, run_phone, twilio_client
from tests import engines

ME, SHOP = "+819012345678", "+15005550006"
STRANGER = "AC" + "9" * 32


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """A phone that can have six worlds."""
    found = run_phone(str(tmp_path_factory.mktemp("worlds")), MAX_WORLDS=6)
    yield found
    found.stop()


@pytest.fixture
def base(running: RunningPhone) -> Iterator[Phone]:
    """Its default world, empty and alone."""
    phone = running.client()
    phone.reset()
    yield phone
    for name in names(phone):
        if name != "default":
            phone.send("DELETE", f"/api/v1/worlds/{name}")


def names(phone: Phone) -> list[str]:
    return [each["name"] for each in phone.send("GET", "/api/v1/worlds").json()["worlds"]]


def text(phone: Phone, account: str = STRANGER, to: str = ME, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{phone.url}/2010-04-01/Accounts/{account}/Messages.json",
        auth=(account, "x"),
        data={"To": to, "From": SHOP, "Body": "482913 is your code"},
        headers=headers,
    )


def mail(phone: Phone, to: str, world: str | None = None) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@example.com", to, "Hello"
    if world is not None:
        message["X-World"] = world
    message.set_content("482913 is your code")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0) as server:
        server.send_message(message)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/messages"),
        ("GET", "/api/v1/messages/wait?timeout=30"),
        ("GET", "/api/v1/code?to=1&wait=30"),
        ("GET", "/api/v1/events"),
        ("GET", "/api/v1/faults"),
        ("POST", "/api/v1/reset"),
        ("GET", "/"),
        ("GET", "/_aws/sns/sms-messages"),
    ],
)
def test_unknown_world_is_404_at_once_and_is_not_made(base: Phone, method: str, path: str) -> None:
    base.send("PUT", "/api/v1/worlds/qa-1")
    start = time.monotonic()
    for answer in (
        httpx.request(method, base.url + path, headers={"X-World": "qa-l"}),
        httpx.request(method, base.url + path + ("&" if "?" in path else "?") + "world=qa-l"),
    ):
        assert answer.status_code == 404
        assert "qa-1" in answer.text
    assert time.monotonic() - start < 20
    assert names(base) == ["default", "qa-1"]


def test_unknown_world_on_the_sdks_wire_names_the_nearest(base: Phone) -> None:
    base.send("PUT", "/api/v1/worlds/qa-1")
    url = f"{base.url}/2010-04-01/Accounts/{STRANGER}/Messages.json"
    answer = httpx.get(url, auth=(STRANGER, "x"), headers={"X-World": "qa-l"})
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert "qa-1" in answer.json()["message"]


@pytest.mark.parametrize("path", ["reset", "messages", "faults"])
def test_empty_world_is_refused_and_empties_nobodys(base: Phone, path: str) -> None:
    text(base)
    method = "POST" if path == "reset" else "GET"
    for answer in (
        httpx.request(method, f"{base.url}/api/v1/{path}?world="),
        httpx.request(method, f"{base.url}/api/v1/{path}", headers={"X-World": ""}),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "world")
    assert len(base.messages()) == 1


def test_worlds_are_made_by_put_by_with_and_by_what_is_sent_to_them(
    base: Phone, running: RunningPhone
) -> None:
    assert [base.send("PUT", "/api/v1/worlds/put").status_code for _ in range(2)] == [201, 200]
    assert base.send("GET", "/api/v1/worlds/put").json()["name"] == "put"
    with running.client("entered") as entered:
        assert names(base) == ["default", "entered", "put"]
        assert entered.messages() == []
    assert names(base) == ["default", "put"]
    assert text(base, **{"X-World": "sent"}).status_code == 201
    mail(base, "hanako@example.com", "mailed")
    assert names(base) == ["default", "mailed", "put", "sent"]
    assert running.client("sent").code(ME) == running.client("mailed").code("hanako@example.com") == "482913"
    assert base.messages() == []


def test_world_that_was_there_before_stays_after_with(base: Phone, running: RunningPhone) -> None:
    base.send("PUT", "/api/v1/worlds/mine")
    with running.client("mine") as phone:
        assert phone.messages() == []
    assert names(base) == ["default", "mine"]


def test_account_sid_and_plus_tag_choose_existing_worlds_only(base: Phone, running: RunningPhone) -> None:
    nowhere = running.client("nowhere")
    text(base, nowhere.account_sid)
    mail(base, nowhere.mailbox("hanako@example.com"))
    assert names(base) == ["default"]
    assert [each.channel for each in base.messages()] == ["mail", "sms"]
    with running.client("nowhere") as phone:
        text(base, phone.account_sid)
        mail(base, phone.mailbox("hanako@example.com"))
        assert [each.channel for each in phone.messages()] == ["mail", "sms"]


def test_what_is_sent_to_a_world_that_cannot_be_made_is_refused(base: Phone) -> None:
    for number in range(5):
        base.send("PUT", f"/api/v1/worlds/full-{number}")
    assert text(base, **{"X-World": "one-more"}).status_code == 409
    with pytest.raises(smtplib.SMTPDataError) as refused:
        mail(base, "hanako@example.com", "one-more")
    assert refused.value.smtp_code == 452
    for name in ("../etc", ""):
        assert text(base, **{"X-World": name}).status_code == 422
        with pytest.raises(smtplib.SMTPDataError) as refused:
            mail(base, "hanako@example.com", name)
        assert refused.value.smtp_code == 554
    assert base.messages() == []


@pytest.mark.parametrize("path", ["messages/wait?timeout=60", "code?to=1&wait=60"])
def test_who_waits_in_a_world_that_is_deleted_is_told_at_once(
    base: Phone, running: RunningPhone, path: str
) -> None:
    base.send("PUT", "/api/v1/worlds/brief")
    world = running.worlds.get("brief")
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(
            httpx.get, f"{base.url}/api/v1/{path}", headers={"X-World": "brief"}, timeout=60
        )
        while not world.hub._waiters:
            time.sleep(0.01)
        base.send("DELETE", "/api/v1/worlds/brief")
        assert waiting.result(10).status_code == 410
    assert names(base) == ["default"]
    with pytest.raises(PhoneError, match="404"):
        running.client("brief").messages()


def test_stream_of_a_world_that_is_deleted_says_so(base: Phone) -> None:
    base.send("PUT", "/api/v1/worlds/brief")
    with httpx.stream("GET", f"{base.url}/api/v1/events", headers={"X-World": "brief"}, timeout=30) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        base.send("DELETE", "/api/v1/worlds/brief")
        assert "event: deleted" in list(lines)


def test_stream_that_is_ahead_of_all_events_begins_again_and_says_so(base: Phone) -> None:
    text(base)
    for ask in ({"headers": {"Last-Event-ID": "999999"}}, {"params": {"since": "999999"}}):
        found: list[str] = []
        with httpx.stream("GET", f"{base.url}/api/v1/events", timeout=30, **ask) as answer:  # type: ignore[arg-type]
            for line in answer.iter_lines():
                found.append(line)
                if line.startswith("data:") and "482913" in line:
                    break
        assert found[3:5] == ["event: restart", 'data: {"since": 999999}']


def test_world_of_a_deleted_name_is_a_new_one(base: Phone, running: RunningPhone) -> None:
    base.send("PUT", "/api/v1/worlds/again")
    before = running.worlds.get("again")
    text(base, running.client("again").account_sid)
    base.send("DELETE", "/api/v1/worlds/again")
    base.send("PUT", "/api/v1/worlds/again")
    assert running.client("again").messages() == []
    assert running.worlds.get("again").store.place != before.store.place


def test_browser_forgets_the_world_that_was_deleted(base: Phone) -> None:
    base.send("PUT", "/api/v1/worlds/brief")
    with httpx.Client(base_url=base.url) as browser:
        assert browser.get("/?world=brief").status_code == 200
        base.send("DELETE", "/api/v1/worlds/brief")
        assert [browser.get("/").status_code for _ in range(2)] == [404, 200]


def test_wait_says_that_nothing_is_there_or_no_such_world(base: Phone, running: RunningPhone) -> None:
    with pytest.raises(NothingCame, match="nothing in the world 'default'"):
        base.wait_for_code(ME, timeout=0)
    base.send("PUT", "/api/v1/worlds/qa-1")
    with pytest.raises(PhoneError, match=r"no world 'qa-l'\. The nearest: qa-1"):
        running.client("qa-l").wait_for_code(ME, timeout=30)


# -- leases ---------------------------------------------------------------------------------------------------------


def test_what_goes_to_a_leased_address_lands_in_its_world(base: Phone, running: RunningPhone) -> None:
    with running.client("staging") as phone:
        number, mailbox = phone.lease_number(), phone.lease_mailbox()
        assert text(base, to=number).status_code == 201
        mail(base, mailbox)
        assert phone.wait_for_code(number) == phone.wait_for_code(mailbox) == "482913"
        assert base.messages() == []
    with running.client("other") as other:
        text(base, other.account_sid, to=number)
        assert [each.to for each in other.messages()] == [number], "the lease ended with its world"


def test_lease_wins_over_the_account_sid_and_loses_to_the_header(base: Phone, running: RunningPhone) -> None:
    with running.client("one") as one, running.client("two") as two:
        number = one.lease_number("GB")
        assert number.startswith("+447")
        text(base, two.account_sid, to=number)
        assert (len(one.messages()), len(two.messages())) == (1, 0)
        text(base, two.account_sid, to=number, **{"X-World": "two"})
        assert (len(one.messages()), len(two.messages())) == (1, 1)


def test_sender_reads_and_calls_what_it_sent_to_a_leased_number(base: Phone, running: RunningPhone) -> None:
    sdk: Any = twilio_client(base.url, STRANGER)
    with running.client("staging") as phone:
        number = phone.lease_number()
        sent = sdk.messages.create(to=number, from_=SHOP, body="x")
        assert sdk.messages(sent.sid).fetch().status == "delivered"
        call = sdk.calls.create(to=number, from_=SHOP, twiml="<Response><Say>482913</Say></Response>")
        phone.call(number).answer()
        assert sdk.calls(call.sid).fetch().status == "in-progress"


def test_leases_are_listed_and_ended(base: Phone, running: RunningPhone) -> None:
    with running.client("one") as one, running.client("two") as two:
        number, mailbox = one.lease_number(), one.lease_mailbox()
        listed = one.send("GET", "/api/v1/leases").json()["leases"]
        assert [(each["kind"], each["address"], each["world"]) for each in listed] == [
            ("number", number, "one"),
            ("mailbox", mailbox, "one"),
        ]
        assert two.send("GET", "/api/v1/leases").json() == {"leases": []}
        with pytest.raises(PhoneError, match="404"):
            two.send("DELETE", f"/api/v1/leases/{listed[0]['id']}")
        one.send("DELETE", f"/api/v1/leases/{listed[0]['id']}")
        text(base, to=number)
        assert [each.to for each in base.messages()] == [number]
        assert one.send("DELETE", "/api/v1/leases").json() == {"deleted": 1}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"kind": "fax"}, 422, "kind"),
        ({"kind": "number", "country": "XX"}, 422, "country"),
        ({"kind": "number", "world": "nobody"}, 404, "world"),
        ({"kind": "number", "wrold": "one"}, 422, "wrold"),
    ],
)
def test_lease_that_cannot_be_names_its_field(
    base: Phone, body: dict[str, str], status: int, field: str
) -> None:
    answer = httpx.post(f"{base.url}/api/v1/leases", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_lease_of_another_phone_process_counts(tmp_path: Path) -> None:
    phones = [run_phone(str(tmp_path)) for _ in range(2)]
    with phones[0].client("staging") as phone:
        number = phone.lease_number()
        assert text(phones[1].client(), to=number).status_code == 201
        assert phone.wait_for_code(number) == "482913"
    for each in phones:
        each.stop()


def test_world_that_another_process_deleted_is_let_go(tmp_path: Path) -> None:
    with engines.database() as url:
        settings = {"INSTANCE": str(tmp_path), "SMTP_PORT": -1, "DATABASE_URL": url}
        worlds, others = (mocksms.create_app(settings).extensions["mocksms"] for _ in range(2))
        left, _ = worlds.make("passing")
        assert others.delete("passing")
        worlds._check("passing")
        assert left.hub.closed and left not in worlds.all_open()
        worlds._check("default")
        assert worlds.get() in worlds.all_open()
        worlds.close()
        others.close()
