"""Change name, addresses, number and password, each after a step-up; the old and the new contact get a notice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Page

FRESH = "tulip-harbour-9-tea"
CHANGES = {
    "name": "account.change_name",
    "address": "account.change_address",
    "email": "account.change_email",
    "phone": "account.change_phone",
    "password": "account.change_password",
}


def opens(person: Person, what: str) -> Page:
    """By 「編集」 of a row of ログインとセキュリティ, proving who asks where the site wants it."""
    person.browser.get("/account/security")
    page = person.browser.follow(f'[href="/account/security/{what}"]')
    if page.name == "step_up.confirm":
        page = person.browser.submit(form='form[action="/ap/cvf/confirm"]')
        if page.name == "approval.wait":
            person.approves()
            page = person.goes_on()
        else:
            page = person.gives_code()
    assert page.name == CHANGES[what]
    return page


def test_change_name_is_greeted_and_mailed(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = opens(hanako, "name")
    assert page.one("#ap_customer_name").attrs["value"] == "花子"
    assert hanako.browser.submit(customerName="  ").name == "account.change_name"
    page = hanako.browser.submit(customerName=" Hana   Ko ")
    assert page.name == "account.security" and "Hana Ko" in page.text
    assert {"ja": "名前", "en": "name"}[language] in world.phone.mail(hanako.email).subject
    assert "Hana Ko" in hanako.browser.get("/").one("#nav-link-accountList-nav-line-1").to_text()


@pytest.mark.parametrize(
    ("name", "good"), [("می\u200cخواهم", True), ("👩\u200d👧", True), ("ab\u202e", False), ("\u3164", False)]
)
def test_change_name_takes_joiners_and_tells_its_limit(hanako: Person, name: str, good: bool) -> None:
    hanako.signs_in()
    field = opens(hanako, "name").one("#ap_customer_name")
    assert "50文字" in hanako.page.one("#ap_customer_name-hint").to_text() and "maxlength" not in field.attrs
    assert (hanako.browser.submit(customerName=name).name == "account.security") is good


def test_change_name_to_the_same_is_no_change(world: World, hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "name")
    before = len(world.phone.messages())
    hanako.browser.submit(customerName="花子")
    assert len(world.phone.messages()) == before


def test_change_address_is_shown_in_the_languages_order_and_mailed(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = opens(hanako, "address")
    assert page.one("#ap_city").attrs["value"] == "見本区"
    ids = [each.attrs["id"] for each in page.main.query("input[type=text]")]
    assert ids[0] == {"ja": "ap_postal_code", "en": "ap_address_line1"}[language]
    hanako.browser.submit(
        postalCode="〒１５００００２",
        stateOrRegion="東京都",
        city=" 渋谷区\n",
        addressLine1="渋谷 1\u200b-2-3",
    )
    shown = {
        "ja": "〒150-0002 東京都渋谷区渋谷 1-2-3",
        "en": "渋谷 1-2-3 渋谷区, 東京都 150-0002",
    }[language]
    assert hanako.page.name == "account.security" and shown in hanako.page.text
    mail = world.phone.mail(hanako.email)
    assert {"ja": "住所", "en": "postal address"}[language] in mail.subject and "渋谷" not in mail.body
    opens(hanako, "address")
    blank = " \u200b"
    told = {
        "ja": ("住所を削除しました。", "住所はまだ登録されていません。"),
        "en": ("Your postal address was removed.", "You don't have a postal address yet."),
    }[language]
    for text in not_empty(told):
        page = hanako.browser.submit(
            postalCode=blank, stateOrRegion=blank, city=blank, addressLine1=blank, addressLine2=""
        )
        assert page.name == "account.security" and "渋谷" not in page.main.to_text()
        assert [text in page.text for text in told] == [text == each for each in told]
        opens(hanako, "address")


def test_change_address_leaves_a_foreign_code_of_seven_digits_as_typed(hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "address")
    page = hanako.browser.submit(
        postalCode="6423906", stateOrRegion="", city="Tel Aviv", addressLine1="Sample 1", addressLine2=""
    )
    assert page.name == "account.security" and "6423906" in page.text and "〒" not in page.text


ADDRESS_LINES = (
    ("addressLine1", "長" * 100, "長" * 100),
    ("addressLine1", "長" * 101, None),
    ("addressLine1", "\u3164", None),
    ("city", "", None),
    ("postalCode", "東京", None),
    ("city", "<b>市</b>", "<b>市</b>"),
    ("addressLine2", "a\u202eb\tc\r\nd", "ab c d"),
    ("city", "葛\U000e0100飾区", "葛\U000e0100飾区"),
)


def test_change_address_takes_one_line_a_field(hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "address")
    for field, typed, kept in ADDRESS_LINES:
        hanako.browser.get("/account/security/address")
        values: dict[str, Any] = {field: typed}
        page = hanako.browser.submit(**values)
        if kept is None:
            assert page.name == "account.change_address" and page.one(f"[name={field}]").attrs["aria-invalid"]
        else:
            assert page.name == "account.security" and kept in page.text and not page.has(".row-value b")
    hanako.browser.get("/account/security/address")
    page = hanako.browser.submit(postalCode="東京", city="", addressLine1=" ")
    assert len(page.all("#auth-error-message-box li")) == 3


def test_change_email_counts_after_its_code_and_tells_both(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    assert hanako.email in opens(hanako, "email").text
    page = hanako.browser.submit(email="Hana@Example.net")
    assert (page.name, page.state) == ("account.confirm_change", "verify")
    page = hanako.browser.submit(otpCode=hanako.reads_code("hana@example.net"))
    assert page.name == "account.security" and "hana@example.net" in page.text
    old, new = world.phone.mail("hanako@example.com"), world.phone.mail("hana@example.net")
    assert "h***@example.net" in old.body and "h***@example.net" in new.body
    assert "hana@example.net" not in old.body
    hanako.signs_out()
    assert hanako.gives_password().problem
    assert hanako.signs_in("hana@example.net").name == "shop.home"


def test_change_email_without_the_code_changes_nothing(world: World, hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "email")
    hanako.browser.submit(email="hana@example.net")
    assert hanako.browser.submit(otpCode="12345").problem
    code = hanako.reads_code("hana@example.net")
    assert hanako.browser.submit(otpCode="000000" if code != "000000" else "1").problem
    assert "hana@example.net" not in hanako.browser.get("/account/security").text
    world.clock.advance(721)
    hanako.browser.get("/account/security/verify")
    assert hanako.page.name == "account.security"


@pytest.mark.parametrize("typed", ["", "hana", "hana@gmail.com", "hanako@example.com"])
def test_change_email_keeps_what_was_typed(hanako: Person, typed: str) -> None:
    hanako.signs_in()
    opens(hanako, "email")
    page = hanako.browser.submit(email=typed)
    assert page.name == "account.change_email" and page.problem
    assert page.one("#ap_email").attrs.get("value", "") == typed


def test_change_email_to_another_accounts_tells_that_owner(world: World, hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "email")
    page = hanako.browser.submit(email="taro@example.com")
    assert page.name == "account.confirm_change"
    assert "アカウント" in world.phone.mail("taro@example.com").subject
    assert world.phone.code("taro@example.com") is None
    assert hanako.browser.submit(otpCode="123456").problem


def test_change_phone_counts_after_its_code_and_tells_the_old_number(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in()
    page = opens(taro, "phone")
    assert "80-1234-5678" in page.text
    page = taro.browser.submit(countryCode="JP", phoneNumber="０９０ー７７７７ー８８８８")
    assert page.name == "account.confirm_change" and "90-7777-8888" in page.text
    page = taro.browser.submit(otpCode=taro.reads_code("+819077778888"))
    assert page.name == "account.security" and "090-7777-8888" in page.text
    assert "888" in world.phone.mail(taro.email).body
    for number in ("+818012345678", "+819077778888"):
        assert "888" in world.phone.sms(number).body
    taro.signs_out()
    taro.gives_password(identifier="090-7777-8888")
    assert taro.page.name == "sign_in.code"
    assert taro.gives_code(taro.reads_code("+818012345678")).name == "shop.home"  # methods are another matter


@pytest.mark.parametrize("typed", ["", "090-12", "03-1234-5678", "080-1234-5678"])
def test_change_phone_keeps_what_was_typed(taro: Person, typed: str) -> None:
    taro.signs_in()
    opens(taro, "phone")
    page = taro.browser.submit(phoneNumber=typed)
    assert page.name == "account.change_phone" and page.problem
    assert page.one("#cvf_phone_num").attrs.get("value", "") == typed


def test_confirm_change_sends_again(world: World, taro: Person) -> None:
    taro.signs_in()
    opens(taro, "phone")
    taro.browser.submit(phoneNumber="090-7777-8888")
    first = taro.reads_code("+819077778888")
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.press("コードを再送信")
    assert taro.browser.submit(otpCode=first).problem
    assert taro.browser.submit(otpCode=taro.reads_code("+819077778888")).name == "account.security"
    page = taro.browser.post("/account/security/verify/resend", {"csrf_token": taro.browser.csrf_token})
    assert page.name == "account.security"


def test_confirm_change_tells_when_the_text_did_not_leave(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in()
    opens(taro, "phone")
    world.phone.faults.add("reject", code=21610, times=1)
    page = taro.browser.submit(phoneNumber="090-7777-8888")
    assert page.name == "account.confirm_change"
    assert ("コードを送信できませんでした" if language == "ja" else "We couldn't send the code") in page.text
    taro.browser.press("コードを再送信")  # at once: nothing has left before
    assert taro.browser.submit(otpCode=taro.reads_code("+819077778888")).name == "account.security"


def test_confirm_change_of_what_became_anothers_is_refused(world: World, hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "email")
    hanako.browser.submit(email="hana@example.net")
    world.sql("UPDATE accounts SET email = 'hana@example.net' WHERE id = 'desk'")
    page = hanako.browser.submit(otpCode=hanako.reads_code("hana@example.net"))
    assert page.name == "account.confirm_change" and "すでに使用されています" in page.problem


def test_change_password_asks_for_the_present_one(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = opens(hanako, "password")
    assert ("コード" if language == "ja" else "code") not in page.one("main").to_text()  # hers asks for none
    assert page.one("#ap_password").attrs["autocomplete"] == "current-password"
    assert page.one("#ap_password_new").attrs["autocomplete"] == "new-password"
    page = hanako.browser.submit(password="not-that-one", passwordNew=FRESH)
    assert (page.name, bool(page.problem)) == ("account.change_password", True)
    for weak in ("", "short", "hanako1985", hanako.password):
        page = hanako.browser.submit(password=hanako.password, passwordNew=weak)
        assert (page.name, bool(page.problem)) == ("account.change_password", True)
    page = hanako.browser.submit(password=hanako.password, passwordNew=FRESH)
    assert page.name == "account.security"
    assert {"ja": "パスワード", "en": "password"}[language] in world.phone.mail(hanako.email).subject
    hanako.password = FRESH
    hanako.signs_out()
    assert hanako.signs_in().name == "shop.home"


def test_change_password_waits_after_many_wrong_ones(world: World, hanako: Person) -> None:
    hanako.signs_in()
    opens(hanako, "password")
    for _ in range(6):
        hanako.browser.submit(password="not-that-one", passwordNew=FRESH)
    page = hanako.browser.submit(password=hanako.password, passwordNew=FRESH, expect=429)
    assert page.name == "account.change_password"
    world.clock.advance(3)
    page = hanako.browser.submit(password=hanako.password, passwordNew=FRESH)
    assert page.name == "account.security"
