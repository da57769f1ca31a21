"""Managing methods (docs/screens.md#11): adding, changing, preferring, naming, removing, in both languages."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest

from tests.actors import Person, key_on
from tests.app_fixture import World
from tests.form_client import Page
from tests.lint import text_of

OTHER = "+819022223333"
LANDLINE = "+81312345678"


def at_settings(world: World, name: str, language: str = "ja") -> Person:
    """Somebody with two-step verification on, in its settings."""
    person = world.person(name, language)
    person.signs_in()
    world.clock.advance(60)  # an app's next code
    assert (person.opens_settings().name, person.page.state) == ("settings.overview", "on")
    return person


def methods_on(page: Page) -> list[str]:
    """The labels of the methods on the settings page, the preferred one first."""
    return [text_of(row.query(".row-name")[0]) for row in page.all("[data-method]")]


def row_of(page: Page, part: str) -> Any:
    """The row of the method whose text holds ``part``."""
    return next(row for row in page.all("[data-method]") if part in text_of(row))


def presses(person: Person, part: str, path: str) -> Page:
    """Press the button of a method's row that posts to ``path``."""
    method = row_of(person.page, part).attrs["data-method"]
    return person.browser.submit(form=f'[data-method="{method}"] form[action$="{path}"]')


def opens(person: Person, part: str, path: str) -> Page:
    """Follow the link of a method's row that leads to ``path``."""
    links = row_of(person.page, part).query("a[href]")
    return person.browser.get(next(a.attrs["href"] for a in links if path in a.attrs["href"]))


def app_code(world: World, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(world.clock.now()))


def test_choose_method_adds_a_phone_by_text(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    page = taro.browser.press("新しい電話またはアプリを追加")
    assert (page.name, page.state) == ("settings.choose_method", "choose")
    page = taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert (page.name, page.state) == ("settings.verify", "verify")
    page = taro.browser.press("コードを確認して続行", otpCode=taro.reads_code(OTHER))
    assert page.name == "settings.overview"
    assert [label[-13:] for label in methods_on(page)] == ["080-1234-5678", "090-2222-3333"]
    assert {"ja": "追加", "en": "added"}[language] in world.phone.mail(taro.email).subject


def test_choose_method_adds_apps_with_names(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    secrets = []
    for name in ("Tablet", "Work"):
        page = taro.browser.press("新しい電話またはアプリを追加")
        secrets.append(key_on(page))
        page = taro.browser.submit(form="#set-up-app", otpCode=app_code(world, secrets[-1]), appName=name)
        assert page.name == "settings.overview"
    assert len(set(secrets)) == 2
    assert "Tablet" in text_of(page.all("[data-method]")[1]) and "Work" in text_of(
        page.all("[data-method]")[2]
    )
    world.clock.advance(60)
    other = taro.elsewhere(language)
    other.gives_password()
    page = other.browser.get("/ap/mfa/new-otp")
    labels = [text_of(label) for label in page.all("span.a-radio-label")]
    assert [name in label for name, label in zip(("Tablet", "Work"), labels[1:], strict=True)] == [True, True]
    work = page.all('input[name="otpDeviceContext"]')[2].attrs["value"]
    other.browser.submit(otpDeviceContext=work)
    assert other.gives_code(app_code(world, secrets[1])).name == "shop.home"


@pytest.mark.parametrize("number", ["080-1234-5678", "+81 80 1234 5678"])
def test_choose_method_refuses_a_number_one_has(world: World, number: str) -> None:
    taro = at_settings(world, "taro")
    taro.browser.press("新しい電話またはアプリを追加")
    page = taro.browser.submit(phoneNumber=number, channel="voice")
    assert page.name == "settings.choose_method"
    assert "この番号はすでに登録されています" in page.problem
    assert len(world.phone.messages(to=taro.number)) == 2  # those of signing in and of the step-up


def test_choose_method_refuses_texts_to_a_landline_and_offers_a_call(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    taro.browser.press("新しい電話またはアプリを追加")
    page = taro.browser.submit(phoneNumber="03-9999-1234", channel="sms")
    assert page.name == "settings.choose_method"
    assert ("固定電話" if language == "ja" else "landline") in page.problem
    assert "checked" in page.one("#channel-voice").attrs
    assert page.one("#cvf_phone_num").attrs["value"] == "03-9999-1234"


def test_choose_method_wrong_app_code_adds_nothing(world: World) -> None:
    taro = at_settings(world, "taro")
    before = key_on(taro.browser.press("新しい電話またはアプリを追加"))
    page = taro.browser.submit(form="#set-up-app", otpCode="000000", appName="Tablet")
    assert (page.name, key_on(page)) == ("settings.choose_method", before)
    assert page.one("#ch-auth-app-name").attrs["value"] == "Tablet"
    assert len(methods_on(taro.browser.get("/a/settings/approval"))) == 1


def test_choose_method_takes_an_app_after_a_number_was_tried(world: World) -> None:
    taro = at_settings(world, "taro")
    taro.browser.press("新しい電話またはアプリを追加")
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    page = taro.browser.follow("番号を変更")
    assert page.one("#cvf_phone_num").attrs["value"] == "090-2222-3333"
    page = taro.browser.submit(form="#set-up-app", otpCode=app_code(world, key_on(page)))
    assert len(methods_on(page)) == 2


def test_verify_sends_again_and_lets_the_number_be_changed(world: World) -> None:
    taro = at_settings(world, "taro")
    taro.browser.press("新しい電話またはアプリを追加")
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    first = taro.reads_code(OTHER)
    world.clock.advance(31)
    taro.browser.reload()
    taro.browser.press("コードを再送信")
    second = taro.reads_code(OTHER)
    assert taro.browser.submit(otpCode=first).name == "settings.verify"
    taro.browser.get("/a/settings/approval/method")
    taro.browser.submit(phoneNumber="090-4444-5555", channel="sms")
    assert taro.browser.submit(otpCode=second).name == "settings.verify"
    page = taro.browser.submit(otpCode=taro.reads_code("+819044445555"))
    assert "090-4444-5555" in page.text and "090-2222-3333" not in page.text


def test_change_replaces_the_number_and_tells_the_old_one(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    elsewhere = taro.elsewhere(language)
    elsewhere.signs_in(trust=True)
    page = presses(taro, "080-1234-5678", "/change")
    assert page.name == "settings.choose_method" and "080-1234-5678" in page.text
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert methods_on(taro.browser.get("/a/settings/approval"))[0].endswith("080-1234-5678")
    taro.browser.get("/a/settings/approval/method/verify")
    page = taro.browser.submit(otpCode=taro.reads_code(OTHER))
    assert [label[-13:] for label in methods_on(page)] == ["090-2222-3333"]
    told = world.phone.messages(to=taro.number)[0]
    assert {"ja": "コードの受け取りに使われなくなりました", "en": "no longer receives codes"}[
        language
    ] in told.body
    assert world.phone.mail(taro.email)
    assert elsewhere.browser.get("/account").name == "sign_in.identifier"
    assert elsewhere.gives_password().name == "sign_in.code"
    assert elsewhere.gives_code(elsewhere.reads_code(OTHER)).name == "shop.home"


def test_change_replaces_an_app_by_another(world: World) -> None:
    jiro = at_settings(world, "jiro")
    page = presses(jiro, "認証アプリ", "/change")
    assert "checked" in page.one("#method-app").attrs
    secret = key_on(page)
    assert secret != jiro.secret
    page = jiro.browser.submit(form="#set-up-app", otpCode=app_code(world, secret))
    assert (page.name, len(methods_on(page))) == ("settings.overview", 2)
    world.clock.advance(60)
    other = jiro.elsewhere()
    other.gives_password()
    assert other.gives_code(other.app_code()).name == "sign_in.code"
    assert other.gives_code(app_code(world, secret)).name == "shop.home"


def test_change_turns_texts_into_calls_for_the_same_number(world: World) -> None:
    taro = at_settings(world, "taro")
    presses(taro, "080-1234-5678", "/change")
    page = taro.browser.submit(phoneNumber=taro.national, channel="voice")
    assert page.name == "settings.verify"
    code = world.phone.call(taro.number).answer().received.code
    assert taro.browser.submit(otpCode=code).name == "settings.overview"
    world.clock.advance(60)  # the call is over
    texts = len(world.phone.messages(to=taro.number, channel="sms"))
    other = taro.elsewhere()
    other.gives_password()
    code = world.phone.call(taro.number, since=world.phone.last_id() - 1).answer().received.code
    assert other.gives_code(code).name == "shop.home"
    assert len(world.phone.messages(to=taro.number, channel="sms")) == texts


def test_change_of_what_is_gone_leads_back(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    token = taro.browser.csrf_token
    for path in ("change", "prefer"):
        page = taro.browser.post(f"/a/settings/approval/{path}", {"csrf_token": token, "method": "none"})
        assert page.name == "settings.overview"
        assert page.has(".notice.wrong")
    for path in ("rename", "remove"):
        assert taro.browser.get(f"/a/settings/approval/{path}?method=jiro-app").name == "settings.overview"


def test_prefer_asks_by_the_other_method_first(world: World, language: str) -> None:
    jiro = at_settings(world, "jiro", language)
    page = presses(jiro, "03-1234-5678", "/prefer")
    assert methods_on(page)[0].endswith("03-1234-5678")
    assert world.phone.mail(jiro.email)
    other = jiro.elsewhere(language)
    assert "678" in other.gives_password().text


def test_rename_names_and_unnames_a_method(world: World, language: str) -> None:
    jiro = at_settings(world, "jiro", language)
    app = "認証アプリ" if language == "ja" else "Authenticator"
    assert opens(jiro, app, "/rename").name == "settings.rename"
    page = jiro.browser.submit(methodName=" My\tphone <b> ")
    assert "My phone <b>" in text_of(row_of(page, app))
    page = opens(jiro, app, "/rename")
    assert page.one("#method-name").attrs["value"] == "My phone <b>"
    assert "My phone" not in jiro.browser.submit(methodName="").text


def test_rename_takes_no_endless_name(world: World) -> None:
    jiro = at_settings(world, "jiro")
    opens(jiro, "認証アプリ", "/rename")
    page = jiro.browser.submit(methodName="長" * 41)
    assert page.name == "settings.rename" and "40" in page.problem


def test_remove_takes_a_backup_away_and_ends_everything_else(world: World, language: str) -> None:
    jiro = at_settings(world, "jiro", language)
    world.clock.advance(60)
    elsewhere = jiro.elsewhere(language)
    elsewhere.signs_in(trust=True)
    assert opens(jiro, "03-1234-5678", "/remove").name == "settings.remove"
    page = jiro.browser.submit(form='form[action*="/remove"]')
    assert len(methods_on(page)) == 1
    assert world.phone.mail(jiro.email)
    assert elsewhere.browser.get("/account").name == "sign_in.identifier"
    assert elsewhere.gives_password().name == "sign_in.code"


def test_remove_of_the_preferred_one_lets_a_backup_take_its_place(world: World) -> None:
    jiro = at_settings(world, "jiro")
    opens(jiro, "認証アプリ", "/remove")
    page = jiro.browser.submit(form='form[action*="/remove"]')
    assert [label[-12:] for label in methods_on(page)] == ["03-1234-5678"]
    assert not page.has('form[action$="/prefer"]')


def test_remove_keeps_the_last_method_and_says_why(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    page = opens(taro, "080-1234-5678", "/remove")
    assert not page.has('form[action*="/remove"]')
    assert page.one("#turn-off-instead").attrs["href"] == "/a/settings/approval/disable"
    taro.browser.get("/a/settings/approval")
    page = taro.browser.post(
        f"/a/settings/approval/remove?method={row_of(taro.page, '080').attrs['data-method']}",
        {"csrf_token": taro.browser.csrf_token},
    )
    assert ("最後" if language == "ja" else "only method") in page.problem
    assert len(methods_on(taro.browser.get("/a/settings/approval"))) == 1


def test_overview_marks_this_browser_among_the_trusted(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.signs_in(trust=True)
    other = taro.elsewhere(language)
    other.signs_in(trust=True)
    page = taro.opens_settings()
    here = [text_of(row) for row in page.all(".row") if row.query('input[name="trust"]')]
    marks = [("この端末" if language == "ja" else "This device") in row for row in here]
    assert sorted(marks) == [False, True]


def test_method_under_way_dies_after_twelve_minutes(world: World, language: str) -> None:
    taro = at_settings(world, "taro", language)
    taro.browser.press("新しい電話またはアプリを追加")
    taro.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    world.clock.advance(721)
    page = taro.browser.get("/a/settings/approval/method/verify")
    assert page.name == "settings.overview"
    assert ("変更されていません" if language == "ja" else "Nothing was changed") in page.text


def test_methods_are_not_added_where_two_step_is_off(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    page = hanako.browser.post("/a/settings/approval/add", {"csrf_token": hanako.browser.csrf_token})
    assert (page.name, page.state) == ("settings.overview", "off")
