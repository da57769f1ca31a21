"""The language of messages: the owner's choice, else that of the page that sends them; and of pages at sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Browser

LANDLINE = "+81312345678"


def chooses(world: World, name: str, language: str) -> None:
    """Write the choice of this account's owner."""
    assert world.sql("UPDATE accounts SET language = ? WHERE id = ? RETURNING id", language, name)


def texted_code(world: World, language: str) -> str:
    taro = world.person("taro", language)
    taro.gives_password()
    return str(world.phone.sms(taro.number).body)


def resent_code(world: World, language: str) -> str:
    taro = world.person("taro", {"ja": "en", "en": "ja"}[language])
    taro.gives_password()
    world.clock.advance(31)
    taro.browser.get(f"/ap/mfa?lang={language}")
    taro.browser.press("コードを再送信")
    return str(world.phone.sms(taro.number).body)


def spoken_code(world: World, language: str) -> str:
    jiro = world.person("jiro", language)
    jiro.gives_password()
    page = jiro.browser.follow("コードが届きませんか?")
    radio = page.all('input[name="otpDeviceContext"]')[1]
    jiro.browser.submit(otpDeviceContext=radio.attrs["value"])
    return str(world.phone.call(LANDLINE).answer().transcript)


def enrolling_code(world: World, language: str) -> str:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber="03-1234-5678", channel="voice")
    return str(world.phone.call(LANDLINE).answer().transcript)


def approval_mail(world: World, language: str) -> str:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.asks_for_settings()
    return str(world.phone.mail(hanako.email).body)


def reset_code(world: World, language: str) -> str:
    hanako = world.person("hanako", language)
    hanako.browser.get("/ap/forgotpassword")
    hanako.browser.submit(email=hanako.email)
    return str(world.phone.mail(hanako.email).body)


def notice(world: World, language: str) -> str:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/name")
    hanako.browser.submit(customerName="Hana")
    return str(world.phone.mail(hanako.email).body)


def locked_out(world: World, language: str) -> str:
    taro = world.person("taro", language)
    lockout.begins(taro)
    return str(world.phone.mail(taro.email).body)


def desks_decision(world: World, language: str) -> str:
    """The reviewer's page is in the other language."""
    taro = world.person("taro", language)
    lockout.begins(taro)
    lockout.sends(taro)
    desk = lockout.reviewer(world, {"ja": "en", "en": "ja"}[language])
    lockout.opens_case(desk, taro.name)
    desk.browser.press("審査を開始")
    lockout.decides(desk, "approve", "x")
    return str(world.phone.mail(taro.email).body)


Message = Callable[[World, str], str]
KINDS: dict[str, tuple[Message, str, str]] = {
    "sms": (texted_code, "ワンタイムパスワード", "Mihon OTP"),
    "resent": (resent_code, "ワンタイムパスワード", "Mihon OTP"),
    "call": (spoken_code, "繰り返します", "Once more"),
    "enrol": (enrolling_code, "繰り返します", "Once more"),
    "approval": (approval_mail, "承認または否認してください", "Approve or deny"),
    "reset": (reset_code, "コード", "code"),
    "notice": (notice, "名前を変更", "Your name was changed"),
    "recovery": (locked_out, "リセット", "reset"),
    "desk": (desks_decision, "2段階認証", "Two-Step Verification"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_message_is_in_the_pages_language(world: World, kind: str, language: str) -> None:
    message, japanese, english = KINDS[kind]
    body = message(world, language)
    assert (japanese in body, english in body) == (language == "ja", language == "en")


@pytest.mark.parametrize("kind", KINDS)
def test_message_is_in_the_language_that_its_owner_chose(world: World, kind: str) -> None:
    message, japanese, english = KINDS[kind]
    for name in ("hanako", "taro", "jiro"):
        chooses(world, name, "en")
    body = message(world, "ja")
    assert english in body and japanese not in body


def language_of(world: World, name: str) -> str | None:
    (account,) = world.sql("SELECT language FROM accounts WHERE id = ?", name)
    return None if account["language"] is None else str(account["language"])


def shown(browser: Browser, path: str = "/account") -> str:
    """Return the language of a page."""
    return str(browser.get(path).one("html").attrs["lang"])


def english_reader(world: World, name: str = "hanako") -> Person:
    """Return someone whose browser asks for English, and who pressed nothing."""
    person = world.person(name)
    person.browser.headers["Accept-Language"] = "en-GB,ja;q=0.5"
    return person


def test_sign_in_leaves_the_browsers_language(world: World) -> None:
    reader = english_reader(world)
    reader.signs_in()
    assert shown(reader.browser) == "en"


def test_language_pressed_in_the_header_is_the_accounts_and_the_browsers(
    world: World, hanako: Person
) -> None:
    hanako.signs_in()
    hanako.browser.get("/account/security?x=1")
    page = hanako.browser.press("English")
    assert page.path == "/account/security" and "x=1" in page.url
    assert hanako.browser.cookie("mihon_8000_lang") == language_of(world, "hanako") == "en"
    assert shown(hanako.browser) == "en"


def test_language_pressed_while_signed_out_is_the_browsers_alone(world: World) -> None:
    browser = world.browser()
    browser.get("/ap/signin")
    assert browser.follow('[hreflang="en"]').one("html").attrs["lang"] == "en"
    assert language_of(world, "hanako") is None


def test_language_of_the_row_is_the_accounts_in_another_browser(world: World, hanako: Person) -> None:
    hanako.signs_in()
    page = hanako.browser.get("/account/security")
    assert "表示中のページの言語" in page.one("#language").to_text()
    button = page.one('#language button[value="en"]')
    assert button.attrs["form"] == "language-form"
    page = hanako.browser.press("English")
    assert "English" in page.one("#language .row-value").to_text()
    assert [each.attrs["value"] for each in page.all("#language button")] == ["ja"]
    assert page.one("#activity ~ .rows").to_text().count("The language was changed") == 1
    other = hanako.elsewhere()
    assert shown(other.browser, "/") == "ja"
    other.signs_in()
    assert shown(other.browser) == "en"


def test_language_that_is_not_ours_is_refused(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.browser.get("/account")
    asked = {"csrf_token": hanako.browser.csrf_token, "lang": "fr"}
    assert hanako.browser.raw("POST", "/account/security/language", data=asked).status_code == 400
    assert language_of(world, "hanako") is None


def test_tools_keep_the_testers_language(world: World) -> None:
    chooses(world, "taro", "ja")
    reader = english_reader(world, "taro")
    reader.signs_in()
    assert (shown(reader.browser), shown(reader.browser, "/sandbox/personas")) == ("ja", "en")
    reader.browser.get("/sandbox/personas")
    reader.browser.follow('[hreflang="ja"]')
    assert shown(reader.browser, "/sandbox/personas") == "ja"
    assert language_of(world, "taro") == "ja"


def test_persona_follows_the_browser_unless_a_language_is_asked_for(world: World) -> None:
    client = world.site.test_client()
    english = {"Accept-Language": "en"}
    client.post("/sandbox/api/personas", json={"name": "coded"}, headers=english)
    assert "Mihon OTP" in world.phone.sms("+819011110008").body
    client.post("/sandbox/api/personas", json={"name": "coded", "language": "ja"}, headers=english)
    assert "ワンタイムパスワード" in world.phone.sms("+819011110008").body


def test_stage_and_site_are_in_one_language(world: World) -> None:
    reader = english_reader(world)
    assert shown(reader.browser, "/sandbox/stage") == "en"
    reader.signs_in()
    assert shown(reader.browser) == shown(reader.browser, "/sandbox/stage") == "en"
