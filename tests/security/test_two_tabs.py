"""Two tabs of one browser on the same page: the second one's page is out of date (docs/promises.md#14, #33)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.security.tools import AFTER_RESEND_WAIT, rows
from webapp.errors import StaleFlow, WrongCode
from webapp.flows import approval, methods, set_up, turn_off
from webapp.rules.visitor import Visitor
from webapp.store import accounts

VISITOR = Visitor(b"browser", "127.0.0.1", "Chrome, Windows", "127.0.0.1", "ja")
SESSION = b"session"
OWN, ANOTHERS = "+819022222222", "+819011111111"


class Slow:
    """The site's own way out, by which a code takes so long that something else happens meanwhile."""

    def __init__(self, outbound: Any, happens: Callable[[], object]) -> None:
        self._outbound, self._happens = outbound, happens

    def attempt(self, *attempt: Any) -> Any:
        return Slow(self._outbound.attempt(*attempt), self._happens)

    def send_code(self, **code: Any) -> Any:
        left = self._outbound.send_code(**code)
        self._happens()
        return left


def test_one_of_two_decisions_counts_s33(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    link = world.phone.mail(hanako.email).link("承認または否認してください")
    token = urlsplit(link).path.rpartition("/")[2]
    with world.site.app_context():
        one, other = (approval.find_by_link(world.services, token) for _ in range(2))
        assert one is not None and other is not None
        approval.decide(world.services, VISITOR, one, "deny")
        with pytest.raises(StaleFlow):
            approval.decide(world.services, VISITOR, other, "approve")
    assert [row["state"] for row in rows(world, "flows") if row["kind"] == "approval"] == ["denied"]


def test_one_of_two_answers_ends_a_flow_s33(world: World) -> None:
    services = world.services
    with services.store.reading() as db:
        account = accounts.get(db, "taro")
    with world.site.app_context():
        flow = turn_off.turn_off(services, VISITOR, account, SESSION, clear=False)
        turn_off.skip_feedback(services, flow)
        with pytest.raises(StaleFlow):
            turn_off.send_feedback(services, VISITOR, flow, reason="other", words="")
    assert rows(world, "feedback") == []


def test_code_of_the_one_tabs_number_proves_not_the_others_s14(world: World) -> None:
    services = world.services
    with services.store.reading() as db:
        account = accounts.get(db, "hanako")

    def gives(parts: Any, number: str) -> None:
        set_up.submit_number(parts, VISITOR, seen, region="JP", typed=number, channel="sms")

    with world.site.app_context():
        seen = set_up.start(services, VISITOR, account, SESSION)
        gives(services, ANOTHERS)
        world.clock.advance(AFTER_RESEND_WAIT)
        seen = set_up.MACHINE.find(services, VISITOR.browser, seen.id, account) or seen
        gives(replace(services, outbound=Slow(services.outbound, lambda: gives(services, OWN))), ANOTHERS)
        flow = set_up.MACHINE.find(services, VISITOR.browser, seen.id, account)
        assert flow is not None and flow.data["number"] == ANOTHERS
        with pytest.raises(WrongCode):
            set_up.submit_number_code(services, VISITOR, flow, world.phone.wait_for_code(OWN))
        proven = set_up.submit_number_code(services, VISITOR, flow, world.phone.wait_for_code(ANOTHERS))
    assert proven.data["proven"]["number"] == ANOTHERS


def test_method_under_way_is_not_added_once_it_was_turned_off_s48(world: World) -> None:
    services = world.services
    with services.store.reading() as db:
        account = accounts.get(db, "taro")
    with world.site.app_context():
        flow = methods.start(services, VISITOR, account, SESSION)
        flow = methods.submit_number(services, VISITOR, flow, region="JP", typed=ANOTHERS, channel="sms")
        turn_off.turn_off(services, VISITOR, account, SESSION, clear=True)
        with pytest.raises(StaleFlow):
            methods.submit_number_code(services, VISITOR, SESSION, flow, world.phone.wait_for_code(ANOTHERS))
    assert [row for row in rows(world, "methods") if row["account_id"] == "taro"] == []


def test_what_one_tab_has_begun_anew_is_not_turned_on_by_the_other_s28(world: World) -> None:
    services = world.services
    with services.store.reading() as db:
        account = accounts.get(db, "hanako")
    with world.site.app_context():
        flow = set_up.start(services, VISITOR, account, SESSION)
        flow = set_up.submit_number(services, VISITOR, flow, region="JP", typed=OWN, channel="sms")
        ready = set_up.submit_number_code(services, VISITOR, flow, world.phone.wait_for_code(OWN))
        set_up.submit_number(services, VISITOR, ready, region="JP", typed=ANOTHERS, channel="sms")
        with pytest.raises(StaleFlow):
            set_up.turn_on(services, VISITOR, ready, remember=False)
    with services.store.reading() as db:
        assert not accounts.get(db, "hanako").two_step_on
