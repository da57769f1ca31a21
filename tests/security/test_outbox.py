"""Outgoing messages are rows first: nothing leaks, and no crash loses or doubles one (docs/promises.md#75)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from email import message_from_bytes
from typing import Any, cast

import httpx
import pytest
from flask import Flask

from tests import engines, faulty_gateway
from tests.actors import PEOPLE, Person
from tests.app_fixture import AppFixture, World
from tests.lint import text_of
from tests.more import more
from tests.security.moods import gateway_in, mail_in
from tests.security.timing import auc_of
from tests.security.tools import rows, sends, texts
from webapp.app import create_edge
from webapp.challenges import delivery
from webapp.challenges.delivery import deliver_due
from webapp.errors import DeliveryKind, GatewayFailed
from webapp.outbound.gateway import Gateway
from webapp.pages.framework.dispatcher import Dispatcher
from webapp.sandbox.worlds import Worlds
from webapp.services.outbox import LEASE_SECONDS

ASKED = [(50, 0.2), more(200, 0.1)]
"""Known and unknown accounts that are asked for, and how far the area may be from one half.

By chance alone, one run of 2,000 is outside of these bounds.
"""
TELLS = "送信できませんでした"


class Killed(BaseException):
    """The process dies here: nothing of it runs any more."""


def dies(*_args: object, **_kwargs: object) -> None:
    """Stand where a process is killed."""
    raise Killed


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> Iterator[None]:
    """Kill whoever gets to this function in the block."""
    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(place, name, dies)
        yield
        pytest.fail(f"nobody got to {name}")


@contextmanager
def unsent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the process die after its answers, before anything that follows them is sent."""
    with monkeypatch.context() as patch:
        patch.setattr(Dispatcher, "begin", lambda *_: None)
        yield


def deliver(world: World, services: Any = None) -> None:
    """Do what another process's dispatcher does."""
    with world.site.app_context():
        deliver_due(services or world.services)


def forgets(world: World, typed: str) -> Any:
    """Ask for a new password; the page that comes."""
    browser = world.browser()
    browser.get("/ap/forgotpassword")
    return browser.submit(email=typed)


def message_id(world: World, mail: Any) -> str:
    """The Message-ID of a mail as it came."""
    with httpx.Client(transport=world.phone.transport, base_url=world.phone.url) as client:
        source = client.get(f"/api/v1/messages/{mail.id}/mail.eml").raise_for_status().content
    return str(message_from_bytes(source)["Message-ID"])


@pytest.mark.parametrize("by", ["mail", "number"])
@pytest.mark.parametrize("where", ["forgot", "register", "recovery"])
@pytest.mark.parametrize(("asked", "most"), ASKED)
def test_time_tells_no_account_s75(
    apps_with: Callable[..., AppFixture], where: str, by: str, asked: int, most: float
) -> None:
    assert abs(auc_of(apps_with(), where, by, asked) - 0.5) <= most


@pytest.mark.parametrize(
    "typed", ["hanako@example.com", "nobody@example.com", "090-1234-5678", "090-1234-0000"]
)
@pytest.mark.parametrize("where", ["/ap/forgotpassword", "/ap/register"])
def test_page_is_one_whatever_becomes_of_the_message_s75(world: World, where: str, typed: str) -> None:
    def page() -> str:
        browser = world.browser()
        browser.get(where)
        more: dict[str, Any] = {"customerName": "Yuki", "password": "ringo-mikan-budou-77"}
        text = text_of(browser.submit(email=typed, **(more if "register" in where else {})).main)
        return re.sub("あと [0-9]+ 秒", "あと … 秒", text)  # the clock runs between two pages

    up = page()
    assert TELLS not in up
    for state in (gateway_in("down", world), gateway_in("unsubscribed", world), mail_in("refusing", world)):
        world.clock.advance(31)
        with state:
            assert page() == up


@pytest.mark.parametrize("mood", ["landline", "down"])
def test_resend_tells_nothing_of_the_first_message_s75(world: World, mood: str) -> None:
    """A failed code must be waited for like any other."""
    for number in ("090-1234-0000", "090-1234-5678"):
        browser = world.browser()
        browser.get("/ap/register")
        with gateway_in(mood, world):
            browser.submit(customerName="Yuki", email=number, password="ringo-mikan-budou-77")
            sends(browser, "/ap/register/resend")
        assert "秒" in browser.get("/ap/register/verify").text, number


def test_code_leaves_after_a_crash_behind_the_answer_s75(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unsent(monkeypatch):
        forgets(world, hanako.email)
    assert texts(world) == []
    deliver(world)
    deliver(world)
    assert len(texts(world, hanako.email)) == 1 and rows(world, "outbox") == []


def test_next_process_sends_what_the_last_one_left_s75(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first answer, to anybody, is enough."""
    with unsent(monkeypatch):
        forgets(world, hanako.email)
    dispatcher: Dispatcher = world.site.extensions["nidankai_dispatcher"]
    dispatcher._seen.clear()  # as in a process that has just begun
    world.browser().get("/")
    assert len(texts(world, hanako.email)) == 1


def test_next_process_sends_what_waits_in_every_world_without_a_request_s75(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds: Worlds = world.site.extensions["nidankai_worlds"]
    worlds.make("left")
    with world.apps.phone_of("left") as other:
        with unsent(monkeypatch):
            forgets(world, PEOPLE["hanako"].email)
            browser = world.browser()
            browser.get("/ap/forgotpassword?world=left")
            browser.submit(email=PEOPLE["taro"].email)
        assert texts(world, PEOPLE["hanako"].email) == []
        config = world.services.config
        names = ("instance", "database_url", "sandbox", "site_url", "smtp_port")
        edge = create_edge({name: getattr(config, name) for name in names})
        assert other.wait_for_code(PEOPLE["taro"].email)
        assert world.phone.wait_for_code(PEOPLE["hanako"].email)
        cast(Flask, edge.app).extensions["nidankai_engine"].close()
    worlds.delete("left")


@pytest.mark.parametrize("place", ["_send", "_ack"])
def test_crash_in_a_sign_in_loses_and_doubles_no_code_s75(
    world: World, taro: Person, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    with dying(monkeypatch, delivery, place):
        taro.gives_password()
    deliver(world)  # it is leased: whoever sends it may be at work
    assert len(texts(world, taro.number)) == (place == "_ack")
    world.clock.advance(LEASE_SECONDS + 1)
    deliver(world)
    assert len(texts(world, taro.number)) == 1 and rows(world, "outbox") == []


def test_call_in_doubt_is_placed_once_s75(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    with dying(monkeypatch, delivery, "_ack"):
        hanako.browser.submit(phoneNumber=hanako.national, channel="voice")
    world.clock.advance(LEASE_SECONDS + 1)
    deliver(world)
    assert len(texts(world, hanako.number, "call")) == 1
    assert [row["call_sid"] for row in rows(world, "codes")] == [texts(world, hanako.number)[0].sid]


def test_message_that_failed_is_sent_again_s75() -> None:
    """Of two that may be the one in doubt, the newest has failed."""
    created = "Thu, 26 Nov 2026 00:00:00 +0000"
    listed = [
        {"sid": "SM" + digit * 32, "status": status, "body": "1", "date_created": created}
        for digit, status in (("a", "undelivered"), ("b", "failed"), ("c", "delivered"))
    ]
    for messages, found in ((listed, "SM" + "c" * 32), (listed[:2], None)):
        body = json.dumps({"messages": messages}).encode()
        with faulty_gateway.server(faulty_gateway.says(faulty_gateway.http("200 OK", body))) as port:
            gateway = Gateway(f"http://127.0.0.1:{port}", "AC" + "0" * 32, "x", "+815012345678")
            assert gateway.find("sms", "+819012345678", "1", 0.0) == found
            gateway.close()


def test_mail_in_doubt_has_one_message_id_s75(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SMTP cannot be asked what it took: the mailbox can tell the second one."""
    with unsent(monkeypatch):
        forgets(world, hanako.email)
    with dying(monkeypatch, delivery, "_ack"):
        deliver(world)
    world.clock.advance(LEASE_SECONDS + 1)
    deliver(world)
    first, second = texts(world, hanako.email)
    assert message_id(world, first) == message_id(world, second)


@pytest.mark.parametrize("then", [None, "down", "landline", "down for another"])
@pytest.mark.parametrize("first", ["slow", "down", "garbage"])
def test_text_that_was_taken_without_an_answer_is_sent_once_s75(
    world: World, monkeypatch: pytest.MonkeyPatch, first: DeliveryKind, then: str | None
) -> None:
    """The gateway takes it; what comes after that lifts no doubt."""

    def registers(number: str) -> None:
        with unsent(monkeypatch):
            browser = world.browser()
            browser.get("/ap/register")
            browser.submit(customerName="Yuki", email=number, password="ringo-mikan-budou-77")

    registers("090-1234-0000")
    send = delivery._send

    def sends_and_fails(*args: Any) -> None:
        send(*args)
        raise GatewayFailed(first, None, "the answer was lost")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_send", sends_and_fails)
        deliver(world)
    world.clock.advance(61)
    if then == "down for another":
        registers("090-1234-0001")  # it is tried first, and the text in doubt is not
    if then:
        with gateway_in(then.split()[0], world):
            deliver(world)
    world.clock.advance(130)
    deliver(world)
    assert len(texts(world, "+819012340000")) == 1 and rows(world, "outbox") == []


@pytest.mark.parametrize(
    ("mood", "is_unsent"),
    [("down", True), ("landline", True), ("slow", False), ("5xx", False), ("garbage", False)],
)
def test_only_a_refusal_or_no_connection_tells_that_nothing_was_sent_s75(
    world: World, mood: str, is_unsent: bool
) -> None:
    with gateway_in(mood, world), pytest.raises(GatewayFailed) as failed:
        world.services.outbound.gateway.text("+819012340000", "123456")
    assert failed.value.is_unsent is is_unsent


def test_two_processes_send_each_message_once_s75(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [f"nobody{number}@example.com" for number in range(12)]
    with unsent(monkeypatch):
        for each in people:
            forgets(world, each)
    config = world.services.config
    with engines.another(config) as one, engines.another(config) as two, ThreadPoolExecutor(4) as pool:
        others = [replace(world.services, store=each.open()) for each in (one, two)]
        list(pool.map(lambda services: deliver(world, services), [*others, *others]))
    assert sorted(text.to for text in texts(world)) == sorted(people)


def test_code_that_is_no_longer_good_is_not_sent_s75(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unsent(monkeypatch):
        forgets(world, hanako.email)
    world.clock.advance(world.services.limits.code_seconds)
    deliver(world)
    assert texts(world) == [] and rows(world, "outbox") == []


def test_silent_gateway_holds_up_no_mail_s75(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with unsent(monkeypatch):
        browser = world.browser()
        browser.get("/ap/register")
        browser.submit(customerName="Yuki", email="090-1234-0000", password="ringo-mikan-budou-77")
        forgets(world, "nobody@example.com")
    with gateway_in("down", world):
        deliver(world)
    assert len(texts(world, "nobody@example.com")) == 1 and len(rows(world, "outbox")) == 1
