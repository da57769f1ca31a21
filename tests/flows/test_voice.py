"""Codes by voice call, to mobiles and landlines, and failing calls, in both languages."""

from __future__ import annotations

import json

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.form_client import Page

LANDLINE = "+81312345678"
RINGS_SECONDS = 65  # longer than a call rings


def asks_for_call(world: World, language: str = "ja") -> Person:
    """Hanako, on the page that waits for the code a call to her landline speaks."""
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    page = hanako.browser.submit(phoneNumber="03-1234-5678", channel="voice")
    assert (page.name, page.state) == ("set_up.verify", "verify")
    return hanako


def asks_to_be_called(world: World, language: str = "ja") -> Person:
    """Jiro at sign-in, having chosen the call to his landline (docs/screens.md#5)."""
    jiro = world.person("jiro", language)
    jiro.gives_password()
    page = jiro.browser.follow("コードが届きませんか?")
    radios = page.all('input[name="otpDeviceContext"]')
    page = jiro.browser.submit(otpDeviceContext=radios[1].attrs["value"])
    assert page.name == "sign_in.code"
    return jiro


def status(person: Person, path: str) -> str:
    """What the page's script is told of the call."""
    return str(json.loads(person.browser.raw("GET", path).text)["status"])


def told(page: Page) -> str:
    """The box that tells what became of the call."""
    boxes = page.all(".notice.care")
    return boxes[0].to_text() if boxes else ""


def test_verify_takes_the_code_that_a_call_speaks(world: World, language: str) -> None:
    hanako = asks_for_call(world, language)
    assert status(hanako, "/a/settings/approval/setup/call") == "under_way"
    call = world.phone.call(LANDLINE).answer()
    code = hanako.reads_code(LANDLINE)
    spoken = {"ja": "、", "en": ", "}[language].join(
        code
    )  # in the page's language, digit by digit, and once more
    assert call.transcript.count(spoken) == 2
    call.hangup()
    assert status(hanako, "/a/settings/approval/setup/call") == "over"
    assert hanako.browser.submit(otpCode=code).name == "set_up.backup"
    hanako.finishes_set_up()
    assert "03-1234-5678" in hanako.page.text
    other = hanako.elsewhere(language)
    world.clock.advance(31)
    assert other.gives_password().name == "sign_in.code"
    assert "678" in other.page.text and "1234-5678" not in other.page.text
    world.phone.call(LANDLINE, since=call.id).answer()
    assert other.gives_code(other.reads_code(LANDLINE)).name == "shop.home"


def test_choose_method_refuses_a_text_to_a_landline_and_offers_the_call(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    page = hanako.browser.submit(phoneNumber="03-1234-5678", channel="sms")
    assert page.name == "set_up.choose_method"
    assert ("固定電話" if language == "ja" else "landline") in page.problem
    assert "checked" in page.one("#channel-voice").attrs and "checked" not in page.one("#channel-sms").attrs
    assert hanako.browser.submit(form="#set-up-phone").name == "set_up.verify"
    assert world.phone.call(LANDLINE).status == "ringing"


def test_choose_method_offers_the_call_where_the_network_refuses_texts(world: World) -> None:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.begins_set_up()
    world.phone.faults.add("reject", code=21614, times=1)
    page = hanako.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert page.name == "set_up.choose_method" and "音声電話" in page.problem
    assert "checked" in page.one("#channel-voice").attrs


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no-answer", {"ja": "電話に応答がありませんでした", "en": "was not answered"}),
        ("declined", {"ja": "拒否されました", "en": "declined"}),
        ("failed", {"ja": "つながりませんでした", "en": "couldn't connect"}),
    ],
)
def test_verify_tells_of_a_call_that_brought_no_code(
    world: World, language: str, how: str, words: dict[str, str]
) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    fails(world, how, hanako)
    assert words[language] in told(hanako.browser.reload())
    assert status(hanako, "/a/settings/approval/setup/call") == "failed"
    before = world.phone.last_id()
    world.clock.advance(31)
    hanako.browser.reload()
    hanako.browser.press("もう一度電話を受ける")
    assert not told(hanako.page)
    world.phone.call(LANDLINE, since=before).answer()
    assert hanako.browser.submit(otpCode=hanako.reads_code(LANDLINE)).name == "set_up.backup"


def fails(world: World, how: str, hanako: Person) -> None:
    """Ask for the call, and let it come to nothing."""
    if how == "failed":
        world.phone.faults.add("undelivered", code=30003, channel="call", times=1)
    hanako.browser.submit(phoneNumber="03-1234-5678", channel="voice")
    if how == "no-answer":
        world.clock.advance(RINGS_SECONDS)
    elif how == "declined":
        world.phone.call(LANDLINE).decline()


def test_code_tells_of_a_call_nobody_answered_and_offers_the_others(world: World, language: str) -> None:
    jiro = asks_to_be_called(world, language)
    assert status(jiro, "/ap/mfa/call") == "under_way"
    world.clock.advance(RINGS_SECONDS)
    page = jiro.browser.reload()
    assert ("電話に応答がありませんでした" if language == "ja" else "was not answered") in told(page)
    assert status(jiro, "/ap/mfa/call") == "failed"
    page = jiro.browser.follow("コードが届きませんか?")
    by_app = page.all('input[name="otpDeviceContext"]')[0].attrs["value"]
    page = jiro.browser.submit(otpDeviceContext=by_app)
    assert not told(page) and not page.has("[data-module=call]")
    assert jiro.gives_code(jiro.app_code()).name == "shop.home"


def test_code_page_goes_on_while_the_gateway_cannot_tell_of_the_call(world: World) -> None:
    jiro = asks_to_be_called(world)
    world.phone.call(LANDLINE).answer()
    code = jiro.reads_code(LANDLINE)
    world.phone.delete(to=LANDLINE)  # the gateway has never heard of such a call
    assert jiro.browser.reload().name == "sign_in.code"
    assert status(jiro, "/ap/mfa/call") == "under_way"
    assert jiro.gives_code(code).name == "shop.home"


def test_confirm_kept_calls_the_landline_again(world: World, language: str) -> None:
    jiro = world.person("jiro", language)
    jiro.signs_in()
    world.clock.advance(60)
    jiro.opens_settings()
    token = jiro.browser.csrf_token
    jiro.browser.post("/a/settings/approval/prefer", {"csrf_token": token, "method": "jiro-voice"})
    jiro.browser.follow("#disable-mfa")
    jiro.browser.press("無効にする", clearSettings=False)
    jiro.browser.press("スキップ")
    page = jiro.browser.press("開始する")
    assert page.name == "set_up.confirm_kept" and page.has("[data-module=call]")
    world.phone.call(LANDLINE).decline()
    assert told(jiro.browser.reload())
    before = world.phone.last_id()
    world.clock.advance(31)
    jiro.browser.reload()
    jiro.browser.press("もう一度電話を受ける")
    world.phone.call(LANDLINE, since=before).answer()
    assert jiro.browser.submit(otpCode=jiro.reads_code(LANDLINE)).name == "set_up.almost_done"


def test_confirm_kept_tells_when_the_code_could_not_be_sent(world: World) -> None:
    taro = world.person("taro")
    taro.signs_in()
    taro.opens_settings()
    taro.browser.follow("#disable-mfa")
    taro.browser.press("無効にする", clearSettings=False)
    taro.browser.press("スキップ")
    world.phone.faults.add("http_status", status=503, channel="sms", times=1)
    page = taro.browser.press("開始する")
    assert page.name == "set_up.confirm_kept" and told(page)
    taro.browser.press("コードを再送信")
    assert taro.browser.submit(otpCode=taro.reads_code()).name == "set_up.almost_done"


def test_settings_verify_takes_a_call_as_backup(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in()
    taro.opens_settings()
    taro.browser.press("新しい電話またはアプリを追加")
    page = taro.browser.submit(phoneNumber="03-1234-5678", channel="voice")
    assert page.name == "settings.verify"
    assert status(taro, "/a/settings/approval/method/call") == "under_way"
    world.phone.call(LANDLINE).answer()
    page = taro.browser.submit(otpCode=taro.reads_code(LANDLINE))
    assert page.name == "settings.overview" and "03-1234-5678" in page.text
    assert status(taro, "/a/settings/approval/method/call") == "over"
