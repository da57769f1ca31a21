"""Registering, forgotten passwords and changes of an account (docs/promises.md#14, #15, #24, #32, #42, #43, #63)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.form_client import Browser
from tests.security.tools import (
    AFTER_RESEND_WAIT,
    TOOLS,
    all_rows,
    holds_digits,
    is_signed_in,
    rows,
    sends,
    stored_bytes,
    texts,
    wrong_code,
)
from webapp.store.engine.recording import listening

FRESH = "ringo-mikan-budou-77"


def registers(browser: Browser, email: str) -> str:
    """Give a name, an address and a password; the page that comes."""
    browser.get("/ap/register")
    return browser.submit(customerName="Yuki", email=email, password=FRESH).html


def forgets(browser: Browser, email: str) -> str:
    """Ask for a new password; the page that comes."""
    browser.get("/ap/forgotpassword")
    return browser.submit(email=email).html


def alike(html: str, typed: str) -> str:
    """A page without what differs by chance or by what was typed."""
    html = re.sub(r'(data-seconds="|data-number>)\d+', r"\1N", html.replace(typed, "TYPED"))
    return re.sub(r'name="csrf_token" value="[^"]+"', "", html)


PAIRS = [("hanako@example.com", "nobody@example.com"), ("090-1234-5678", "090-1234-0000")]


@pytest.mark.parametrize("ask", [registers, forgets])
@pytest.mark.parametrize(("known", "unknown"), PAIRS)
def test_known_and_unknown_look_alike_s32(
    world: World, ask: Callable[[Browser, str], str], known: str, unknown: str, language: str
) -> None:
    one, other = world.browser(language), world.browser(language)
    assert alike(ask(one, known), known) == alike(ask(other, unknown), unknown)
    for code in ("123456", "654321", "１２３４５６"):
        assert alike(one.submit(otpCode=code).html, known) == alike(other.submit(otpCode=code).html, unknown)
    world.clock.advance(31)
    for browser in (one, other):
        browser.reload()
    assert alike(one.submit(press="コードを再送信").html, known) == alike(
        other.submit(press="コードを再送信").html, unknown
    )


@pytest.mark.parametrize("ask", [registers, forgets])
@pytest.mark.parametrize(("known", "unknown"), PAIRS)
def test_known_and_unknown_cost_the_same_s32(
    world: World, ask: Callable[[Browser, str], str], known: str, unknown: str
) -> None:
    """As many statements for either before the answer, so that no clock tells them apart."""
    costs, here = [], threading.get_ident()
    heard: list[tuple[int, str]] = []
    for typed in (known, unknown):
        browser = world.browser()
        browser.get("/")
        heard.clear()
        with listening(lambda each: heard.append((threading.get_ident(), each))):
            ask(browser, typed)  # what leaves behind the answer does so in a thread of its own
        statements = [each for thread, each in heard if thread == here]
        words = [each.split()[0] for each in statements if not any(table in each for table in TOOLS)]
        costs.append((words.count("INSERT"), words.count("UPDATE"), words.count("DELETE")))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("ask", [registers, forgets])
def test_cap_of_messages_is_alike_s32(apps_with: Callable[..., AppFixture], ask: Callable[..., str]) -> None:
    world = apps_with(send_cap=2).fresh()
    for typed in ("hanako@example.com", "nobody@example.com"):
        for _ in range(2):
            ask(world.browser(), typed)
            world.clock.advance(AFTER_RESEND_WAIT)
        browser = world.browser()
        assert "24時間後" in ask(browser, typed)
        assert len(texts(world, typed, "mail")) == 2


def test_cap_does_not_tell_whose_number_it_is_s32(apps_with: Callable[..., AppFixture]) -> None:
    """The code for a forgotten password goes by mail, also to who typed a number."""
    world = apps_with(send_cap=2).fresh()
    for _ in range(2):
        forgets(world.browser(), "hanako@example.com")
    for is_capped in (False, False, True):
        known, unknown = (
            alike(forgets(world.browser(), typed), typed) for typed in ("090-1234-5678", "090-1234-0000")
        )
        assert known == unknown
        assert ("24時間後" in known) is is_capped


def test_strangers_messages_use_up_no_code_of_the_owner_s24(world: World, taro: Person) -> None:
    """Whoever registers or forgets passwords in somebody's name keeps nobody from anything."""
    hanako = world.person("hanako")
    for _ in range(11):
        for ask in (registers, forgets):
            ask(world.browser(), taro.national)
            ask(world.browser(), taro.email)
            ask(world.browser(), hanako.national)
    stranger = world.browser()
    forgets(stranger, taro.email)
    assert taro.signs_in().name == "shop.home"
    hanako.signs_in()
    assert hanako.sets_up_by_sms().name == "settings.overview"


def test_over_the_cap_a_number_without_an_account_gets_nothing_s16(world: World) -> None:
    for _ in range(11):
        page = registers(world.browser(), "090-7777-0000")
        world.clock.advance(AFTER_RESEND_WAIT)
    assert "24時間後" in page
    assert len(texts(world, "+819077770000")) == 10


def test_strangers_own_set_up_uses_up_no_code_of_the_owner_s24(
    apps_with: Callable[..., AppFixture],
) -> None:
    """Somebody with an account of their own has codes sent to taro's number until no more go there."""
    world = apps_with(send_cap=3).fresh()
    stranger, taro = world.person("hanako"), world.person("taro")
    stranger.signs_in()
    stranger.begins_set_up()
    for _ in range(3):
        world.clock.advance(31)
        stranger.browser.get("/a/settings/approval/setup/register")
        stranger.browser.submit(phoneNumber=taro.national, channel="sms")
    world.clock.advance(31)
    stranger.browser.get("/a/settings/approval/setup/register")
    assert "24時間後" in stranger.browser.submit(phoneNumber=taro.national, channel="sms").problem
    assert taro.signs_in().name == "shop.home"


def test_strangers_wrong_codes_make_no_owner_wait_s24(world: World, hanako: Person) -> None:
    stranger = world.browser()
    forgets(stranger, hanako.email)
    right = hanako.reads_code(hanako.email)
    for _ in range(5):
        sends(stranger, "/ap/forgotpassword/verify", otpCode=wrong_code(right))
        world.clock.advance(5)
    assert sends(stranger, "/ap/forgotpassword/verify", otpCode=right).status_code == 200  # not taken
    forgets(hanako.browser, hanako.email)
    page = hanako.browser.submit(otpCode=hanako.reads_code(hanako.email))
    assert page.name == "account.new_password"


def test_reset_code_dies_after_five_wrong_tries_s12(world: World, hanako: Person) -> None:
    forgets(hanako.browser, hanako.email)
    right = hanako.reads_code(hanako.email)
    for _ in range(5):
        sends(hanako.browser, "/ap/forgotpassword/verify", otpCode=wrong_code(right))
        world.clock.advance(20)
    answer = sends(hanako.browser, "/ap/forgotpassword/verify", otpCode=right)
    assert answer.status_code == 200  # taken, it would lead on


def test_code_of_one_purpose_fails_in_another_s14(world: World, hanako: Person) -> None:
    registers(hanako.browser, "yuki@example.com")
    of_registration = hanako.reads_code("yuki@example.com")
    forgets(hanako.browser, hanako.email)
    of_reset = hanako.reads_code(hanako.email)
    assert of_registration != of_reset
    assert sends(hanako.browser, "/ap/forgotpassword/verify", otpCode=of_registration).status_code == 200
    assert sends(hanako.browser, "/ap/register/verify", otpCode=of_reset).status_code == 200
    assert [row["id"] for row in rows(world, "accounts") if row["email"] == "yuki@example.com"] == []


def test_registration_half_way_leaves_nothing_readable_s15(world: World) -> None:
    browser = world.browser()
    registers(browser, "yuki@example.com")
    code = world.phone.wait_for_code("yuki@example.com")
    kept = stored_bytes(world)
    assert FRESH.encode() not in kept
    assert not holds_digits(kept, code)
    assert "yuki" not in "".join(str(row["data"]) for name, row in all_rows(world) if name == "events")


def test_new_password_cannot_be_reached_without_the_code_s29(world: World, hanako: Person) -> None:
    forgets(hanako.browser, hanako.email)
    answer = sends(hanako.browser, "/ap/forgotpassword/reset", password=FRESH, otpCode="123456")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/ap/forgotpassword/verify")
    assert hanako.gives_password(FRESH).problem


def test_reset_of_one_account_changes_no_other_s29(world: World, hanako: Person, taro: Person) -> None:
    forgets(hanako.browser, hanako.email)
    hanako.browser.submit(otpCode=hanako.reads_code(hanako.email))
    sends(
        hanako.browser,
        "/ap/forgotpassword/reset",
        password=FRESH,
        email=taro.email,
        account="taro",
        username=taro.email,
    )
    assert taro.gives_password(FRESH).problem
    assert hanako.gives_password(FRESH).name == "shop.home"


def test_reset_signs_nobody_in_s54(world: World, hanako: Person) -> None:
    forgets(hanako.browser, hanako.email)
    hanako.browser.submit(otpCode=hanako.reads_code(hanako.email))
    hanako.browser.submit(password=FRESH)
    assert not is_signed_in(hanako.browser)
    assert rows(world, "sessions") == []


def test_new_password_makes_a_new_session_id_s43(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    copy = world.browser()
    copy.get("/")
    name = next(name for name in ("mihon_8000_session",) if hanako.browser.cookie(name))
    copy.client.set_cookie(name, hanako.browser.cookie(name) or "")
    assert is_signed_in(copy)
    hanako.browser.get("/account/security/password")
    hanako.browser.submit(password=hanako.password, passwordNew=FRESH)
    assert is_signed_in(hanako.browser)
    assert not is_signed_in(copy)


def test_change_of_address_started_before_stays_the_sessions_own_s42(world: World, hanako: Person) -> None:
    """The code of a new address is taken within the step-up's time only, and in the browser that asked."""
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/email")
    hanako.browser.submit(email="hana@example.net")
    code = hanako.reads_code("hana@example.net")
    other = hanako.elsewhere()
    other.signs_in()
    other.opens_settings()
    other.browser.get("/account/security")
    answer = sends(other.browser, "/account/security/verify", otpCode=code)
    assert answer.headers["Location"] == "/account/security"
    world.clock.advance(901)
    hanako.browser.get("/account/security")
    answer = sends(hanako.browser, "/account/security/verify", otpCode=code)
    assert answer.headers["Location"].startswith("/ap/cvf/confirm")
    assert [row["email"] for row in rows(world, "accounts") if row["id"] == "hanako"] == [hanako.email]


def test_changes_of_an_account_are_recorded_once_without_secrets_and_mailed_s63(
    world: World, hanako: Person
) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    before = max(row["id"] for row in rows(world, "events"))
    mails = len(texts(world, hanako.email, "mail"))
    hanako.browser.get("/account/security/name")
    hanako.browser.submit(customerName="Hana")
    hanako.browser.get("/account/security/address")
    hanako.browser.submit(addressLine1="Elsewhere 1")
    hanako.browser.get("/account/security/phone")
    hanako.browser.submit(phoneNumber="090-7777-8888")
    hanako.browser.submit(otpCode=hanako.reads_code("+819077778888"))
    hanako.browser.get("/account/security/password")
    hanako.browser.submit(password="not-this-one", passwordNew=FRESH)
    hanako.browser.submit(password=hanako.password, passwordNew=FRESH)
    hanako.browser.get("/account/security/email")
    hanako.browser.submit(email="hana@example.net")
    hanako.browser.submit(otpCode=hanako.reads_code("hana@example.net"))
    sends(hanako.browser, "/account/security/devices/end-all")
    events = [row for row in rows(world, "events") if row["id"] > before]
    assert [row["kind"] for row in events] == [
        "account.name_changed",
        "account.address_changed",
        "account.change_started",
        "account.phone_changed",
        "password.present_wrong",
        "password.changed",
        "account.change_started",
        "account.email_changed",
        "session.ended_others",
    ]
    written = " ".join(str(row["data"]) for row in events)
    for secret in (FRESH, "not-this-one", hanako.password, "77778888", "hana@example.net", "Elsewhere"):
        assert secret not in written
    assert len(texts(world, hanako.email, "mail")) - mails == 5  # name, address, number, password, email
    assert len(texts(world, "hana@example.net", "mail")) == 2  # the code, and that it counts now


def test_reset_is_recorded_and_mailed_s63(world: World, jiro: Person) -> None:
    before = max((row["id"] for row in rows(world, "events")), default=0)
    forgets(jiro.browser, jiro.email)
    right = jiro.reads_code(jiro.email)
    jiro.browser.submit(otpCode=wrong_code(right))
    jiro.browser.submit(otpCode=right)
    jiro.browser.submit(password=FRESH)
    kinds = [row["kind"] for row in rows(world, "events") if row["id"] > before]
    assert kinds == ["password.reset_started", "password.reset_code_wrong", "password.reset"]
    assert "パスワード" in texts(world, jiro.email, "mail")[0].subject


def test_what_went_to_the_old_address_opens_nothing_after_a_change_s14(world: World, hanako: Person) -> None:
    """Somebody reads the old mailbox, and has asked for a new password and for an approval before the change."""
    reader = hanako.elsewhere()
    forgets(reader.browser, hanako.email)
    code = hanako.reads_code(hanako.email)
    asking = hanako.elsewhere()
    asking.signs_in()
    hanako.signs_in()
    hanako.opens_settings()
    asking.asks_for_settings()
    link = world.phone.mail(hanako.email).link("承認または否認してください")
    hanako.browser.get("/account/security/email")
    hanako.browser.submit(email="hana@example.net")
    hanako.browser.submit(otpCode=hanako.reads_code("hana@example.net"))
    assert reader.browser.submit(otpCode=code).name == "account.forgot_password"
    assert world.browser().raw("GET", urlsplit(link).path).status_code == 404
