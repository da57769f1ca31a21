"""Signed-in devices: sign out one or all of them; and what a denial offers."""

from __future__ import annotations

from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import CHROME

IPHONE = CHROME.replace("Windows NT 10.0; Win64; x64", "iPhone; CPU iPhone OS 18_0 like Mac OS X")


def test_security_signs_one_other_device_out(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    phone = world.person("hanako", user_agent=IPHONE)
    phone.signs_in()
    page = hanako.browser.get("/account/security")
    ends = page.all('form[action^="/account/security/devices/"]')
    assert len(ends) == 2  # the other device's, and the one for all
    page = hanako.browser.submit(form='form[action$="/end"]')
    assert page.name == "account.security"
    assert phone.browser.get("/account").name == "sign_in.identifier"
    assert hanako.browser.get("/account").name == "account.services"


def test_end_all_sessions_spares_the_one_that_asks(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    others = [hanako.elsewhere() for _ in range(2)]
    for other in others:
        other.signs_in()
    page = hanako.browser.get("/account/security/devices/end-all")
    assert page.name == "account.end_all_sessions" and "2" in page.one(".outcome").to_text()
    page = hanako.browser.submit(form="form[action$='/end-all']")
    assert page.name == "account.security" and "2" in page.one(".notices").to_text()
    assert [other.browser.get("/account").name for other in others] == ["sign_in.identifier"] * 2
    page = hanako.browser.get("/account/security/devices/end-all")
    assert not page.all("#end-all-sessions")


def test_end_session_of_another_account_does_nothing(world: World, hanako: Person, taro: Person) -> None:
    hanako.signs_in()
    taro.signs_in()
    theirs = world.sql("SELECT public_id FROM sessions WHERE account_id = 'taro'")[0][0]
    hanako.browser.get("/account/security")
    page = hanako.browser.post(
        f"/account/security/devices/{theirs}/end", {"csrf_token": hanako.browser.csrf_token}
    )
    assert page.name == "account.security"
    assert taro.browser.get("/account").name == "account.services"


def test_decide_denied_leads_to_a_new_password_from_any_browser(world: World, language: str) -> None:
    thief = world.person("hanako", language)
    thief.signs_in()
    thief.asks_for_settings()
    owner = world.person("hanako", language)
    link = world.phone.mail(owner.email).link(
        {"ja": "承認または否認してください", "en": "Approve or deny"}[language]
    )
    owner.browser.get(link.removeprefix("http://localhost:8000"))
    page = owner.browser.press("否認")
    assert page.state == "denied"
    page = owner.browser.follow('[href="/account/security/password"]')
    assert page.name == "sign_in.identifier"
    owner.browser.submit(email=owner.email)
    page = owner.browser.submit(password=owner.password)
    assert page.name == "step_up.confirm"
    owner.browser.submit(form='form[action="/ap/cvf/confirm"]')
    owner.approves()
    page = owner.goes_on()
    assert page.name == "account.change_password"
    owner.browser.submit(password=owner.password, passwordNew="tulip-harbour-9-tea")
    assert thief.browser.get("/account").name == "sign_in.identifier"


def test_decide_denied_leads_to_signing_all_devices_out(world: World, language: str) -> None:
    thief = world.person("hanako", language)
    thief.signs_in()
    thief.asks_for_settings()
    owner = world.person("hanako", language)
    link = world.phone.mail(owner.email).link(
        {"ja": "承認または否認してください", "en": "Approve or deny"}[language]
    )
    owner.browser.get(link.removeprefix("http://localhost:8000"))
    owner.browser.press("否認")
    owner.browser.follow('[href="/account/security/devices/end-all"]')
    owner.browser.submit(email=owner.email)
    page = owner.browser.submit(password=owner.password)
    assert page.name == "account.end_all_sessions"
    owner.browser.submit(form="form[action$='/end-all']")
    assert thief.browser.get("/account").name == "sign_in.identifier"


def test_end_all_sessions_by_someone_signed_out_asks_for_a_sign_in_and_comes_back(
    world: World, hanako: Person
) -> None:
    hanako.browser.get("/ap/signin")
    page = hanako.browser.post("/account/security/devices/end-all", {"csrf_token": hanako.browser.csrf_token})
    assert page.name == "sign_in.identifier"
    hanako.browser.submit(email=hanako.email)
    assert hanako.browser.submit(password=hanako.password).name == "account.end_all_sessions"
