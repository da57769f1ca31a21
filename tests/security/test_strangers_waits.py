"""A stranger's wait tells nothing about accounts, and keeps no owner out (docs/promises.md#77)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import Identity, Person
from tests.app_fixture import World
from tests.form_client import Page
from tests.security.moods import gateway_in
from tests.security.test_recipients import NOT_YET, leave, yuki
from tests.security.tools import rows, texts
from webapp import paths
from webapp.flows import forgot_password
from webapp.rules.visitor import Visitor, voucher
from webapp.store.flows import Flow

__all__ = ["yuki"]

PASSWORD = "ringo-mikan-budou-78"

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def stranger(world: World) -> Person:
    """A signed-in account that asks for the contacts of others."""
    browser = world.browser()
    browser.get(paths.REGISTER)
    browser.submit(email="stranger@example.com", customerName="Aoi", password=PASSWORD)
    browser.submit(otpCode=world.phone.code("stranger@example.com"))
    return Person(world, Identity("Aoi", "stranger@example.com", "+819011119999", password=PASSWORD), browser)


def asks_for(world: World, flow: str, contact: str) -> None:
    """Ask in a new browser, without a session, for a message to a contact."""
    browser = world.browser()
    browser.get(paths.FORGOT_PASSWORD if flow == "forgot" else paths.REGISTER)
    named: dict[str, Any] = {"customerName": "Aoi", "password": PASSWORD} if flow == "register" else {}
    browser.submit(email=contact, **named)


def waits(page: Page) -> list[str]:
    """Return the seconds that a page counts down to its button."""
    return [told.attrs["data-seconds"] for told in page.all("[data-holds=resend]")]


@pytest.mark.parametrize("flow", ["forgot", "register"])
def test_wait_tells_of_no_account_of_a_number_s77(
    world: World, flow: str, stranger: Person, yuki: Person
) -> None:
    stranger.begins_set_up()
    told: dict[str, list[list[str]]] = {}
    for _ in range(3):
        for number in (yuki.number, "+819011112222"):
            asks_for(world, flow, number)
            stranger.browser.get("/a/settings/approval/setup/register")
            page = stranger.browser.submit(phoneNumber=number, channel="sms")
            told.setdefault(number, []).append(waits(page))
    assert told[yuki.number] == told["+819011112222"] == [["30"], ["60"], ["60"]]


@pytest.mark.parametrize("flow", ["forgot", "register"])
def test_wait_tells_of_no_account_of_an_address_s77(
    world: World, flow: str, stranger: Person, taro: Person
) -> None:
    told: dict[str, list[list[str]]] = {}
    for _ in range(3):
        for address in (taro.email, "nobody@example.com"):
            opens(stranger)
            asks_for(world, flow, address)
            told.setdefault(address, []).append(waits(stranger.browser.submit(email=address)))
    assert told[taro.email] == told["nobody@example.com"] == [["30"], ["60"], ["60"]]


def opens(person: Person) -> None:
    """Open the change of the email address; a step-up of the registration is still fresh."""
    person.browser.get("/account/security")
    page = person.browser.follow('[href="/account/security/email"]')
    if page.name == "step_up.confirm":
        person.browser.submit(form='form[action="/ap/cvf/confirm"]')
        person.approves()
        page = person.goes_on()
    assert page.name == "account.change_email"


@pytest.mark.parametrize("typed", ["taro", "jiro"])
def test_wait_links_no_number_to_an_address_s77(
    world: World, typed: str, stranger: Person, taro: Person
) -> None:
    opens(stranger)
    asks_for(world, "forgot", world.person(typed).number)
    page = stranger.browser.submit(email=taro.email)
    assert waits(page) == ["30"] and NOT_YET not in page.text


def resets(world: World, number: str, visitor: Visitor) -> Flow:
    """Ask for a reset, and send what is due."""
    with world.site.app_context(), world.site.extensions["nidankai_dispatcher"].awaited():
        return forgot_password.start(world.services, visitor, number)


def visitor_at(address: str, *vouchers: str) -> Visitor:
    """Return a visitor of another network."""
    return Visitor(address.encode().ljust(32), address, "Chrome", address, "ja", lambda: vouchers)


def leaving(world: World, flow: Flow) -> list[bool]:
    """Return which codes of a flow leave, oldest first."""
    rows = world.sql("SELECT sent_to FROM codes WHERE flow_id = ? ORDER BY sent_at", flow.id)
    return [row[0] is not None for row in rows]


def test_one_stranger_starves_no_owner_s24(world: World, yuki: Person) -> None:
    """An owner who forgot the password gets every other code, however often a stranger asks."""
    owner, stranger = visitor_at("198.51.100.7"), visitor_at("203.0.113.5")
    resets(world, yuki.number, stranger)
    resets(world, yuki.number, stranger)
    flow = resets(world, yuki.number, owner)
    assert leaving(world, flow) == [True], "the stranger's second code gives way"
    for _ in range(3):
        world.clock.advance(30)
        leave(world)
        resets(world, yuki.number, stranger)
        world.clock.advance(1)
        with world.site.app_context():
            flow = forgot_password.send_again(world.services, owner, flow)
    assert leaving(world, flow) == [True, True, False, True]


def test_older_flow_comes_before_a_new_sender_s24(world: World, yuki: Person) -> None:
    """A stranger with many addresses takes no place from a page that waited longer."""
    first, second, third, owner = (visitor_at(f"203.0.113.{last}") for last in (1, 2, 3, 4))
    resets(world, yuki.number, first)
    resets(world, yuki.number, second)
    flow = resets(world, yuki.number, owner)
    assert leaving(world, flow) == [False]
    world.clock.advance(30)
    leave(world)
    resets(world, yuki.number, third)
    world.clock.advance(1)
    with world.site.app_context():
        flow = forgot_password.send_again(world.services, owner, flow)
    assert leaving(world, flow) == [False, True]


def test_browser_at_home_comes_before_strangers_s24(world: World, yuki: Person) -> None:
    account = world.sql("SELECT id FROM accounts WHERE phone = ?", yuki.number)[0][0]
    home = visitor_at("198.51.100.7", voucher(account))
    strangers = resets(world, yuki.number, visitor_at("203.0.113.1"))
    deferred = resets(world, yuki.number, visitor_at("203.0.113.2"))
    flow = resets(world, yuki.number, home)
    late = resets(world, yuki.number, visitor_at("203.0.113.3"))
    assert [leaving(world, each) for each in (strangers, deferred, flow, late)] == [
        [True],
        [False],
        [True],
        [False],
    ]


def test_retry_waits_for_what_left_meanwhile_s77(world: World, yuki: Person) -> None:
    """The gateway was down: another flow's code left before the first was tried again."""
    with gateway_in("down", world):
        asks_for(world, "forgot", yuki.number)
        leave(world)
    world.clock.advance(45)
    asks_for(world, "forgot", yuki.number)
    leave(world)
    assert len(texts(world, yuki.number)) == 1
    world.clock.advance(20)  # its next try is due; the number is held for ten more
    leave(world)
    (first,) = texts(world, yuki.number)
    world.clock.advance(15)
    leave(world)
    assert [sms.id > first.id for sms in texts(world, yuki.number)] == [True, False], rows(world, "outbox")
