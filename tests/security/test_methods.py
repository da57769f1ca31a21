"""Methods, their change and turning off (docs/promises.md#16 to #18, #20, #28, #30, #48)."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.lint import text_of
from tests.security.tools import is_signed_in, rows, sends, texts, types, wrong_code
from webapp.store import methods

OTHER = "+819022223333"
SETTINGS = "/a/settings/approval"


def choices(person: Person) -> list[str]:
    """Return what docs/screens.md#5 offers, as its labels."""
    page = person.browser.get("/ap/mfa/new-otp")
    return [text_of(label) for label in page.all("span.a-label.a-radio-label")]


def at_settings(world: World, name: str) -> Person:
    person = world.person(name)
    person.signs_in()
    world.clock.advance(60)
    person.opens_settings()
    return person


def adds(person: Person, number: str) -> None:
    """Ask for a code to a number that is to be a method; it is not typed."""
    person.browser.press("新しい電話またはアプリを追加")
    assert person.browser.submit(phoneNumber=number, channel="sms").name == "settings.verify"


def test_over_the_cap_a_new_number_gets_nothing_s16(world: World) -> None:
    taro = at_settings(world, "taro")  # two codes left already
    adds(taro, "090-2222-3333")
    for _ in range(7):
        world.clock.advance(31)
        taro.browser.reload()
        taro.browser.press("コードを再送信")
    before = len(texts(world))
    world.clock.advance(31)
    taro.browser.get(f"{SETTINGS}/method")
    page = taro.browser.submit(phoneNumber="090-4444-5555", channel="sms")
    cap = "本日のワンタイムパスワードのリクエスト回数の上限に達しました。24時間後に再度リクエストできます。"
    assert cap in page.problem
    assert len(texts(world)) == before


def test_capped_owner_may_still_choose_the_app_s16(world: World) -> None:
    jiro = world.person("jiro")
    jiro.gives_password()
    with world.services.store.writing() as db:
        methods.add(db, account_id="jiro", kind="sms", number=OTHER, is_preferred=False, verified_at=0.0)
    for _ in range(11):
        world.clock.advance(31)
        page = jiro.browser.get("/ap/mfa/new-otp")
        by_text = next(label for label in page.all("label") if "(SMS)" in text_of(label)).query("input")[0]
        sends(jiro.browser, "/ap/mfa/new-otp", otpDeviceContext=by_text.attrs["value"])
    assert len(texts(world, OTHER)) == 10
    page = jiro.browser.get("/ap/mfa/new-otp")
    assert "本日のワンタイムパスワードのリクエスト回数の上限に達しました。" in page.text
    by_app = next(label for label in page.all("label") if "アプリ" in text_of(label)).query("input")[0]
    jiro.browser.submit(otpDeviceContext=by_app.attrs["value"])
    assert jiro.gives_code().name == "shop.home"


def test_number_that_was_not_verified_is_never_offered_s17(world: World) -> None:
    taro = at_settings(world, "taro")
    adds(taro, "090-2222-3333")
    other = taro.elsewhere()
    world.clock.advance(31)
    other.gives_password()
    assert len(choices(other)) == 1 and "333" not in choices(other)[0]


def test_app_is_offered_with_a_word_on_why_it_is_safer_s17(world: World, language: str) -> None:
    jiro = world.person("jiro", language)
    jiro.gives_password()
    page = jiro.browser.get("/ap/mfa/new-otp")
    assert ("安全" if language == "ja" else "Safer") in text_of(page.one(".note"))
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = hanako.begins_set_up()
    assert ("安全" if language == "ja" else "safer") in page.text


@pytest.mark.parametrize("path", ["add", "change", "prefer", "rename", "remove", "method", "disable"])
def test_every_change_of_a_method_asks_for_step_up_s18(world: World, taro: Person, path: str) -> None:
    taro.signs_in()
    taro.browser.get("/account")
    answer = sends(taro.browser, f"{SETTINGS}/{path}?method=taro-sms", method="taro-sms")
    assert answer.headers["Location"].startswith("/ap/cvf/confirm")
    assert [row["id"] for row in rows(world, "methods") if row["account_id"] == "taro"] == ["taro-sms"]


def test_old_number_is_told_of_the_new_one_s18(world: World) -> None:
    taro = at_settings(world, "taro")
    taro.browser.submit(form=f'[data-method="taro-sms"] form[action="{SETTINGS}/change"]')
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    before = len(texts(world, taro.number))
    taro.browser.submit(otpCode=taro.reads_code(OTHER))
    told = texts(world, taro.number)
    assert len(told) == before + 1
    assert "090" not in told[0].body and "2222" not in told[0].body
    assert texts(world, taro.email, "mail")


def test_hundred_wrong_codes_leave_the_method_off_until_it_is_proven_anew_s20(world: World) -> None:
    jiro = at_settings(world, "jiro")
    with world.services.store.writing() as db:
        methods.switch_off(db, "jiro-app", world.clock.now())
    page = jiro.browser.get(SETTINGS)
    off = page.one('[data-method="jiro-app"]')
    assert "停止" in text_of(off) and not off.query('form[action$="/prefer"]')
    token = jiro.browser.csrf_token
    jiro.browser.post(f"{SETTINGS}/prefer", {"csrf_token": token, "method": "jiro-voice"})
    page = jiro.browser.post(f"{SETTINGS}/prefer", {"csrf_token": token, "method": "jiro-app"})
    assert page.has(".notice.wrong")
    page = jiro.browser.get(f"{SETTINGS}/remove?method=jiro-voice")
    assert page.has("#turn-off-instead")  # the one that is off does not count as another


@pytest.mark.parametrize("state", ["none", "choose", "verify"])
def test_turning_on_needs_a_proven_method_s28(world: World, hanako: Person, state: str) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    if state != "none":
        hanako.browser.press("開始する")
    if state == "verify":
        hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    token = {"csrf_token": hanako.browser.csrf_token}
    for path in ("howto", "backup", "backup/skip"):
        hanako.browser.post(f"{SETTINGS}/setup/{path}", token)
        assert hanako.page.name in ("settings.overview", "set_up.choose_method", "set_up.verify")
    assert not [row for row in rows(world, "methods") if row["account_id"] == "hanako"]
    assert hanako.elsewhere().gives_password().name == "shop.home"


def test_kept_methods_do_not_turn_it_on_without_a_code_s28(world: World) -> None:
    taro = at_settings(world, "taro")
    taro.browser.follow("#disable-mfa")
    taro.browser.press("無効にする", clearSettings=False)
    taro.browser.press("スキップ")
    taro.browser.press("開始する")
    page = taro.browser.post(f"{SETTINGS}/setup/howto", {"csrf_token": taro.browser.csrf_token})
    assert page.name == "set_up.confirm_kept"
    assert taro.elsewhere().gives_password().name == "shop.home"


def test_choice_of_another_account_or_flow_changes_no_method_s30(world: World) -> None:
    taro = at_settings(world, "taro")
    token = taro.browser.csrf_token
    before = rows(world, "methods")
    for path in ("prefer", "change", "remove?method=jiro-app", "rename?method=jiro-app"):
        taro.browser.post(
            f"{SETTINGS}/{path}", {"csrf_token": token, "method": "jiro-app", "methodName": "mine"}
        )
        assert taro.page.name == "settings.overview"
    assert rows(world, "methods") == before


@pytest.mark.parametrize("clear", [False, True])
def test_turning_off_ends_all_else_s48(world: World, clear: bool) -> None:
    taro = at_settings(world, "taro")
    other = taro.elsewhere()
    other.signs_in(trust=True)
    half = taro.elsewhere()
    world.clock.advance(31)
    half.gives_password()
    code = half.reads_code()
    taro.browser.follow("#disable-mfa")
    taro.browser.press("無効にする", clearSettings=clear)
    assert is_signed_in(taro.browser) and not is_signed_in(other.browser)
    types(half, code)
    assert not is_signed_in(half.browser)
    assert not rows(world, "trusted")
    kept = [row for row in rows(world, "methods") if row["account_id"] == "taro"]
    assert len(kept) == (0 if clear else 1)


@pytest.mark.parametrize("how", ["remove", "change"])
def test_removing_or_changing_a_method_ends_all_else_s48(world: World, how: str) -> None:
    jiro = at_settings(world, "jiro")
    world.clock.advance(60)
    other = jiro.elsewhere()
    other.signs_in(trust=True)
    if how == "remove":
        jiro.browser.get(f"{SETTINGS}/remove?method=jiro-voice")
        jiro.browser.submit(form='form[action*="/remove"]')
    else:
        jiro.browser.submit(form=f'[data-method="jiro-voice"] form[action="{SETTINGS}/change"]')
        jiro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
        jiro.browser.submit(otpCode=jiro.reads_code(OTHER))
    assert jiro.page.name == "settings.overview"
    assert is_signed_in(jiro.browser) and not is_signed_in(other.browser)
    assert other.gives_password().name == "sign_in.code"


def test_wrong_codes_for_a_new_method_wait_as_all_do_s21(world: World) -> None:
    taro = at_settings(world, "taro")
    adds(taro, "090-2222-3333")
    right = taro.reads_code(OTHER)
    answers = [
        sends(taro.browser, f"{SETTINGS}/method/verify", otpCode=wrong_code(right)).status_code
        for _ in range(4)
    ]
    assert answers == [200, 200, 200, 429]
