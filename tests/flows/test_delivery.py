"""Notices that cannot be sent at once: they block nothing, come later, and are given up after a final error."""

from __future__ import annotations

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.security.tools import rows, texts
from webapp.challenges.delivery import MOST_REFUSALS, deliver_due

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
