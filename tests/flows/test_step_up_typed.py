"""Input on a page whose step-up expired is restored after the new one; secrets are not."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Page

STALE = 901  # the step-up counts for 15 minutes
NOT_SAVED = {
    "ja": "まだ保存されていません。入力した内容を確認して、もう一度送信してください。",
    "en": "Nothing was saved yet. Check what you entered, then send it again.",
}


def proves(person: Person) -> Page:
    """From the question between a page and its proof, back to that page."""
    assert person.page.name == "step_up.confirm"
    page = person.browser.submit(form='form[action="/ap/cvf/confirm"]')
    if page.name == "approval.wait":
        person.approves()
        return person.goes_on()
    return person.gives_code()


def kept(world: World) -> list[bytes]:
    rows = world.sql("SELECT typed FROM sessions WHERE typed IS NOT NULL")
    return [row["typed"] for row in rows]


def test_change_name_keeps_what_was_typed_over_a_stale_step_up(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/name")
    world.clock.advance(STALE)
    hanako.browser.submit(customerName="Hana Ko")
    assert kept(world) and b"Hana Ko" not in kept(world)[0]
    page = proves(hanako)
    assert page.name == "account.change_name"
    assert page.one("#ap_customer_name").attrs["value"] == "Hana Ko"
    assert NOT_SAVED[language] in page.one(".notices .care").to_text()
    assert not kept(world)
    assert hanako.browser.get("/account/security/name").one("#ap_customer_name").attrs["value"] == "花子"
    assert "Hana Ko" in hanako.browser.submit(customerName="Hana Ko").text


def test_change_phone_keeps_number_and_country(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/phone")
    world.clock.advance(STALE)
    hanako.browser.submit(countryCode="US", phoneNumber="201 555 0123")
    page = proves(hanako)
    assert page.name == "account.change_phone"
    form = next(form for form in page.forms() if "phoneNumber" in form.names)
    assert {"countryCode": "US", "phoneNumber": "201 555 0123"}.items() <= dict(form.values).items()


def test_choose_method_goes_on_with_its_set_up(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    world.clock.advance(600)
    hanako.browser.press("開始する")
    world.clock.advance(STALE - 600)
    hanako.browser.submit(phoneNumber="090 1234 5678", channel="voice")
    page = proves(hanako)
    assert page.name == "set_up.choose_method"
    form = next(form for form in page.forms() if "phoneNumber" in form.names)
    assert {"phoneNumber": "090 1234 5678", "channel": "voice"}.items() <= dict(form.values).items()
    assert hanako.browser.submit(phoneNumber="090 1234 5678", channel="sms").name == "set_up.verify"


def test_rename_comes_back_to_its_method(world: World, taro: Person) -> None:
    taro.signs_in()
    taro.opens_settings()
    taro.browser.follow('[href*="/rename?method="]')
    world.clock.advance(STALE)
    taro.browser.submit(methodName="仕事用")
    page = proves(taro)
    assert page.name == "settings.rename"
    assert page.one("#method-name").attrs["value"] == "仕事用"


def test_action_without_a_page_keeps_nothing(world: World, taro: Person) -> None:
    taro.signs_in()
    taro.opens_settings()
    world.clock.advance(STALE)
    taro.browser.press("新しい電話またはアプリを追加")
    assert not kept(world)
    page = proves(taro)
    assert page.name == "settings.overview" and NOT_SAVED["ja"] not in page.text


def test_change_password_keeps_no_secret(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/password")
    world.clock.advance(STALE)
    hanako.browser.submit(password="Mihon-demo-1", passwordNew="tulip-harbour-9-tea")
    rows = world.sql("SELECT public_id, typed FROM sessions WHERE typed IS NOT NULL")
    opened = [world.services.seal.open(row["typed"], f"typed:{row['public_id']}") for row in rows]
    assert opened and not any(b"demo-1" in each or b"tulip" in each for each in opened)
    assert not [field for field in proves(hanako).all("input[type=password]") if field.attrs.get("value")]


@pytest.mark.parametrize("elsewhere", ["/account/security/email", "/account/security/name?x=1"])
def test_what_was_typed_fills_no_other_page(world: World, hanako: Person, elsewhere: str) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/name")
    world.clock.advance(STALE)
    hanako.browser.submit(customerName="Hana Ko")
    proves(hanako)  # shown once, here
    assert "Hana Ko" not in hanako.browser.get(elsewhere).text
    assert not kept(world)
