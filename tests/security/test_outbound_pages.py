"""What a visitor sees when gateway or mail server fail: a clear page, the account as before (docs/promises.md#66)."""

from __future__ import annotations

import pytest

from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.security.moods import MOODS, gateway_in, mail_in
from tests.security.tools import is_signed_in, rows, sends, texts


@pytest.fixture(params=list(MOODS))
def mood(request: pytest.FixtureRequest) -> str:
    """Every way a gateway fails."""
    return str(request.param)


def account_rows(world: World) -> list[object]:
    return [rows(world, table) for table in ("accounts", "methods", "trusted")]


def test_sign_in_tells_that_no_code_left_s66(world: World, taro: Person, mood: str) -> None:
    before = account_rows(world)
    with gateway_in(mood, world):
        page = taro.gives_password()
        assert page.name == "sign_in.code"
        assert page.status == 200
        assert "送信できませんでした" in page.text
        again = sends(taro.browser, "/ap/mfa/resend")
        assert again.status_code == 303
    assert account_rows(world) == before
    assert not is_signed_in(taro.browser)
    sends(taro.browser, "/ap/mfa/resend")  # at once: a code that never left is no reason to wait
    assert taro.gives_code(taro.reads_code()).name == "shop.home"


def test_step_up_tells_that_no_code_left_s66(world: World, taro: Person, mood: str) -> None:
    taro.signs_in()
    world.clock.advance(31)
    with gateway_in(mood, world):
        page = taro.asks_for_settings()
        assert page.name == "sign_in.code" and "送信できませんでした" in page.text
    sends(taro.browser, "/ap/mfa/resend")  # at once, as when signing in
    taro.browser.reload()
    assert taro.gives_code().name == "settings.overview"


def test_set_up_by_number_fails_and_the_app_still_works_s66(world: World, hanako: Person, mood: str) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    before = account_rows(world)
    with gateway_in(mood, world):
        page = hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
        assert page.name == "set_up.choose_method"
        assert len(page.problem) > 10
        assert page.one("[name=phoneNumber]").attrs["value"] == hanako.national
        assert account_rows(world) == before
        hanako.secret = key_on(page)
        assert hanako.browser.submit(otpCode=hanako.app_code()).name == "set_up.backup"
        assert hanako.finishes_set_up().state == "on"


def test_set_up_by_number_works_at_the_next_try_s66(world: World, hanako: Person, mood: str) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    with gateway_in(mood, world):
        hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    assert hanako.browser.submit(otpCode=hanako.reads_code()).name == "set_up.backup"
    assert hanako.finishes_set_up().state == "on"


def test_resend_in_set_up_fails_clearly_s66(world: World, hanako: Person, mood: str) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    world.clock.advance(31)
    with gateway_in(mood, world):
        answer = sends(hanako.browser, "/a/settings/approval/setup/verify/resend")
        assert answer.status_code == 303
        assert len(hanako.browser.get(answer.headers["Location"]).one(".notices").to_text()) > 10
    sends(hanako.browser, "/a/settings/approval/setup/verify/resend")
    assert hanako.browser.submit(otpCode=hanako.reads_code()).name == "set_up.backup"


@pytest.mark.parametrize("mail_mood", ["down", "slow", "garbage", "refusing"])
def test_approval_mail_fails_clearly_and_can_be_sent_again_s66(
    world: World, hanako: Person, mail_mood: str
) -> None:
    hanako.signs_in()
    before = account_rows(world)
    with mail_in(mail_mood, world):
        page = hanako.asks_for_settings()
        assert page.name == "approval.wait"
        assert page.status == 200
        assert "メールを送信できませんでした" in page.text
        assert sends(hanako.browser, "/ap/cvf/approval/resend").status_code == 303
    assert account_rows(world) == before
    assert texts(world) == []
    sends(hanako.browser, "/ap/cvf/approval/resend")
    hanako.approves()
    assert hanako.goes_on().name == "settings.overview"


@pytest.mark.parametrize("mail_mood", ["down", "slow"])
def test_change_is_made_though_its_notice_cannot_leave_s66(
    world: World, hanako: Person, mail_mood: str
) -> None:
    """The notice is owed from the change on, and goes out once the mail server is back."""
    hanako.signs_in()
    hanako.secret = key_on(hanako.begins_set_up())
    hanako.browser.submit(otpCode=hanako.app_code())
    sent = len(texts(world, hanako.email))
    with mail_in(mail_mood, world):
        assert hanako.finishes_set_up().state == "on"
    assert len(rows(world, "outbox")) == 1
    assert len(texts(world, hanako.email)) == sent
    world.clock.advance(3600)
    other = hanako.elsewhere()
    other.gives_password()
    other.browser.submit(otpCode="000000")  # any later round delivers what is due
    assert rows(world, "outbox") == []
    assert any("有効" in mail.subject for mail in texts(world, hanako.email))
