"""A forgotten password (docs/screens.md#21): a code by mail, a new password, and two-step verification as it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actors import Person
from tests.app_fixture import AppFixture, World
from tests.form_client import Page

FRESH = "tulip-harbour-9-tea"


def forgets(person: Person, identifier: str | None = None) -> Page:
    """From the password page to the page that asks for the code."""
    person.gives_name(identifier)
    page = person.browser.follow("#auth-fpp-link-bottom")
    assert page.one("#ap_email").attrs["value"] == (identifier or person.email)
    return person.browser.submit(email=identifier or person.email)


def resets(person: Person, password: str = FRESH, identifier: str | None = None) -> Page:
    """All the way to the new password; the person knows it from now on."""
    forgets(person, identifier)
    person.browser.submit(otpCode=person.reads_code(person.email))
    page = person.browser.submit(password=password)
    person.password = password
    return page


def test_forgot_password_by_mail_sets_a_new_one(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    page = forgets(hanako)
    assert (page.name, page.state) == ("account.confirm_reset", "verify")
    page = hanako.browser.submit(otpCode=hanako.reads_code(hanako.email))
    assert (page.name, page.state) == ("account.new_password", "choose")
    page = hanako.browser.submit(password=FRESH)
    assert page.has("#ap_password") and hanako.email in page.text
    told = "パスワード" if language == "ja" else "Your password was changed"
    assert told in page.text
    assert hanako.browser.submit(password="Mihon-demo-1").problem
    assert hanako.browser.submit(password=FRESH).name == "shop.home"
    notice = world.phone.mail(hanako.email)
    assert {"ja": "パスワードを再設定", "en": "password was reset"}[language] in notice.subject + notice.body


def test_forgot_password_by_number_sends_the_code_by_mail(world: World, hanako: Person) -> None:
    resets(hanako, identifier=hanako.national)
    assert world.phone.messages(to=hanako.number) == []
    assert hanako.signs_in().name == "shop.home"


def test_forgot_password_texts_the_code_where_there_is_no_mail(world: World, hanako: Person) -> None:
    world.sql("UPDATE accounts SET email = NULL WHERE id = 'hanako'")
    forgets(hanako, hanako.national)
    hanako.browser.submit(otpCode=hanako.reads_code())
    hanako.browser.submit(password=FRESH)
    assert "Mihon: " in world.phone.sms(hanako.number).body  # the notice
    hanako.password = FRESH
    assert hanako.signs_in(hanako.national).name == "shop.home"


@pytest.mark.parametrize("identifier", ["nobody@example.com", "080-9999-8888"])
def test_forgot_password_of_nobody_mails_the_typed_address(
    world: World, hanako: Person, identifier: str
) -> None:
    page = forgets(hanako, identifier)
    assert page.name == "account.confirm_reset"
    if "@" in identifier:
        assert "アカウント" in world.phone.wait(to=identifier).body
        assert world.phone.code(identifier) is None
    else:  # a text costs money
        assert world.phone.messages() == []
    assert hanako.browser.submit(otpCode="123456").problem


@pytest.mark.parametrize("typed", ["", "hanako", "hanako@gmail.com", "03-1234-5678"])
def test_forgot_password_refuses_what_is_nobodys_address(world: World, typed: str, language: str) -> None:
    browser = world.browser(language)
    browser.get("/ap/forgotpassword")
    page = browser.submit(email=typed)
    assert page.name == "account.forgot_password" and page.problem
    assert page.one("#ap_email").attrs.get("value", "") == typed
    assert world.phone.messages() == []


def test_confirm_reset_takes_the_newest_code_once(world: World, hanako: Person) -> None:
    forgets(hanako)
    first = hanako.reads_code(hanako.email)
    page = hanako.browser.press("コードを再送信")
    assert page.name == "account.confirm_reset" and "しばらく待って" in page.text
    world.clock.advance(31)
    hanako.browser.press("コードを再送信")
    assert hanako.browser.submit(otpCode=first).problem
    newest = hanako.reads_code(hanako.email)
    assert hanako.browser.submit(otpCode=newest).name == "account.new_password"
    hanako.browser.get("/ap/forgotpassword/verify")
    assert hanako.page.name == "account.new_password"  # what was proven is not asked again


def test_confirm_reset_belongs_to_one_browser_and_twelve_minutes(world: World, hanako: Person) -> None:
    forgets(hanako)
    code = hanako.reads_code(hanako.email)
    other = world.browser()
    assert other.get("/ap/forgotpassword/verify").name == "account.forgot_password"
    assert other.get("/ap/forgotpassword/reset").name == "account.forgot_password"
    token = {"csrf_token": other.csrf_token}
    for path in ("verify", "resend", "reset"):
        page = other.post(f"/ap/forgotpassword/{path}", {**token, "otpCode": code, "password": FRESH})
        assert page.name == "account.forgot_password"
    world.clock.advance(601)
    assert "有効期限が切れています" in hanako.browser.submit(otpCode=code).problem
    world.clock.advance(120)
    assert hanako.browser.submit(otpCode=code).name == "account.forgot_password"


def test_confirm_reset_tells_nothing_of_a_mail_that_does_not_leave_s75(
    apps_with: Callable[..., AppFixture], language: str
) -> None:
    world = apps_with(smtp_port=1).fresh()
    hanako = world.person("hanako", language)
    known = forgets(hanako).text
    unknown = forgets(world.person("hanako", language), "nobody@example.com").text
    assert ("コードを送信できませんでした" if language == "ja" else "We couldn't send the code") not in known
    assert known.replace(hanako.email, "") == unknown.replace("nobody@example.com", "")


def test_new_password_is_asked_again_when_it_is_weak(world: World, hanako: Person) -> None:
    forgets(hanako)
    hanako.browser.submit(otpCode=hanako.reads_code(hanako.email))
    for weak in ("short", "hanako1985", "090-1234-5678", "19850412"):
        page = hanako.browser.submit(password=weak)
        assert page.name == "account.new_password" and page.problem
        assert page.one("#ap_fpp_password").attrs["autocomplete"] == "new-password"
    assert hanako.browser.submit(password=FRESH).name == "sign_in.identifier"


def test_new_password_counts_once_only(world: World, hanako: Person) -> None:
    resets(hanako)
    page = hanako.browser.post(
        "/ap/forgotpassword/reset", {"csrf_token": hanako.browser.csrf_token, "password": "other-harbour-7"}
    )
    assert page.name == "account.forgot_password"
    assert hanako.signs_in().name == "shop.home"
