"""Account services, login & security, the step-up by code, and trusted browsers (docs/screens.md#4, #6, #7, #11)."""

from __future__ import annotations

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty


def test_services_leads_to_security_and_settings(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = hanako.browser.get("/account")
    assert ("アカウントサービス" if language == "ja" else "Account services") in page.one("h1").to_text()
    assert hanako.browser.follow('[href="/account/security"]').name == "account.security"


def test_security_lists_the_rows_devices_and_activity(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in()
    page = taro.browser.get("/account/security")
    rows = (
        ("名前", "Eメール", "主要携帯電話番号", "パスワード", "2段階認証の設定")
        if language == "ja"
        else ("Name", "Email", "Primary mobile number", "Password", "Two-Step Verification")
    )
    for row in not_empty(rows):
        assert row in page.text
    assert "080-1234-5678" in page.text
    assert "Chrome, Windows" in page.text
    assert ("サインインしました" if language == "ja" else "Signed in") in page.text


def test_confirm_asks_a_code_where_two_step_is_on_also_when_trusted(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    taro.browser.get("/account")
    taro.signs_out()
    assert taro.gives_password().name == "shop.home"
    page = taro.asks_for_settings()
    assert (page.name, page.state) == ("sign_in.code", "code")
    assert not page.all("#auth-mfa-remember-device")
    page = taro.gives_code()
    assert (page.name, page.state) == ("settings.overview", "on")


def test_step_up_sends_again_and_by_another_way(world: World, taro: Person) -> None:
    taro.signs_in()
    taro.asks_for_settings()
    first = taro.reads_code()
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.press("コードを再送信")
    assert taro.gives_code(first).name == "sign_in.code"
    page = taro.browser.get("/ap/mfa/new-otp")
    world.clock.advance(31)
    taro.browser.submit(otpDeviceContext=page.all('input[name="otpDeviceContext"]')[0].attrs["value"])
    assert taro.gives_code().name == "settings.overview"


def test_elevation_ends_after_fifteen_minutes(world: World, taro: Person) -> None:
    taro.signs_in()
    taro.opens_settings()
    world.clock.advance(870)
    assert taro.browser.get("/a/settings/approval").name == "settings.overview"
    world.clock.advance(31)
    assert taro.browser.get("/a/settings/approval").name == "step_up.confirm"


def test_revoke_trust_of_one_browser(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    other = taro.elsewhere()
    world.clock.advance(60)
    other.signs_in(trust=True)
    taro.opens_settings()
    rows = taro.page.all('form input[name="trust"]')
    assert len(rows) == 2
    taro.browser.submit(trust=rows[0].attrs["value"])
    assert len(taro.page.all('form input[name="trust"]')) == 1


def test_revoke_all_trust_asks_everywhere_and_tells_the_owner(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    taro.opens_settings()
    taro.browser.press("すべての端末でコードを要求する")
    assert not taro.page.all('form input[name="trust"]')
    assert world.phone.mail(taro.email)
    taro.browser.get("/account")
    taro.signs_out()
    assert taro.gives_password().name == "sign_in.code"
