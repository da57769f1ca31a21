"""A recipient gets one code at a time, whatever flow asks (docs/promises.md#77)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests import engines
from tests.actors import Person
from tests.app_fixture import World
from tests.flows import test_music as music
from tests.form_client import Browser
from tests.security.moods import gateway_in
from tests.security.tools import AFTER_RESEND_WAIT, is_accepted, sends, texts, types
from webapp import paths
from webapp.challenges.delivery import deliver_due
from webapp.flows import sign_in
from webapp.rules.visitor import Visitor
from webapp.sandbox.journeys import main_job
from webapp.store.flows import Flow

HELD = "少し前に同じ宛先にコードを送信しました"
NOT_YET = "コードはまだ送信していません"
SENT = "送信しました。コードを入力"
NUMBER = "090-1111-2222"

pytestmark = pytest.mark.usefixtures("still")


@pytest.fixture
def yuki(world: World) -> Person:
    return without_address(world, "hanako")


def without_address(world: World, who: str) -> Person:
    """Return the person of an account without an email address: its codes go to its number."""
    person = world.person(who)
    with world.services.store.writing() as db:
        db.execute("UPDATE accounts SET email = NULL WHERE email = ?", (person.email,))
    person.email = person.number
    return person


def asks(flow: str, world: World, person: Person) -> Browser:
    """Ask for a code to the person's number, in a flow of one kind; the browser that shows its page."""
    other = person.elsewhere()
    if flow == "sign_in":
        other.gives_password()
    elif flow == "older_device":
        other.browser.get(paths.OLDER_DEVICE)
        other.browser.submit(email=person.email, password=person.password)
    else:
        other.browser.get(paths.FORGOT_PASSWORD if flow == "forgot" else paths.REGISTER)
        named: dict[str, Any] = (
            {"customerName": "Yuki", "password": "ringo-mikan-budou-77"} if flow == "register" else {}
        )
        other.browser.submit(email=person.number, **named)
    return other.browser


def strangers_ask_for_half_a_minute(world: World, person: Person) -> None:
    """Request codes as strangers, every 5 seconds, and send what is due."""
    for _ in range(6):
        world.clock.advance(5)
        asks("forgot", world, person)
        leave(world)


def leave(world: World) -> None:
    """Send what is due."""
    with world.site.app_context():
        deliver_due(world.services)


def test_second_sign_in_waits_and_says_how_long_s77(world: World, taro: Person, language: str) -> None:
    taro.gives_password()
    world.clock.advance(12)
    page = taro.elsewhere(language).gives_password()
    assert page.name == "sign_in.code" and page.status == 200
    assert page.one("[data-holds=resend]").attrs["data-seconds"] == "18"
    assert page.one("#resend") is not None
    if language == "ja":
        assert HELD in page.text and NOT_YET in page.text and SENT not in page.text
    assert len(texts(world, taro.number)) == 1


@pytest.mark.parametrize("second", ["sign_in", "older_device", "forgot", "register"])
def test_no_flow_sends_within_thirty_seconds_of_another_s77(
    world: World, second: str, yuki: Person, taro: Person
) -> None:
    person = taro if second in ("sign_in", "older_device") else yuki
    first = "sign_in" if person is taro else "forgot"
    asks(first, world, person)
    world.clock.advance(29)
    assert asks(second, world, person).page.status == 200
    leave(world)
    assert len(texts(world, person.number)) == 1


def test_button_sends_once_the_wait_is_over_s77(world: World, taro: Person) -> None:
    taro.gives_password()
    world.clock.advance(10)
    other = taro.elsewhere()
    other.gives_password()
    assert HELD in other.browser.press("コードを再送信").text
    world.clock.advance(20)
    page = other.browser.press("コードを再送信")
    assert NOT_YET not in page.text and len(texts(world, taro.number)) == 2
    assert is_accepted(types(other, other.reads_code()))


def test_flow_without_a_code_keeps_its_whole_life(world: World, taro: Person, jiro: Person) -> None:
    """Only a code that was sent ends its flow: one that is held does not, nor does an app."""
    asks("sign_in", world, taro)
    assert NOT_YET in taro.gives_password().text
    music.types(jiro, jiro.password)
    world.clock.advance(AFTER_RESEND_WAIT)
    music.types(jiro, jiro.password)
    world.clock.advance(800)
    taro.browser.press("コードを再送信")
    assert taro.gives_code().name == "shop.home"
    assert jiro.name in music.types(jiro, jiro.password + jiro.app_code()).text


def test_used_code_frees_the_number_at_once_s77(world: World, taro: Person) -> None:
    taro.gives_password()
    other = taro.elsewhere()
    other.gives_password()
    assert is_accepted(types(taro, taro.reads_code()))
    assert sends(other.browser, "/ap/mfa/resend").status_code == 303
    assert is_accepted(types(other, other.reads_code()))


def test_three_sign_ins_need_no_wait_s77(world: World, taro: Person) -> None:
    for _ in range(3):
        taro.signs_in()
        taro.signs_out()
    assert len(texts(world, taro.number)) == 3


def test_main_job_needs_no_wait_s77(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.sets_up_by_sms()
    hanako.signs_out()
    assert hanako.signs_in().name == "shop.home"


def test_step_up_waits_for_a_sign_in_s77(world: World, taro: Person) -> None:
    taro.signs_in()
    asks("sign_in", world, taro)
    page = taro.asks_for_settings()
    assert page.name == "sign_in.code" and NOT_YET in page.text
    assert len(texts(world, taro.number)) == 2
    world.clock.advance(AFTER_RESEND_WAIT)
    taro.browser.press("コードを再送信")
    assert taro.gives_code().name == "settings.overview"


def test_set_up_and_its_backup_wait_s77(world: World, hanako: Person, taro: Person) -> None:
    """The page that takes the code opens, and its button sends it."""
    asks("sign_in", world, taro)
    hanako.signs_in()
    hanako.begins_set_up()
    page = hanako.browser.submit(phoneNumber=taro.national, channel="sms")
    assert page.name == "set_up.verify" and NOT_YET in page.text
    assert page.one("[data-holds=resend]").attrs["data-seconds"] == "30"
    assert HELD in hanako.browser.press("コードを再送信").text
    assert len(texts(world, taro.number)) == 1
    world.clock.advance(AFTER_RESEND_WAIT)
    hanako.browser.press("コードを再送信")
    assert hanako.browser.submit(otpCode=hanako.reads_code(taro.number)).name == "set_up.backup"
    stranger = world.browser()
    stranger.get(paths.REGISTER)
    stranger.submit(customerName="Yuki", email=NUMBER, password="ringo-mikan-budou-77")
    page = hanako.browser.submit(phoneNumber=NUMBER, channel="voice")
    assert page.name == "set_up.verify" and NOT_YET in page.text


def test_same_number_typed_again_keeps_its_code_s77(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=NUMBER, channel="sms")
    hanako.browser.get("/a/settings/approval/setup/register")
    page = hanako.browser.submit(phoneNumber=NUMBER, channel="sms")
    assert page.name == "set_up.verify" and NOT_YET not in page.text
    assert len(texts(world, "+819011112222")) == 1
    code = hanako.reads_code("+819011112222")
    assert hanako.browser.submit(otpCode=code).name == "set_up.backup"


def test_approval_by_text_waits_s77(world: World, yuki: Person) -> None:
    yuki.signs_in(yuki.number)
    asks("forgot", world, yuki)
    page = yuki.asks_for_settings()
    assert page.name == "approval.wait" and NOT_YET in page.text
    assert "送信された通知" not in page.text and "SMSに記載" not in page.text
    assert page.has("#approval-otpcode")
    assert len(texts(world, yuki.number)) == 1
    world.clock.advance(AFTER_RESEND_WAIT)
    page = yuki.browser.press("再送信")
    assert NOT_YET not in page.text and len(texts(world, yuki.number)) == 2
    assert "送信された通知" in page.text and "SMSに記載" in page.text
    assert yuki.browser.submit(otpCode=yuki.reads_code()).name == "settings.overview"


@pytest.mark.parametrize("typed", ["+819012345678", "+819000000001"])
def test_strangers_page_is_one_whatever_is_held_s77(world: World, yuki: Person, typed: str) -> None:
    """The message of a stranger leaves later, and no page tells whether the number got another."""
    pages = []
    for _ in range(2):
        browser = world.browser()
        browser.get(paths.FORGOT_PASSWORD)
        page = browser.submit(email=typed)
        pages.append(page.one("main").to_text())
    assert pages[0] == pages[1] and HELD not in pages[0]
    known = typed == yuki.number
    assert len(texts(world, typed)) == known
    world.clock.advance(AFTER_RESEND_WAIT)
    leave(world)
    assert len(texts(world, typed)) == 2 * known


def test_deferred_code_works_once_it_comes_s77(world: World, yuki: Person) -> None:
    asks("forgot", world, yuki)
    yuki.reads_code()
    second = asks("forgot", world, yuki)
    third = asks("forgot", world, yuki)
    world.clock.advance(30)
    leave(world)
    assert len(texts(world, yuki.number)) == 2, "one code is deferred at a time"
    assert second.submit(otpCode=yuki.reads_code()).name == "account.new_password"
    assert third.press("コードを再送信").name == "account.confirm_reset"
    assert third.submit(otpCode=yuki.reads_code()).name == "account.new_password"


def test_number_typed_by_strangers_tells_no_address_s77(world: World, taro: Person) -> None:
    """A number whose account has an address is held like one that nobody has."""
    for typed in (taro.number, "+819000000002"):
        browser = world.browser()
        browser.get(paths.FORGOT_PASSWORD)
        browser.submit(email=typed)
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.begins_set_up()
    for typed in (taro.number, "+819000000002"):
        hanako.browser.get("/a/settings/approval/setup/register")
        assert NOT_YET in hanako.browser.submit(phoneNumber=typed, channel="sms").text
    assert texts(world, taro.number) == []


def test_owner_comes_before_strangers_s77(world: World, yuki: Person) -> None:
    """Strangers who ask again and again keep no owner from a code (docs/promises.md#24)."""
    yuki.signs_in(yuki.number)
    asks("forgot", world, yuki)
    asks("forgot", world, yuki)  # deferred: it would leave first
    assert NOT_YET in yuki.asks_for_settings().text
    strangers_ask_for_half_a_minute(world, yuki)
    assert NOT_YET not in yuki.browser.press("再送信").text
    assert len(texts(world, yuki.number)) == 2
    assert yuki.browser.submit(otpCode=yuki.reads_code()).name == "settings.overview"


def test_owner_who_sets_up_comes_before_strangers_s77(world: World, yuki: Person) -> None:
    """The wait of the enrolment is kept, too: the page's button works once it is over."""
    yuki.signs_in(yuki.number)
    yuki.asks_for_settings()
    yuki.browser.submit(otpCode=yuki.reads_code())
    yuki.walks(main_job.BEGIN_SET_UP)
    world.clock.advance(AFTER_RESEND_WAIT)
    asks("forgot", world, yuki)
    page = yuki.browser.submit(phoneNumber=yuki.national, channel="sms")
    assert page.name == "set_up.verify" and NOT_YET in page.text
    strangers_ask_for_half_a_minute(world, yuki)
    assert NOT_YET not in yuki.browser.press("コードを再送信").text
    assert yuki.browser.submit(otpCode=yuki.reads_code()).name == "set_up.backup"


def test_owner_at_an_older_device_comes_before_strangers_s77(world: World) -> None:
    taro = without_address(world, "taro")
    music.types(taro, taro.password)
    world.clock.advance(AFTER_RESEND_WAIT)
    asks("forgot", world, taro)
    assert HELD in music.types(taro, taro.password, expect=429).text
    strangers_ask_for_half_a_minute(world, taro)
    music.types(taro, taro.password)
    assert len(texts(world, taro.number)) == 3
    assert taro.name in music.types(taro, taro.password + taro.reads_code()).text


def test_notice_instead_of_a_code_holds_no_owner_s77(world: World, taro: Person) -> None:
    for _ in range(2):
        asks("register", world, taro)
        asks("forgot", world, taro)
    assert taro.signs_in().name == "shop.home"


def test_code_that_could_not_be_sent_holds_nobody_s77(world: World, taro: Person) -> None:
    with gateway_in("down", world):
        taro.gives_password()
    assert NOT_YET not in taro.elsewhere().gives_password().text
    assert len(texts(world, taro.number)) == 1


def test_two_processes_hold_one_recipient_s77(world: World, taro: Person) -> None:
    def signs_in(index: int) -> str:
        services = replace(world.services, store=(one, two)[index % 2].open())
        visitor = Visitor(bytes([index]) * 32, "127.0.0.1", "Chrome", "127.0.0.1", "ja")
        with world.site.app_context():
            flow = sign_in.submit_password(
                services, visitor, taro.email, taro.password, app="shop", return_to="/", cookie=lambda _: None
            )
        assert isinstance(flow, Flow)
        return str(flow.data["delivery"])

    config = world.services.config
    with engines.another(config) as one, engines.another(config) as two, ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(signs_in, range(8))) == ["held"] * 7 + ["sent"]
    assert len(texts(world, taro.number)) == 1


def test_other_way_explains_the_wait_s77(world: World, taro: Person) -> None:
    taro.gives_password()
    page = taro.browser.get("/ap/mfa/new-otp")
    told = page.one("[data-module=countdown]")
    assert told.attrs["data-seconds"] == "30" and told.attrs["data-holds"] == "auth-send-code"
    assert HELD in taro.browser.submit(expect=429).text
    world.clock.advance(AFTER_RESEND_WAIT)
    assert taro.browser.get("/ap/mfa/new-otp").all("[data-module=countdown]") == []
