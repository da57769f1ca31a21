"""Signing in by its pages (docs/screens.md#1 to #5), in both languages, with real codes from the phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actors import PASSWORD, Person
from tests.app_fixture import AppFixture, World
from webapp.rules.passwords import Hasher


def test_home_greets_who_is_in(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    line = "#nav-link-accountList-nav-line-1"
    greetings = {
        "ja": ("こんにちは, サインイン", "こんにちは, 花子さん"),
        "en": ("Hello, sign in", "Hello, 花子"),
    }
    assert hanako.browser.get("/").one(line).to_text() == greetings[language][0]
    hanako.signs_in()
    assert hanako.browser.get("/").one(line).to_text() == greetings[language][1]


@pytest.mark.parametrize(
    "typed",
    [
        "hanako@example.com",
        "HANAKO@Example.com",
        "090-1234-5678",
        "０９０１２３４５６７８",
        "+81 90 1234 5678",
    ],
)
def test_identifier_is_taken_as_people_type_it(hanako: Person, typed: str) -> None:
    assert hanako.signs_in(typed).name == "shop.home"
    assert "花子" in hanako.page.text


def test_identifier_asks_again_when_empty(world: World, language: str) -> None:
    page = world.person("hanako", language).gives_name(" ")
    assert page.name == "sign_in.identifier"
    box = page.one("#auth-error-message-box").to_text()
    assert ("問題が発生しました" if language == "ja" else "There was a problem") in box
    assert page.one("#ap_email").attrs["aria-invalid"] == "true"


def test_identifier_longer_than_an_address_is_asked_for_again(world: World) -> None:
    browser = world.browser()
    browser.get("/ap/signin")
    page = browser.submit(email="a" * 5000)
    assert page.name == "sign_in.identifier"
    assert len(browser.cookie("mihon_8000_session") or "") < 4000


def test_session_cookie_holds_the_token_and_what_forms_need(world: World, hanako: Person) -> None:
    hanako.signs_in()
    cookie = hanako.browser.cookie("mihon_8000_session")
    held = world.site.session_interface.get_signing_serializer(world.site).loads(cookie)  # type: ignore[attr-defined]
    assert {name for name, value in held.items() if value} == {"_user_id", "_fresh", "csrf_token"}
    assert len(held["_user_id"]) == 32 and len(held["csrf_token"]) == 40


def test_password_wrong_is_told_and_keeps_the_name(world: World, language: str) -> None:
    page = world.person("hanako", language).gives_password("wrong")
    box = page.one("#auth-error-message-box").to_text()
    assert ("パスワードが正しくありません" if language == "ja" else "Your password is incorrect") in box
    assert "hanako@example.com" in page.text
    assert page.one("form.auth-validate-form").attrs["name"] == "signIn"


def test_password_page_without_a_name_leads_to_the_first(world: World) -> None:
    assert world.browser().get("/ap/signin?step=password").name == "sign_in.identifier"


def test_password_guesses_wait_and_a_right_one_gets_in_after(world: World, hanako: Person) -> None:
    for _ in range(6):
        hanako.gives_password("wrong")
    waiting = hanako.browser.submit(password=PASSWORD, expect=429)
    assert int(waiting.headers["Retry-After"]) <= 2
    world.clock.advance(3)
    assert hanako.browser.submit(password=PASSWORD).name == "shop.home"


def test_code_page_has_the_names_that_page_objects_know(taro: Person) -> None:
    page = taro.gives_password()
    form = page.one("#auth-mfa-form")
    assert {each.attrs["name"] for each in form.query("input")} == {"csrf_token", "otpCode", "rememberDevice"}
    for selector in ("#auth-mfa-otpcode", "#auth-mfa-remember-device", "#auth-signin-button"):
        assert form.query(selector)
    assert "このブラウザでコードを要求しないでください" in page.text
    assert page.one("#auth-signin-button").to_text().strip() == "サインイン"
    assert "678" in page.text
    assert "5678" not in page.main.to_text()


def test_code_text_is_the_products(world: World, taro: Person) -> None:
    taro.gives_password()
    message = world.phone.messages(to=taro.number)[0]
    told = "は、Mihonのワンタイムパスワードです。誰とも共有しないでください。"
    assert message.body == f"{message.code}{told}\n@localhost #{message.code}"


@pytest.mark.parametrize(
    "spelling",
    ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}", "wide"],
)
def test_code_is_taken_as_people_type_it(taro: Person, spelling: str) -> None:
    taro.gives_password()
    code = taro.reads_code()
    typed = (
        code.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        if spelling == "wide"
        else spelling.format(code)
    )
    assert taro.browser.submit(otpCode=typed).name == "shop.home"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_code_of_another_shape_costs_no_try(world: World, taro: Person, typed: str) -> None:
    taro.gives_password()
    for _ in range(6):
        page = taro.browser.submit(otpCode=typed)
        assert page.one("#auth-mfa-otpcode").attrs["aria-invalid"] == "true"
        assert page.one("#auth-mfa-otpcode").attrs.get("value", "") == typed
    assert taro.gives_code().name == "shop.home"


def test_code_wrong_is_told_and_the_right_one_still_works(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.gives_password()
    right = taro.reads_code()
    page = taro.gives_code("000000" if right != "000000" else "000001")
    assert ("正しくありません" if language == "ja" else "not valid") in page.one(
        "#auth-error-message-box"
    ).to_text()
    assert taro.gives_code(right).name == "shop.home"


def test_code_dies_after_five_wrong_tries(world: World, taro: Person) -> None:
    taro.gives_password()
    right = taro.reads_code()
    wrong = "000000" if right != "000000" else "000001"
    for wait in (0, 0, 0, 3, 5):
        taro.browser.submit(otpCode=wrong, expect=200 if wait == 0 else 429)
        world.clock.advance(wait)
    page = taro.gives_code(right)
    assert "このコードは無効になりました。新しいコードを" in page.problem
    assert page.name == "sign_in.code"


def test_resend_waits_thirty_seconds_and_kills_the_earlier_code(world: World, taro: Person) -> None:
    taro.gives_password()
    first = taro.reads_code()
    taro.browser.post("/ap/mfa/resend", {"csrf_token": taro.browser.csrf_token})
    assert len(world.phone.messages(to=taro.number)) == 1
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.press("コードを再送信")
    second = taro.reads_code()
    page = taro.gives_code(first)
    assert page.name == "sign_in.code"
    assert taro.gives_code(second).name == "shop.home"


def test_another_way_offers_each_method_by_its_radio(world: World, language: str) -> None:
    jiro = world.person("jiro", language)
    jiro.gives_password()
    page = jiro.browser.get("/ap/mfa/new-otp")
    radios = page.all('#auth-select-device-form input[name="otpDeviceContext"]')
    labels = [label.to_text().strip() for label in page.all("span.a-label.a-radio-label")]
    assert len(radios) == len(labels) == 2
    assert "678" in labels[1]
    called = jiro.browser.submit(otpDeviceContext=radios[1].attrs["value"])
    assert called.name == "sign_in.code"
    world.phone.call("+81312345678").answer()
    assert jiro.gives_code(jiro.reads_code("+81312345678")).name == "shop.home"


def test_trusted_browser_is_not_asked_and_another_one_is(taro: Person) -> None:
    taro.signs_in(trust=True)
    taro.browser.get("/account")
    taro.signs_out()
    assert taro.gives_password().name == "shop.home"
    assert taro.elsewhere().gives_password().name == "sign_in.code"


def test_trust_ends_after_thirty_days(world: World, taro: Person) -> None:
    taro.signs_in(trust=True)
    world.clock.advance(30 * 86400 + 1)
    assert taro.gives_password().name == "sign_in.code"


def test_sign_out_ends_the_session(taro: Person) -> None:
    taro.signs_in()
    taro.browser.get("/account")
    assert taro.signs_out().name == "shop.home"
    assert taro.browser.get("/account").name == "sign_in.identifier"


def test_sign_in_returns_to_the_page_that_asked(hanako: Person) -> None:
    hanako.browser.get("/account/security")
    assert hanako.page.name == "sign_in.identifier"
    hanako.browser.submit(email=hanako.email)
    assert hanako.browser.submit(password=PASSWORD).name == "account.security"


def test_sign_in_says_that_the_session_has_ended(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    ended = "サインアウトされました。" if language == "ja" else "You were signed out"
    assert ended not in hanako.browser.get("/account").text
    hanako.signs_in()
    world.clock.advance(3700)
    page = hanako.browser.get("/account/security/name")
    assert page.name == "sign_in.identifier" and ended in page.one(".notices .info").to_text()
    assert ended not in hanako.browser.get("/account").text  # once
    hanako.browser.submit(email=hanako.email)
    assert hanako.browser.submit(password=PASSWORD).name in ("account.services", "step_up.confirm")


def test_code_page_with_nothing_under_way_leads_to_the_start(world: World) -> None:
    assert world.browser().get("/ap/mfa").name == "sign_in.identifier"
    assert world.browser().get("/ap/mfa/new-otp").name == "sign_in.identifier"


def test_form_of_a_tab_that_another_tab_outdated_leads_back_to_its_page(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.gives_password()
    world.phone.wait_for_code(taro.number)
    answer = taro.browser.raw("POST", "/ap/mfa", data={"otpCode": "123456", "csrf_token": "of before"})
    assert answer.status_code == 400
    assert 'id="problem-again" href="/ap/mfa"' in answer.text
    answer = taro.browser.raw("POST", "/ap/mfa/resend", data={"csrf_token": "of before"})
    assert (answer.status_code, "problem-again" in answer.text) == (400, False)  # no page stands there


def test_password_hashed_with_old_parameters_is_hashed_again(apps_with: Callable[..., AppFixture]) -> None:
    world = apps_with(argon2_time_cost=2).fresh()
    hanako = world.person("hanako")

    def kept() -> str:
        return str(world.sql("SELECT password_hash FROM accounts WHERE id = 'hanako'")[0][0])

    old = Hasher(time_cost=1, memory_kib=8, parallelism=1).hash(hanako.password)
    world.sql("UPDATE accounts SET password_hash = ? WHERE id = 'hanako'", old)
    hanako.gives_password("not-the-password-1")
    assert kept() == old
    assert hanako.signs_in().name == "shop.home"
    new = kept()
    assert new != old and ",t=2," in new
    hanako.elsewhere().signs_in()
    assert kept() == new


def test_identifier_has_the_focus_and_offers_passkeys(world: World) -> None:
    page = world.browser().get("/ap/signin")
    field = page.one("#ap_email").attrs
    assert field["autocomplete"] == "username webauthn" and "autofocus" in field
    failed = world.browser()
    failed.get("/ap/signin")
    assert "autofocus" not in failed.submit(email="").one("#ap_email").attrs, "the errors have it"


def test_password_has_the_focus_and_can_be_shown(world: World) -> None:
    page = world.person("hanako").gives_name()
    assert "autofocus" in page.one("#ap_password").attrs
    assert page.one("[data-module=reveal]").attrs["data-shows"] == "ap_password"


def test_password_of_the_music_app_is_sent_by_its_own_label(world: World) -> None:
    browser = world.browser()
    browser.get("/music")
    browser.follow("#music-sign-in")
    assert browser.submit(email="hanako@example.com").one("#signInSubmit").to_text() == "サインイン"
    assert world.person("hanako").gives_name().one("#signInSubmit").to_text() == "ログイン"


def test_another_way_is_chosen_beforehand(world: World) -> None:
    jiro = world.person("jiro")
    jiro.gives_password()
    page = jiro.browser.get("/ap/mfa/new-otp")
    (checked,) = [radio for radio in page.all("[name=otpDeviceContext]") if "checked" in radio.attrs]
    label = page.one(f'label[for="{checked.attrs["id"]}"]')
    assert "音声電話" in label.to_text(), "the app was asked"
