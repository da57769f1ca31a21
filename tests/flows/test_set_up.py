"""Set up two-step verification (docs/screens.md#11 to #13, #15), in both languages."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from webapp.sandbox.journeys import main_job


@pytest.mark.parametrize("trust", [False, True])
def test_almost_done_turns_it_on_by_sms(world: World, language: str, trust: bool) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = hanako.sets_up_by_sms(trust=trust)
    assert (page.name, page.state) == ("settings.overview", "on")
    assert "090-1234-5678" in page.text
    hanako.browser.get("/account")
    hanako.signs_out()
    assert hanako.gives_password().name == ("shop.home" if trust else "sign_in.code")


@pytest.mark.parametrize("trust", [False, True])
def test_almost_done_turns_it_on_by_app(world: World, language: str, trust: bool) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    assert hanako.sets_up_by_app(trust=trust).state == "on"
    hanako.browser.get("/account")
    hanako.signs_out()
    world.clock.advance(30)
    assert hanako.signs_in().name == "shop.home"


def test_overview_off_offers_to_begin(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = hanako.opens_settings()
    assert page.state == "off"
    title = "2段階認証(2SV)の設定" if language == "ja" else "Two-Step Verification (2SV)"
    assert title in page.one("h1").to_text(separator="", strip=False)


def test_overview_tells_the_owner_by_mail_when_it_was_turned_on(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.sets_up_by_sms()
    assert "2段階認証" in world.phone.mail(hanako.email).subject


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "電話番号"),
        ("abc", "電話番号"),
        ("090", "足りません"),
        ("0901234567890123", "多すぎ"),
        ("03-1234-5678", "固定電話"),
    ],
)
def test_choose_method_refuses_what_cannot_be_texted_and_keeps_it(
    hanako: Person, typed: str, told: str
) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    page = hanako.browser.submit(phoneNumber=typed, channel="sms")
    assert page.name == "set_up.choose_method"
    assert told in page.one("#auth-error-message-box").to_text()
    assert page.one("#cvf_phone_num").attrs.get("value", "") == typed


def test_choose_method_wrong_app_code_keeps_the_same_key(hanako: Person) -> None:
    hanako.signs_in()
    before = hanako.begins_set_up().one("#totp-key").to_text()
    page = hanako.browser.submit(form="#set-up-app", otpCode="000000")
    assert page.one("#totp-key").to_text() == before
    assert page.one("#auth-error-message-box")


def test_verify_sends_again_and_lets_the_number_be_changed(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    first = hanako.reads_code()
    world.clock.advance(31)
    hanako.browser.reload()
    hanako.browser.press("コードを再送信")
    second = hanako.reads_code()
    assert hanako.browser.submit(otpCode=first).name == "set_up.verify"
    page = hanako.browser.get("/a/settings/approval/setup/register")
    assert page.one("#cvf_phone_num").attrs["value"] == "090-1234-5678"
    hanako.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert hanako.browser.submit(otpCode=second).name == "set_up.verify"
    assert hanako.browser.submit(otpCode=hanako.reads_code("+819022223333")).name == "set_up.backup"
    hanako.finishes_set_up()
    assert "090-2222-3333" in hanako.page.text


def test_set_up_left_half_way_changes_nothing(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    world.clock.advance(721)
    page = hanako.browser.get("/a/settings/approval/setup/verify")
    assert (page.name, page.state) == ("settings.overview", "off")
    assert "変更されていません" in page.text


@pytest.mark.parametrize("place", ["verify", "howto"])
def test_set_up_pages_lead_to_where_the_set_up_is(hanako: Person, place: str) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    assert hanako.browser.get(f"/a/settings/approval/setup/{place}").name == "set_up.choose_method"


def test_choose_method_again_after_a_proof_erases_it(hanako: Person) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    hanako.browser.submit(otpCode=hanako.reads_code())
    hanako.browser.get("/a/settings/approval/setup/register")
    hanako.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert hanako.browser.get("/a/settings/approval/setup/howto").name == "set_up.verify"


def test_choose_method_tells_of_choices_it_never_offered(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    given = {"csrf_token": hanako.browser.csrf_token, "method": "phone", "phoneNumber": hanako.national}
    for forged in ({"countryCode": "JP", "channel": "fax"}, {"countryCode": "ZZ", "channel": "sms"}):
        page = hanako.browser.post("/a/settings/approval/setup/register", {**given, **forged})
        assert page.name == "set_up.choose_method"
        told = page.one("#auth-error-message-box").to_text()
        assert ("選択肢から選んでください" if language == "ja" else "Choose one of the options") in told


def test_overview_says_when_a_method_was_verified(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.walks(main_job.BEGIN_SET_UP, main_job.GIVE_NUMBER, *main_job.VERIFY_NUMBER)
    verified_at = world.clock.now()
    world.clock.advance(600)
    hanako.walks(main_job.SKIP_BACKUP, *main_job.SET_UP_BY_SMS[-1:])
    ((stored,),) = world.sql("SELECT verified_at FROM methods WHERE account_id = 'hanako'")
    assert abs(stored - verified_at) < 60
