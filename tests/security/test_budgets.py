"""What strangers may cause and guess is counted by sender, number and account (docs/promises.md#76, #78, #79)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.assertions import not_empty
from tests.form_client import Browser, Page
from tests.security.tools import AFTER_RESEND_WAIT, rows, texts, wrong_code
from webapp.flows import maintenance
from webapp.services.throttling import SLOTS

FRESH = "ringo-mikan-budou-77"
HOUR = 3600
TOO_MANY = "お使いのネットワークからのコードのリクエストが多すぎます"
TOO_MANY_FOR_NUMBER = "この番号へのコードのリクエストが多すぎます"
NOT_SERVED = "この国の番号にはコードを送信できません"
CAPPED = "24時間後"


def at(browser: Browser, address: str) -> Browser:
    """Let a browser come from an address."""
    client = browser.client
    assert isinstance(client, FlaskClient)
    client.environ_base["REMOTE_ADDR"] = address
    return browser


def registers(browser: Browser, number: str, *, expect: int = 200) -> Page:
    """Register with a number; the page that comes."""
    browser.get("/ap/register")
    return browser.submit(customerName="Yuki", email=number, password=FRESH, expect=expect)


def forgets(browser: Browser, typed: str) -> Page:
    """Ask for a new password; the page that comes."""
    browser.get("/ap/forgotpassword")
    return browser.submit(email=typed)


def guesses(browser: Browser, name: str, *, expect: int = 200, password: str = "not-the-password-1") -> Page:
    """Give a wrong password for a name."""
    browser.get("/ap/signin")
    browser.submit(email=name)
    return browser.submit(password=password, expect=expect)


def number(index: int) -> str:
    """A number that nobody has."""
    return f"090-7777-{index:04}"


@pytest.mark.parametrize("address", ["127.0.0.1", "2001:db8::1"])
def test_sender_has_its_texts_to_unproven_numbers_s76(
    apps_with: Callable[..., AppFixture], address: str
) -> None:
    world = apps_with(texts_per_sender=3, sandbox_allow=("0.0.0.0/0", "::/0"), tools_password="x").fresh()
    for index in range(3):
        assert registers(at(world.browser(), address), number(index)).name == "account.confirm_registration"
    neighbour = address.replace("::1", "::2:3")  # in the same /64
    assert TOO_MANY in registers(at(world.browser(), neighbour), number(3), expect=429).problem
    assert registers(at(world.browser(), "127.0.0.2"), number(3)).name == "account.confirm_registration"
    assert len(texts(world)) == 4
    world.clock.advance(HOUR)
    assert registers(at(world.browser(), address), number(4)).name == "account.confirm_registration"


def test_sender_is_charged_for_set_up_and_calls_too_s76(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(texts_per_sender=1).fresh()
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=number(1), channel="voice")
    world.clock.advance(31)
    page = hanako.browser.post(
        "/a/settings/approval/setup/verify/resend", {"csrf_token": hanako.browser.csrf_token}
    )
    assert TOO_MANY in page.text
    assert len(texts(world, "+819077770001")) == 1


def test_known_and_unknown_numbers_are_charged_alike_s76(apps_with: Callable[..., AppFixture]) -> None:
    for typed in ("080-1234-5678", number(1)):
        world = apps_with(texts_per_number=2).fresh()
        for _ in range(2):
            assert registers(world.browser(), typed).name == "account.confirm_registration"
        assert TOO_MANY_FOR_NUMBER in registers(world.browser(), typed, expect=429).problem


def test_all_senders_have_a_total_s76(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(texts_in_all=2).fresh()
    for index, expect in enumerate((200, 200, 429)):
        page = registers(at(world.browser(), f"127.0.0.{index + 1}"), number(index), expect=expect)
    assert TOO_MANY in page.problem and len(texts(world)) == 2


def test_refused_text_counts_for_no_other_budget_s76(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(texts_per_number=1, texts_per_sender=2).fresh()
    for typed, expect in ((number(1), 200), (number(1), 429), (number(1), 429), (number(2), 200)):
        page = registers(world.browser(), typed, expect=expect)
    assert page.name == "account.confirm_registration"


def test_only_served_countries_get_texts_s76(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(served_countries=("JP",)).fresh()
    assert NOT_SERVED in registers(world.browser(), "+1 202 555 0123").problem
    assert registers(world.browser(), number(1)).name == "account.confirm_registration"
    assert [text.to for text in texts(world)] == ["+819077770001"]


def test_forgot_texts_no_unknown_number_s76(world: World) -> None:
    for index in range(12):
        forgets(world.browser(), number(index))
        forgets(world.browser(), f"+1 202 555 01{index:02}")
    assert texts(world) == []


def test_defaults_are_those_of_the_promises_s76() -> None:
    from webapp.config import Config

    budgets = ("texts_per_sender", "texts_per_number", "texts_in_all", "passwords_per_sender")
    assert [Config().most(each) for each in budgets] == [10, 5, 200, 50]
    assert [Config(sandbox=True).most(each) for each in budgets] == [1000, None, None, 1000]
    assert Config().countries == ("JP",) and Config(sandbox=True).countries == ()


def test_strangers_requests_keep_no_owner_from_a_reset_s78(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.signs_out()
    for _ in range(10):
        forgets(world.browser(), hanako.email)
        world.clock.advance(AFTER_RESEND_WAIT)
    assert CAPPED in forgets(world.browser(), hanako.email).problem
    assert CAPPED not in forgets(at(world.browser(), "127.0.0.2"), hanako.email).text
    assert len(texts(world, hanako.email)) == 11
    for _ in range(10):  # the browser that signed in before has its own
        page = forgets(hanako.browser, hanako.email)
        world.clock.advance(AFTER_RESEND_WAIT)
    assert page.name == "account.confirm_reset"
    assert CAPPED in forgets(hanako.browser, hanako.email).problem


@pytest.mark.parametrize("name", ["hanako@example.com", "nobody@example.com"])
def test_wrong_codes_at_resets_add_up_s78(apps_with: Callable[..., AppFixture], name: str) -> None:
    world = apps_with(tries_until_off=6).fresh()
    for flow in range(3):
        browser = at(world.browser(), f"127.0.0.{flow + 1}")
        forgets(browser, name)
        for _ in range(2):
            browser.submit(otpCode="000000")
    browser = at(world.browser(), "127.0.0.9")
    forgets(browser, name)
    code = texts(world, name)[0].code or "123456"
    page = browser.submit(otpCode=code)
    assert page.name == "account.confirm_reset" and page.problem
    assert any("ロック" in mail.subject for mail in texts(world, name)) is name.startswith("hanako")


@pytest.mark.parametrize("name", ["hanako@example.com", "nobody@example.com"])
def test_slow_guesser_at_resets_is_counted_on_s78(apps_with: Callable[..., AppFixture], name: str) -> None:
    """Upkeep forgets no wrong codes at resets, and treats names that nobody has alike."""
    world = apps_with(tries_until_off=3).fresh()
    for _ in range(3):
        browser = world.browser()
        forgets(browser, name)
        assert "正しくありません" in browser.submit(otpCode="000000").problem
        world.clock.advance(30 * 86_400)
        maintenance.tidy(world.services)
    browser = world.browser()
    forgets(browser, name)
    page = browser.submit(otpCode=texts(world, name)[0].code or "123456")
    assert page.name == "account.confirm_reset" and "正しくありません" not in page.problem


def test_wrong_codes_of_strangers_keep_no_known_browser_from_a_reset_s78(
    apps_with: Callable[..., AppFixture],
) -> None:
    world = apps_with(tries_until_off=2).fresh()
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.signs_out()
    stranger = world.browser()
    forgets(stranger, hanako.email)
    code = hanako.reads_code(hanako.email)
    for _ in range(2):
        stranger.submit(otpCode=wrong_code(code))
    world.clock.advance(AFTER_RESEND_WAIT)
    forgets(hanako.browser, hanako.email)
    code = next(mail.code for mail in texts(world, hanako.email) if mail.code)
    assert hanako.browser.submit(otpCode=code).name == "account.new_password"


def test_right_code_forgets_the_wrong_ones_s78(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(tries_until_off=3).fresh()
    for _ in range(3):
        browser = world.browser()
        forgets(browser, "hanako@example.com")
        code = world.phone.wait_for_code("hanako@example.com")
        browser.submit(otpCode=wrong_code(code))
        browser.submit(otpCode=wrong_code(code))
        assert browser.submit(otpCode=code).name == "account.new_password"


def test_wrong_passwords_of_a_sender_add_up_over_names_s79(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(passwords_per_sender=4).fresh()
    names = ["hanako@example.com", "nobody@example.com", "090-9999-0000", "no name", "taro@example.com"]
    for name in names:
        assert "パスワードが正しくありません" in guesses(world.browser(), name).text
    waits = []
    for name in ("jiro@example.com", "else@example.com"):
        page = guesses(world.browser(), name, expect=429)
        assert "お使いのネットワーク" in page.text
        waits.append(int(page.one("[data-seconds]").attrs["data-seconds"]))
        world.clock.advance(waits[-1])
        guesses(world.browser(), name)
    assert waits == [2, 4]
    assert (
        "パスワードが正しくありません" in guesses(at(world.browser(), "127.0.0.2"), "else@example.com").text
    )


def test_known_browser_is_never_held_by_its_sender_s79(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(passwords_per_sender=2).fresh()
    hanako, taro = world.person("hanako"), world.person("taro")
    hanako.signs_in()
    hanako.signs_out()
    for index in range(3):
        guesses(world.browser(), f"nobody{index}@example.com")
    assert (
        "お使いのネットワーク" in guesses(taro.browser, taro.email, expect=429, password=taro.password).text
    )
    taro.browser = hanako.browser  # any account
    assert taro.signs_in().name == "shop.home"


def test_mark_of_a_known_browser_is_good_nowhere_else_s79(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(passwords_per_sender=1).fresh()
    hanako = world.person("hanako")
    hanako.signs_in()
    mark = hanako.browser.cookie("mihon_8000_known")
    assert mark
    thief = world.browser()
    thief.get("/")
    thief.client.set_cookie("mihon_8000_known", mark, domain="localhost")
    for index in range(2):
        guesses(world.browser(), f"nobody{index}@example.com")
    assert "お使いのネットワーク" in guesses(thief, "taro@example.com", expect=429).text
    hanako.signs_out()
    guesses(hanako.browser, "taro@example.com")


def mints(world: World) -> Browser:
    """Sign hanako in at a browser without cookies: one more that is known."""
    hanako = world.person("hanako")
    hanako.browser = world.browser()
    hanako.signs_in()
    assert hanako.browser.cookie("mihon_8000_known")
    return hanako.browser


def test_one_account_has_one_budget_of_texts_at_all_its_browsers_s76(
    apps_with: Callable[..., AppFixture],
) -> None:
    world = apps_with(texts_per_sender=3).fresh()
    for index in range(3):
        assert registers(mints(world), number(index)).name == "account.confirm_registration"
    for index in range(3, 6):
        assert TOO_MANY in registers(mints(world), number(index), expect=429).problem
    assert len(texts(world)) == 3


def test_known_browsers_of_another_share_an_accounts_wrong_codes_s78(
    apps_with: Callable[..., AppFixture],
) -> None:
    world = apps_with(tries_until_off=4).fresh()
    taro = world.person("taro")
    for _ in range(2):
        browser = mints(world)
        forgets(browser, taro.email)
        code = taro.reads_code(taro.email)
        for _ in range(2):
            browser.submit(otpCode=wrong_code(code))
        world.clock.advance(AFTER_RESEND_WAIT)
    browser = mints(world)
    forgets(browser, taro.email)
    code = next(mail.code for mail in texts(world, taro.email) if mail.code)
    page = browser.submit(otpCode=code)
    assert page.name == "account.confirm_reset" and page.problem


def test_known_browsers_of_one_account_share_its_wrong_passwords_s79(
    apps_with: Callable[..., AppFixture],
) -> None:
    world = apps_with(passwords_per_sender=2).fresh()
    browsers = [mints(world) for _ in range(4)]
    for index, browser in enumerate(browsers[:3]):
        guesses(browser, f"nobody{index}@example.com")
    assert "お使いのネットワーク" in guesses(browsers[3], "nobody9@example.com", expect=429).text


def test_browser_of_several_accounts_is_at_home_with_each_s78(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(tries_until_off=2).fresh()
    hanako, taro = world.person("hanako"), world.person("taro")
    taro.signs_in()
    taro.signs_out()
    hanako.browser = taro.browser
    hanako.signs_in()
    hanako.signs_out()
    for person in (hanako, taro):
        stranger = world.browser()
        forgets(stranger, person.email)
        code = person.reads_code(person.email)
        for _ in range(2):
            stranger.submit(otpCode=wrong_code(code))
        world.clock.advance(AFTER_RESEND_WAIT)
        forgets(taro.browser, person.email)
        code = next(mail.code for mail in texts(world, person.email) if mail.code)
        assert taro.browser.submit(otpCode=code).name == "account.new_password"


def test_what_is_kept_of_unknown_names_is_bounded_s79(world: World) -> None:
    """Any name is counted in one of so many slots, and goes on to be counted there."""
    for index in range(30):
        guesses(world.browser(), f"nobody{index}@example.com")
    keys = [row["key"] for row in rows(world, "throttles")]
    counted = [key.removeprefix("password:") for key in keys if key.startswith("password:")]
    for slot in not_empty(counted):
        assert len(slot) == 4 and int(slot, 16) < SLOTS
    browser = world.browser()
    for _ in range(world.services.config.password_free_tries + 1):
        guesses(browser, "same@example.com")
    assert guesses(browser, "same@example.com", expect=429).has("[data-seconds]")
