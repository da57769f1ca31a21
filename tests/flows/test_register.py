"""Creating an account (docs/screens.md#21): the code comes first, then the account."""

from __future__ import annotations

import pytest

from tests.actors import Identity, Person
from tests.app_fixture import World
from tests.form_client import Page
from tests.security.moods import mail_in
from webapp.challenges.delivery import FIRST_RETRY_SECONDS, deliver_due

YUKI = Identity("Yuki", "yuki@example.com", "+818055556666", password="tulip-harbour-9-tea")


def newcomer(world: World, language: str = "ja") -> Person:
    """Somebody without an account, on the page that makes one."""
    yuki = Person(world, YUKI, world.browser(language))
    yuki.browser.get("/")
    yuki.browser.follow("#nav-link-accountList")
    yuki.browser.follow("#createAccountSubmit")
    return yuki


def gives(
    person: Person, *, name: str = YUKI.name, email: str = YUKI.email, password: str = YUKI.password
) -> Page:
    """Fill in and send the first page."""
    return person.browser.submit(customerName=name, email=email, password=password)


def test_register_makes_an_account_once_its_mail_is_proven(world: World, language: str) -> None:
    yuki = newcomer(world, language)
    page = gives(yuki)
    assert (page.name, page.state) == ("account.confirm_registration", "verify")
    assert YUKI.email in page.text
    assert not is_known(world)
    page = yuki.browser.submit(otpCode=yuki.reads_code(YUKI.email))
    assert page.name == "shop.home"
    assert "Yuki" in page.one("#nav-link-accountList-nav-line-1").to_text()
    page = yuki.browser.get("/account/security")
    assert ("アカウントを作成しました" if language == "ja" else "The account was created") in page.text
    yuki.signs_out()
    assert yuki.signs_in().name == "shop.home"


def test_register_takes_a_mobile_number_as_people_type_it(world: World) -> None:
    yuki = newcomer(world)
    page = gives(yuki, email="０８０ー５５５５ー６６６６")
    assert page.name == "account.confirm_registration"
    yuki.browser.submit(otpCode=yuki.reads_code(YUKI.number))
    assert "080-5555-6666" in yuki.browser.get("/account/security").text
    yuki.signs_out()
    assert yuki.signs_in("+81 80 5555 6666").name == "shop.home"


def test_register_keeps_what_was_typed_but_the_password(world: World) -> None:
    yuki = newcomer(world)
    page = gives(yuki, password="yuki2026")
    assert page.name == "account.register"
    assert page.one("#ap_customer_name").attrs["value"] == YUKI.name
    assert page.one("#ap_email").attrs["value"] == YUKI.email
    assert not page.one("#ap_password").attrs.get("value")
    assert "お名前" in page.problem and page.one("#ap_password").attrs["aria-invalid"] == "true"
    gives(yuki)
    page = yuki.browser.follow('[href="/ap/register"]')
    assert page.one("#ap_email").attrs["value"] == YUKI.email


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", {"ja": "名前", "en": "Enter your name."}),
        ("name", "あ" * 51, {"ja": "50", "en": "50 characters"}),
        ("email", "", {"ja": "入力してください", "en": "Enter your email"}),
        ("email", "yuki", {"ja": "name@example.com", "en": "isn't an email address"}),
        ("email", "yuki@mihon-shop.jp", {"ja": "example.com", "en": "example.com"}),
        ("email", "03-1234-5678", {"ja": "固定電話", "en": "landline"}),
        ("email", "090-12", {"ja": "足りません", "en": "too few digits"}),
        ("password", "", {"ja": "パスワード", "en": "Enter a password."}),
        ("password", "short", {"ja": "8", "en": "at least 8"}),
        ("password", "x9" * 65, {"ja": "128", "en": "at most 128"}),
        ("password", "19850412", {"ja": "誕生日", "en": "birthday"}),
        ("password", "password1234", {"ja": "パスワード", "en": "too common"}),
        ("password", "abcdefghijkl", {"ja": "abcd", "en": "repeated pattern"}),
    ],
)
def test_register_says_what_would_be_taken_instead(
    world: World, language: str, field: str, value: str, words: dict[str, str]
) -> None:
    yuki = newcomer(world, language)
    page = gives(yuki, **{field: value})
    assert page.name == "account.register"
    assert words[language] in page.problem
    assert world.phone.messages() == []


def test_confirm_registration_counts_tries_and_sends_again(world: World) -> None:
    yuki = newcomer(world)
    gives(yuki)
    first = yuki.reads_code(YUKI.email)
    page = yuki.browser.submit(otpCode="000000" if first != "000000" else "000001")
    assert (page.name, bool(page.problem)) == ("account.confirm_registration", True)
    world.clock.advance(31)
    yuki.browser.press("コードを再送信")
    page = yuki.browser.submit(otpCode=first)
    assert "新しい" in page.problem  # a newer code was sent
    assert yuki.browser.submit(otpCode=yuki.reads_code(YUKI.email)).name == "shop.home"


def test_confirm_registration_is_over_after_twelve_minutes_and_in_another_browser(world: World) -> None:
    yuki = newcomer(world)
    gives(yuki)
    code = yuki.reads_code(YUKI.email)
    other = world.browser()
    other.get("/ap/register")
    assert other.get("/ap/register/verify").name == "account.register"
    assert other.post("/ap/register/verify", {"csrf_token": other.csrf_token, "otpCode": code}).name == (
        "account.register"
    )
    world.clock.advance(601)
    assert "有効期限が切れています" in yuki.browser.submit(otpCode=code).problem
    world.clock.advance(120)
    page = yuki.browser.submit(otpCode=code)
    assert page.name == "account.register" and not is_known(world)
    page = yuki.browser.post("/ap/register/resend", {"csrf_token": yuki.browser.csrf_token})
    assert page.name == "account.register"


def test_register_with_a_known_address_tells_its_owner_instead(world: World, language: str) -> None:
    yuki = newcomer(world, language)
    page = gives(yuki, email="hanako@example.com")
    assert page.name == "account.confirm_registration"
    mail = world.phone.mail("hanako@example.com")
    assert {"ja": "アカウント", "en": "account"}[language] in mail.subject and world.phone.code(
        "hanako@example.com"
    ) is None
    assert mail.link({"ja": "サインイン", "en": "Sign in"}[language]).endswith("/ap/signin")
    page = yuki.browser.submit(otpCode="123456")
    assert page.name == "account.confirm_registration" and page.problem
    hanako = world.person("hanako")
    hanako.signs_in()
    page = hanako.browser.get("/account/security")
    assert "アカウントを作成する操作がありました" in page.text


def test_register_with_a_known_number_texts_its_owner_instead(world: World) -> None:
    yuki = newcomer(world)
    gives(yuki, email="080-1234-5678")
    assert "Mihon: " in world.phone.sms("+818012345678").body
    assert world.phone.code("+818012345678") is None


def test_register_twice_at_once_makes_one_account(world: World) -> None:
    first, second = newcomer(world), newcomer(world)
    gives(first)
    code = first.reads_code(YUKI.email)
    world.clock.advance(31)
    gives(second)
    other_code = second.reads_code(YUKI.email)
    assert first.browser.submit(otpCode=code).name == "shop.home"
    page = second.browser.submit(otpCode=other_code)
    assert page.name == "account.confirm_registration" and "すでに使用されています" in page.problem


def test_register_replaces_whoever_was_signed_in_here(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.browser.get("/ap/register")
    gives(hanako)
    page = hanako.browser.submit(otpCode=hanako.reads_code(YUKI.email))
    assert "Yuki" in page.one("#nav-link-accountList-nav-line-1").to_text()
    assert world.sql("SELECT count(*) FROM sessions")[0][0] == 1


def test_confirm_registration_tells_nothing_of_a_mail_that_does_not_leave_s75(
    world: World, language: str
) -> None:
    with mail_in("down", world):
        yuki = newcomer(world, language)
        page = gives(yuki)
    assert page.name == "account.confirm_registration"
    words = "コードを送信できませんでした" if language == "ja" else "We couldn't send the code"
    assert words not in page.text
    world.clock.advance(FIRST_RETRY_SECONDS)
    with world.site.app_context():
        deliver_due(world.services)
    assert yuki.browser.submit(otpCode=yuki.reads_code(YUKI.email)).name == "shop.home"


def is_known(world: World) -> bool:
    """Whether yuki has an account."""
    return bool(world.sql("SELECT 1 FROM accounts WHERE email = ?", YUKI.email))


def test_register_and_sign_in_with_an_address_in_japanese_letters(world: World) -> None:
    """Kept in ASCII (RFC 5891), found again by what its owner types."""
    typed, kept = "yuki@例え.test", "yuki@xn--r8jz45g.test"
    yuki = newcomer(world)
    gives(yuki, email=typed)
    yuki.browser.submit(otpCode=yuki.reads_code(kept))
    yuki.signs_out()
    assert yuki.signs_in(typed).name == "shop.home"


def test_register_takes_an_old_address_of_a_japanese_carrier(world: World) -> None:
    yuki = newcomer(world)
    assert gives(yuki, email="Yuki..k.@example.com").name == "account.confirm_registration"
    assert yuki.browser.submit(otpCode=yuki.reads_code("yuki..k.@example.com")).name == "shop.home"
