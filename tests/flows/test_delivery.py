"""Notices that cannot be sent at once: they block nothing, come later, and are given up after a final error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.security.moods import mail_in
from tests.security.tools import rows, texts
from webapp.challenges import delivery
from webapp.challenges.delivery import MOST_REFUSALS, deliver_due
from webapp.errors import GatewayFailed
from webapp.pages.framework.dispatcher import Dispatcher
from webapp.rules.visitor import Visitor
from webapp.services.context import Services
from webapp.services.outbox import enqueue_notice
from webapp.store import accounts
from webapp.store.outbox import Message

OTHER = "+819022223333"


def changes_number_while_refused(world: World, code: int) -> Person:
    """Taro gets a new number; the old one, owed a text, takes none. His mailbox is owed a mail."""
    taro = world.person("taro")
    taro.signs_in()
    world.clock.advance(31)
    taro.opens_settings()
    world.phone.faults.add("reject", code=code, channel="sms", to=taro.number)
    taro.browser.submit(form='[data-method="taro-sms"] form[action$="/change"]')
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    taro.browser.submit(otpCode=taro.reads_code(OTHER))
    assert taro.page.name == "settings.overview"
    return taro


def delivers(world: World) -> int:
    """Do what the dispatcher does some hours later; return how many messages came."""
    world.clock.advance(3601)
    before = len(texts(world))
    with world.site.app_context():
        deliver_due(world.services)
    return len(texts(world)) - before


def test_notice_that_is_refused_holds_up_no_other(world: World) -> None:
    taro = changes_number_while_refused(world, 21610)
    assert "変更" in world.phone.mail(taro.email).subject
    assert [row["channel"] for row in rows(world, "outbox")] == ["sms"]
    world.phone.faults.clear()
    assert delivers(world) == 1
    assert world.phone.messages(to=taro.number)[0].body.startswith("Mihon")
    assert not rows(world, "outbox")


def test_notice_that_is_refused_for_good_is_given_up(world: World) -> None:
    changes_number_while_refused(world, 21614)
    for _ in not_empty(range(MOST_REFUSALS - 1)):
        assert len(rows(world, "outbox")) == 1
        assert delivers(world) == 0
    assert not rows(world, "outbox")


VISITOR = Visitor(b"", "192.0.2.1", "Chrome, Windows", "", "ja")


def writes_notice(world: World, kind: str, to: str = "+819011110000", channel: str = "sms") -> None:
    """Write a notice that nothing sends yet."""
    services = world.services
    with services.store.writing() as db:
        account = accounts.get(db, "hanako")
        enqueue_notice(db, VISITOR, account, channel, to, kind, services.clock.now())


def forgets_password(world: World, email: str) -> None:
    browser = world.browser()
    browser.get("/ap/forgotpassword")
    browser.submit(email=email)


def test_notice_that_raises_holds_up_no_other(world: World) -> None:
    """A newer release wrote it, and was taken back."""
    writes_notice(world, "kind.of.a.newer.release")
    for each in range(3):
        forgets_password(world, "taro@example.com")
        assert len(texts(world, "taro@example.com")) == each + 1
        world.clock.advance(61)
    assert [row["kind"] for row in rows(world, "outbox")] == ["kind.of.a.newer.release"]
    for _ in not_empty(range(MOST_REFUSALS)):
        delivers(world)
    assert not rows(world, "outbox")


def test_message_that_silences_the_gateway_each_time_goes_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = delivery._send

    def fails_for_one(services: Services, message: Message) -> str | None:
        if message.recipient == "+819011110000":
            raise GatewayFailed("garbage", None, "it always is")
        return send(services, message)

    monkeypatch.setattr(delivery, "_send", fails_for_one)
    for number in ("+819011110000", "+819011110001", "+819011110002"):
        writes_notice(world, "password.changed", number)
        world.clock.advance(1)
    assert delivers(world) == 0
    assert [row["attempts"] for row in rows(world, "outbox")] == [1, 0, 0]
    assert delivers(world) == 2


def test_error_of_a_look_is_followed_by_another_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: Services) -> float | None:
        raise RuntimeError

    dispatcher: Dispatcher = world.site.extensions["nidankai_dispatcher"]
    again: list[float] = []
    monkeypatch.setattr("webapp.pages.framework.dispatcher.deliver_due", breaks)
    monkeypatch.setattr(dispatcher, "_look_again", lambda _, seconds: again.append(seconds))
    dispatcher._deliver(world.services)
    assert len(again) == 1


def test_slow_gateway_outlasts_no_lease(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process looks during the fifth of six exchanges."""
    numbers = [f"+81901111000{each}" for each in range(6)]
    for number in numbers:
        writes_notice(world, "password.changed", number)
    send, sent = delivery._send, []

    def sends_slowly(services: Services, message: Message) -> Any:
        sent.append(message.recipient)
        world.clock.advance(8)
        if len(sent) == 5:
            deliver_due(world.services)
        return send(services, message)

    monkeypatch.setattr(delivery, "_send", sends_slowly)
    with world.site.app_context():
        deliver_due(world.services)
    assert sorted(sent) == numbers


def test_message_to_a_server_that_never_comes_back_is_given_up(world: World) -> None:
    with mail_in("down", world):
        writes_notice(world, "password.changed", "hanako@example.com", "mail")
        for _ in not_empty(range(71)):
            delivers(world)
        assert len(rows(world, "outbox")) == 1
        delivers(world)
    assert not rows(world, "outbox")


def test_nearer_look_replaces_a_farther_one(world: World) -> None:
    dispatcher: Dispatcher = world.site.extensions["nidankai_dispatcher"]
    place = world.services.store.place
    if place in dispatcher._timers:
        dispatcher._timers.pop(place).cancel()
    pauses = []
    for seconds in (60, 20, 40):
        dispatcher._look_again(world.services, seconds)
        pauses.append(dispatcher._timers[place].interval)
    dispatcher._timers.pop(place).cancel()
    assert pauses == [60, 20, 20]
