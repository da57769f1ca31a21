"""Turn off (docs/screens.md#16, #17), and on again with the kept methods, in both languages."""

from __future__ import annotations

import pyotp
import pytest

from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.lint import text_of
from webapp.store import feedback


def at_settings(world: World, name: str, language: str = "ja") -> Person:
    """Somebody with two-step verification on, in its settings."""
    person = world.person(name, language)
    person.signs_in()
    world.clock.advance(60)  # an app's next code
    person.opens_settings()
    return person


def turned_off(world: World, name: str = "taro", language: str = "ja", *, clear: bool = False) -> Person:
    """Somebody who has just turned it off, before the question why."""
    person = at_settings(world, name, language)
    person.browser.follow("#disable-mfa")
    page = person.browser.press("無効にする", clearSettings=clear)
    assert (page.name, page.state) == ("turn_off.feedback", "off")
    return person


def turns_on_again(person: Person) -> Person:
    """Skip the question, and 「開始する」."""
    person.browser.press("スキップ")
    assert (person.page.name, person.page.state) == ("settings.overview", "off")
    person.browser.press("開始する")
    return person


def test_confirm_is_a_page_that_asks_once_more(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    dialog = taro.page.one("dialog#disable-dialog")
    assert dialog.query('input[name="clearSettings"]')
    page = taro.browser.follow("#disable-mfa")
    assert (page.name, page.path) == ("turn_off.confirm", "/a/settings/approval/disable")
    words = "2段階認証の設定もクリア" if language == "ja" else "Also clear my Two-Step Verification settings"
    assert words in page.text
    assert taro.browser.follow("キャンセル").state == "on"


def test_confirm_asks_a_code_first_also_in_a_trusted_browser(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    taro.signs_out()
    assert taro.gives_password().name == "shop.home"
    page = taro.browser.get("/a/settings/approval/disable")
    assert page.name == "step_up.confirm"
    taro.browser.submit(form='form[action="/ap/cvf/confirm"]')
    assert taro.gives_code().name == "turn_off.confirm"


@pytest.mark.parametrize("clear", [False, True])
def test_turn_off_leaves_the_password_alone_and_tells_the_owner(
    world: World, language: str, clear: bool
) -> None:
    taro = turned_off(world, language=language, clear=clear)
    assert ("2段階認証を無効にしました。" if language == "ja" else "is turned off") in taro.page.text
    assert {"ja": "無効", "en": "is off"}[language] in world.phone.mail(taro.email).subject
    page = taro.browser.press("スキップ")
    assert (page.name, page.state) == ("settings.overview", "off")
    assert page.has(".notice.info") is not clear
    assert taro.elsewhere(language).gives_password().name == "shop.home"


def test_confirm_and_feedback_lead_back_where_it_is_off(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    for path in ("disable", "disable/feedback"):
        assert hanako.browser.get(f"/a/settings/approval/{path}").name == "settings.overview"


def test_feedback_is_kept_without_a_name(world: World, language: str) -> None:
    taro = turned_off(world, language=language)
    assert taro.browser.submit(form="#feedback-form").name == "turn_off.feedback"
    assert taro.page.problem
    page = taro.browser.press("送信", reason="new_phone", words="  機種変更\nのため ")
    assert (page.name, page.state) == ("settings.overview", "off")
    with world.services.store.reading() as db:
        said = feedback.newest(db)
    assert [(one.reason, one.words.split(), one.language) for one in said] == [
        ("new_phone", ["機種変更", "のため"], language)
    ]
    assert taro.browser.get("/a/settings/approval/disable/feedback").name == "settings.overview"


def test_feedback_takes_words_or_a_reason_but_none_made_up(world: World) -> None:
    taro = turned_off(world)
    path, token = "/a/settings/approval/disable/feedback", taro.browser.csrf_token
    assert taro.browser.post(path, {"csrf_token": token, "reason": "made-up"}).name == "turn_off.feedback"
    assert taro.browser.post(path, {"csrf_token": token, "words": "長" * 1001}).name == "turn_off.feedback"
    taro.browser.post(path, {"csrf_token": token, "reason": "made-up", "words": "はい"})
    with world.services.store.reading() as db:
        assert [one.reason for one in feedback.newest(db)] == [""]


def test_confirm_kept_turns_it_on_again_with_one_code(world: World, language: str) -> None:
    taro = turns_on_again(turned_off(world, language=language))
    assert (taro.page.name, taro.page.state) == ("set_up.confirm_kept", "confirm")
    assert taro.browser.submit(otpCode="000000").problem
    page = taro.browser.submit(otpCode=taro.reads_code())
    assert page.name == "set_up.almost_done"
    assert taro.finishes_set_up().state == "on"
    assert "080-1234-5678" in taro.page.text
    assert taro.elsewhere(language).gives_password().name == "sign_in.code"


def test_confirm_kept_asks_the_preferred_app_and_keeps_the_backup(world: World, language: str) -> None:
    jiro = turns_on_again(turned_off(world, "jiro", language))
    world.clock.advance(60)
    page = jiro.browser.submit(otpCode=jiro.app_code())
    assert page.name == "set_up.almost_done" and "03-1234-5678" in page.text
    jiro.finishes_set_up()
    assert len(jiro.page.all("[data-method]")) == 2
    world.clock.advance(60)
    other = jiro.elsewhere(language)
    other.gives_password()
    assert other.gives_code(other.app_code()).name == "shop.home"


def test_confirm_kept_takes_no_code_twice(world: World) -> None:
    jiro = turned_off(world, "jiro")
    (used,) = world.sql("SELECT last_step FROM methods WHERE id = 'jiro-app'")
    code = pyotp.TOTP(jiro.secret).at(
        used["last_step"] * 30
    )  # the step-up's, whatever the clock shows by now
    turns_on_again(jiro)
    assert jiro.browser.submit(otpCode=code).name == "set_up.confirm_kept"


def test_confirm_kept_sends_again(world: World) -> None:
    taro = turns_on_again(turned_off(world))
    first = taro.reads_code()
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.press("コードを再送信")
    second = taro.reads_code()
    assert taro.browser.submit(otpCode=first).name == "set_up.confirm_kept"
    assert taro.browser.submit(otpCode=second).name == "set_up.almost_done"


def test_confirm_kept_adds_a_backup_that_is_none_of_the_kept(world: World) -> None:
    jiro = turns_on_again(turned_off(world, "jiro"))
    world.clock.advance(60)
    jiro.browser.submit(otpCode=jiro.app_code())
    jiro.browser.follow("バックアップ手段を追加")
    assert "別の" in jiro.browser.submit(phoneNumber="03-1234-5678", channel="voice").problem
    jiro.browser.submit(phoneNumber=jiro.national, channel="sms")
    jiro.browser.submit(otpCode=jiro.reads_code())
    jiro.finishes_set_up()
    assert len(jiro.page.all("[data-method]")) == 3


def test_confirm_kept_may_be_passed_by_for_other_methods(world: World, language: str) -> None:
    taro = turns_on_again(turned_off(world, language=language))
    page = taro.browser.submit(form='form[action$="/confirm/anew"]')
    assert page.name == "set_up.choose_method"
    secret = key_on(page)
    taro.browser.submit(form="#set-up-app", otpCode=pyotp.TOTP(secret).at(int(world.clock.now())))
    taro.finishes_set_up()
    assert len(taro.page.all("[data-method]")) == 1 and "080-1234-5678" not in taro.page.text


def test_cleared_settings_begin_from_nothing(world: World, language: str) -> None:
    jiro = turned_off(world, "jiro", language, clear=True)
    assert turns_on_again(jiro).page.name == "set_up.choose_method"


def test_overview_off_names_the_kept_methods(world: World, language: str) -> None:
    jiro = turned_off(world, "jiro", language)
    page = jiro.browser.press("スキップ")
    assert "03-1234-5678" in text_of(page.one(".notice.info"))
