"""The shop's other app, and devices without a page for codes (docs/screens.md#20)."""

from __future__ import annotations

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Page
from tests.security.moods import gateway_in


def to_music(person: Person) -> Page:
    """Into the music app and to its sign-in."""
    person.browser.get("/music")
    person.browser.follow("#music-sign-in")
    person.browser.submit(email=person.email)
    return person.browser.submit(password=person.password)


def listens(person: Person, *, trust: bool = False) -> Page:
    page = to_music(person)
    if page.name == "music.sign_in.code":
        page = person.gives_code(trust=trust)
    return page


# -- the music app -----------------------------------------------------------------------------------------


def test_home_signs_in_by_the_shops_pages_in_its_own_look(world: World, language: str) -> None:
    taro = world.person("taro", language)
    page = to_music(taro)
    assert page.path == "/music/ap/mfa"
    assert page.one("html").attrs["data-app"] == "music"
    label = "このデバイスで再度コードを要求しないでください"
    if language == "en":
        label = "Don't require a code again on this device"
    assert label in page.text
    page = taro.gives_code(trust=True)
    assert (page.path, page.state) == ("/music", "in")
    assert taro.name in page.html


def test_home_is_signed_in_beside_the_shop_and_apart_from_it(taro: Person, world: World) -> None:
    taro.signs_in()
    assert taro.browser.get("/music").state == "out"
    world.clock.advance(60)
    listens(taro)
    assert taro.name in taro.browser.get("/").text
    taro.browser.get("/account")
    taro.signs_out()
    assert taro.browser.get("/music").state == "in"
    world.clock.advance(60)
    taro.signs_in()
    taro.browser.get("/music")
    assert taro.browser.press("サインアウト").state == "out"
    assert taro.name in taro.browser.get("/").text


def test_home_signs_in_by_password_where_that_is_enough(hanako: Person) -> None:
    assert listens(hanako).state == "in"


def test_home_trusts_by_itself(taro: Person, world: World) -> None:
    listens(taro, trust=True)
    taro.browser.press("サインアウト")
    assert to_music(taro).state == "in"
    assert taro.gives_password().name == "sign_in.code"  # the shop, in the same browser, still asks
    world.clock.advance(60)
    elsewhere = taro.elsewhere()
    assert to_music(elsewhere).name == "music.sign_in.code"


def test_home_stays_signed_in_when_two_step_verification_is_turned_on(hanako: Person, world: World) -> None:
    listens(hanako)
    hanako.signs_in()
    page = hanako.sets_up_by_sms()
    assert page.name == "settings.overview"
    assert "ほかに1台の端末でサインインしたままです" in page.text
    assert hanako.browser.get("/music").state == "in"
    hanako.browser.get("/a/settings/approval")
    hanako.browser.follow("#end-other-sessions")
    hanako.browser.press("ほかのすべての端末からサインアウト")
    assert hanako.browser.get("/music").state == "out"


def test_home_is_listed_among_the_signed_in_devices(hanako: Person) -> None:
    listens(hanako)
    hanako.signs_in()
    assert "(Mihonミュージック)" in hanako.browser.get("/account/security").text


def test_home_offers_another_way_and_another_code(taro: Person, world: World) -> None:
    to_music(taro)
    first = taro.reads_code()
    world.clock.advance(31)
    page = taro.browser.submit(press="コードを再送信")
    assert page.name == "music.sign_in.code"
    assert "新しいコード" in taro.gives_code(first).text
    page = taro.browser.follow("#auth-get-new-otp-link")
    assert page.name == "music.sign_in.another_way"
    assert taro.browser.follow("[href='/music/ap/mfa']").name == "music.sign_in.code"


def test_home_sign_in_that_took_too_long_starts_again(taro: Person, world: World) -> None:
    to_music(taro)
    world.clock.advance(721)
    page = taro.gives_code()
    assert page.name == "music.sign_in.identifier"


# -- the older device --------------------------------------------------------------------------------------


def types(person: Person, password: str, *, expect: int = 200) -> Page:
    """Into the one field of the older device."""
    if person.page is None or person.page.path != "/music/older":
        person.browser.get("/music")
        person.browser.follow("#older-device")
    return person.browser.submit(email=person.email, password=password, expect=expect)


def test_sign_in_answers_the_right_password_by_an_error_and_takes_it_with_the_code(
    world: World, language: str
) -> None:
    taro = world.person("taro", language)
    page = types(taro, taro.password)
    assert page.name == "older_device.sign_in"
    words = {"ja": "パスワードの後にコードを続けて入力し", "en": "followed directly by the code"}
    assert words[language] in page.problem
    assert taro.number[-3:] in page.problem and taro.number[-4:] not in page.text
    page = types(taro, taro.password + taro.reads_code())
    assert taro.name in page.html
    assert taro.browser.get("/music").state == "out", "the older device is signed in by itself"
    taro.browser.get("/music/older")
    assert taro.browser.page.has("#older-sign-out")


def test_sign_in_takes_the_apps_code_too(jiro: Person) -> None:
    assert "認証アプリに表示されている6桁のコード" in types(jiro, jiro.password).problem
    assert jiro.name in types(jiro, jiro.password + jiro.app_code()).text


def test_sign_in_takes_full_width_digits(taro: Person) -> None:
    types(taro, taro.password)
    wide = taro.reads_code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert taro.name in types(taro, taro.password + wide).text


def test_sign_in_by_password_where_that_is_enough(hanako: Person) -> None:
    assert hanako.name in types(hanako, hanako.password).text
    page = hanako.browser.press("サインアウト")
    assert page.has("#older-password")


def test_sign_in_sends_another_code_for_the_password_alone(taro: Person, world: World) -> None:
    types(taro, taro.password)
    first = taro.reads_code()
    types(taro, taro.password)
    assert len(world.phone.messages(to=taro.number)) == 1  # too soon for another
    world.clock.advance(31)
    types(taro, taro.password)
    second = taro.reads_code()
    assert first != second
    assert taro.name in types(taro, taro.password + second).text


def test_sign_in_tells_a_wrong_password_from_a_wrong_code(taro: Person) -> None:
    assert "パスワードが正しくありません" in types(taro, "Mihon-demo-2").problem
    types(taro, taro.password)
    code = taro.reads_code()
    assert "パスワードが正しくありません" in types(taro, "Mihon-demo-2" + code).problem
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    page = types(taro, taro.password + wrong)
    assert "パスワードが正しくありません" not in page.problem and page.problem
    assert taro.name in types(taro, taro.password + code).text


def test_sign_in_tells_when_the_code_could_not_be_sent_and_tries_again(taro: Person, world: World) -> None:
    with gateway_in("down", world):
        assert "送信できませんでした" in types(taro, taro.password).problem
    types(taro, taro.password)
    assert taro.name in types(taro, taro.password + taro.reads_code()).text


def test_sign_in_by_a_method_that_is_switched_off_is_told(taro: Person, world: World) -> None:
    from webapp.store import methods

    with world.services.store.writing() as db:
        methods.switch_off(db, "taro-sms", world.clock.now())
    assert "コードを受け付けられません" in types(taro, taro.password).problem


@pytest.mark.parametrize(
    ("typed", "digits", "expected"),
    [
        ("secret 123456", 0, ("secret", "123456")),
        ("secret-123456", 0, ("secret", "123456")),
        ("secret\u3000１２３ ４５６", 0, ("secret", "123456")),
        ("secret\u200b123\u200b456\u2060", 0, ("secret", "123456")),
        ("secret 123-456 ", 0, ("secret", "123456")),
        ("Mihon-demo-1 123456", 0, ("Mihon-demo-1", "123456")),
        ("pin 12-34-56", 6, ("pin 12-34-56", None)),
        ("pin 12-34-56 654321", 6, ("pin 12-34-56", "654321")),
        ("secret", 0, ("secret", None)),
        ("secret123456", 0, ("secret", "123456")),
        ("Mihon-demo-1123456", 0, ("Mihon-demo-1", "123456")),
        ("hunter123456", 6, ("hunter123456", None)),
        ("hunter123456654321", 6, ("hunter123456", "654321")),
        ("secret１２３４５６", 0, ("secret", "123456")),
        ("secret12345", 0, ("secret12345", None)),
        ("123456", 0, ("", "123456")),
    ],
)
def test_sign_in_splits_the_code_from_the_password(
    typed: str, digits: int, expected: tuple[str, str | None]
) -> None:
    from webapp.flows import older_device

    assert older_device.split(typed, digits) == expected


@pytest.mark.parametrize("typed", ["dash-123456", "dash- 123456", "dash--123456"])
def test_sign_in_keeps_a_hyphen_that_is_the_passwords_own(typed: str) -> None:
    from webapp.flows import older_device

    assert older_device.tail_of("dash-") == (0, 1)
    assert older_device.split(typed, *older_device.tail_of("dash-")) == ("dash-", "123456")


@pytest.mark.parametrize("gap", [" ", "-", "\u200b", "\u3000"], ids=["blank", "hyphen", "200b", "3000"])
def test_sign_in_takes_a_gap_before_the_code(taro: Person, gap: str) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    assert types(taro, f"{taro.password}{gap}{code[:3]}{gap}{code[3:]}").state != "code"
    assert taro.browser.page.has("#older-sign-out")
