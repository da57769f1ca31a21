"""Passkeys by the pages, with a software authenticator in place of the browser's device."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.authenticator import Authenticator
from tests.form_client import Browser, Page

OVERVIEW = "/account/security/passkeys"


def options(browser: Browser, path: str, **fields: str) -> dict[str, Any]:
    """The options that the page's script would fetch."""
    answer = browser.raw("POST", path, data={"csrf_token": browser.csrf_token, **fields})
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = json.loads(answer.text)
    return read


def registers(person: Person, device: Authenticator, name: str = "わたしの携帯") -> Page:
    """From signed in to a passkey kept."""
    if person.browser.get(OVERVIEW).name != "passkeys.overview":
        person.browser.press("続行")
        if person.page.name == "approval.wait":
            person.approves()
            person.browser.submit(form="#approval-go-on")
        else:
            person.gives_code()
    made = device.make(options(person.browser, f"{OVERVIEW}/options"))
    return person.browser.submit(credential=made, name=name)


def enters(browser: Browser, device: Authenticator, **lies: Any) -> Page:
    """Sign in from the first page by a passkey."""
    browser.get("/ap/signin")
    return browser.submit(credential=device.answer(options(browser, "/ap/passkey/options"), **lies))


def test_overview_explains_and_lists(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = registers(hanako, Authenticator(), "Pixel 12")
    assert page.name == "passkeys.overview"
    assert "Pixel 12" in page.text
    assert page.has(".tabs summary[aria-current=true]")
    assert ("パスキーとは" if language == "ja" else "What is a passkey?") in page.text
    assert ("1件" if language == "ja" else "1 passkey") in hanako.browser.get("/account/security").text


def test_register_tells_the_owner_and_does_not_make_one_twice(world: World, hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    assert "パスキー" in world.phone.mail(hanako.email).subject
    again = options(hanako.browser, f"{OVERVIEW}/options")
    assert len(again["excludeCredentials"]) == 1
    page = hanako.browser.submit(credential=device.make(again), name="二つ目")
    assert "二つ目" not in page.text
    assert page.all(".notice.wrong")


def test_sign_in_by_passkey_needs_no_code_before_and_after_two_step_is_on_s64(hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    assert enters(hanako.elsewhere().browser, device).name == "shop.home"
    hanako.sets_up_by_sms()
    other = hanako.elsewhere().browser
    page = enters(other, device)
    assert page.name == "shop.home"
    assert "花子" in page.text
    assert "サインイン" in other.get("/account/security").text


def test_sign_in_from_the_password_page(hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    other = hanako.elsewhere()
    other.gives_name()
    answer = device.answer(options(other.browser, "/ap/passkey/options"))
    assert other.browser.submit(credential=answer).name == "shop.home"


def test_step_up_by_passkey_opens_the_settings(world: World, hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    world.clock.advance(901)
    page = hanako.browser.get("/a/settings/approval")
    assert page.name == "step_up.confirm"
    asked = options(hanako.browser, "/ap/cvf/passkey/options", return_to="/a/settings/approval")
    assert len(asked["allowCredentials"]) == 1
    assert hanako.browser.submit(credential=device.answer(asked)).name == "settings.overview"


def test_rename_and_remove(world: World, hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    page = hanako.browser.submit(form="details form", name="台所のタブレット")
    assert "台所のタブレット" in page.text
    assert "わたしの携帯" not in page.text
    empty = hanako.browser.submit(form="details form", name=" ")
    assert "台所のタブレット" in empty.text
    for unseen in ("\u202e\u202c", "\u200b\u3164"):
        assert "台所のタブレット" in hanako.browser.submit(form="details form", name=unseen).text
    long = hanako.browser.submit(form="details form", name="あ" * 41)
    assert "40文字" in long.one(".notices").to_text() and "台所のタブレット" in long.text
    removed = hanako.browser.press("削除 台所のタブレット")
    assert not removed.all("[data-passkey]")
    assert enters(hanako.elsewhere().browser, device).name == "sign_in.identifier"


def test_turning_on_or_signing_out_leaves_passkeys(world: World, hanako: Person) -> None:
    hanako.signs_in()
    device = Authenticator()
    registers(hanako, device)
    hanako.sets_up_by_app()
    assert len(hanako.browser.get(OVERVIEW).all("[data-passkey]")) == 1


def test_sign_in_options_that_come_late_undo_nothing(hanako: Person) -> None:
    hanako.browser.get("/ap/signin")
    before = hanako.browser.cookie("mihon_8000_session")
    answer = hanako.browser.raw("POST", "/ap/passkey/options", data={"csrf_token": hanako.browser.csrf_token})
    assert before == hanako.browser.cookie("mihon_8000_session")
    assert "mihon_8000_session" not in " ".join(answer.headers.getlist("Set-Cookie"))
    assert not answer.headers.getlist("Set-Cookie")


@pytest.mark.parametrize(("host", "has_button"), [("localhost:8000", True), ("127.0.0.1:8000", False)])
def test_button_leads_to_the_address_that_has_passkeys(world: World, host: str, has_button: bool) -> None:
    html = world.site.test_client().get("/ap/signin?lang=ja", base_url=f"http://{host}").text
    assert ('id="signin-passkey"' in html) == has_button
    leads = 'href="http://localhost:8000/ap/signin?lang=ja"' in html.partition("data-passkey-address")[2]
    assert leads != has_button
    assert ("パスキーはlocalhost:8000でのみ使えます" in html) != has_button
