"""Changes of factors and of the account (docs/promises.md#17, #18, #42, #48, #49, #54)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.security.tools import is_signed_in, protected, rows, sends, texts, to_mid_step

SETTINGS = "/a/settings/approval"
NEW_NUMBER, NEW_E164 = "090-5555-6666", "+819055556666"
NEW_PASSWORD = "ringo-mikan-budou-77"
ASKS_ITSELF = ("/ap/cvf/", "/ap/signout", "/music/", "/desk", "/account/security/devices/end-all",
               "/account/security/language", "/a/settings/approval/disable/feedback")  # fmt: skip


def opened(world: World, person: Person) -> Person:
    """Somebody signed in and freshly stepped up, on the settings page."""
    person.signs_in()
    world.clock.advance(60)
    assert person.opens_settings().name == "settings.overview"
    world.clock.advance(60)
    return person


def number_of(world: World, account: str) -> list[str]:
    return [row["number"] for row in rows(world, "methods") if row["account_id"] == account]


def changes_number(person: Person, method: str) -> None:
    """変更 → another number → its code."""
    sends(person.browser, f"{SETTINGS}/change", method=method)
    person.browser.get(f"{SETTINGS}/method")
    person.browser.submit(phoneNumber=NEW_NUMBER, channel="sms")
    person.browser.submit(otpCode=person.reads_code(NEW_E164))


def changes_password(person: Person) -> None:
    person.browser.get("/account/security/password")
    fields: dict[str, Any] = {
        name: NEW_PASSWORD for form in person.page.forms() for name in form.names if "New" in name
    }
    person.browser.submit(password=person.password, **fields)


def test_unverified_number_is_never_offered_s17(world: World, taro: Person) -> None:
    opened(world, taro)
    sends(taro.browser, f"{SETTINGS}/add")
    taro.browser.get(f"{SETTINGS}/method")
    taro.browser.submit(phoneNumber=NEW_NUMBER, channel="sms")
    other = taro.elsewhere()
    other.gives_password()
    page = other.browser.get("/ap/mfa/new-otp")
    assert len(page.all("[name=otpDeviceContext]")) == 1
    assert "666" not in page.text
    assert number_of(world, "taro") == [taro.number]


def test_app_is_always_offered_with_the_reason_s17(world: World, hanako: Person, taro: Person) -> None:
    hanako.signs_in()
    page = hanako.begins_set_up()
    assert "認証アプリ" in page.text
    assert "安全" in page.text
    opened(world, taro)
    sends(taro.browser, f"{SETTINGS}/add")
    page = taro.browser.get(f"{SETTINGS}/method")
    assert "認証アプリ" in page.text
    assert "安全" in page.text


def test_change_of_a_number_is_told_to_the_old_one_s18(world: World, taro: Person) -> None:
    opened(world, taro)
    before = len(texts(world, taro.number, "sms"))
    changes_number(taro, "taro-sms")
    assert number_of(world, "taro") == [NEW_E164]
    told = texts(world, taro.number, "sms")
    assert len(told) == before + 1
    assert NEW_E164[3:] not in told[0].body
    assert "変更" in told[0].body


def test_change_of_the_accounts_number_is_told_to_the_old_one_s18(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.opens_settings()
    hanako.browser.get("/account/security/phone")
    hanako.browser.submit(phoneNumber=NEW_NUMBER)
    hanako.browser.submit(otpCode=hanako.reads_code(NEW_E164))
    assert [row["phone"] for row in rows(world, "accounts") if row["id"] == "hanako"] == [NEW_E164]
    assert any("変更" in text.body for text in texts(world, hanako.number, "sms"))


def test_every_change_asks_for_step_up_when_stale_s42(world: World, taro: Person) -> None:
    taro.signs_in()
    taro.browser.get("/account")
    paths = [path for path in protected(world, "POST") if not path.startswith(ASKS_ITSELF)]
    assert len(paths) >= 15
    tables = ("accounts", "methods", "trusted", "flows", "passkeys")
    before = [rows(world, table) for table in tables], len(texts(world))
    fields = {
        "method": "taro-sms",
        "phoneNumber": NEW_NUMBER,
        "channel": "sms",
        "email": "new@example.com",
        "customerName": "x",
        "password": taro.password,
        "passwordNew": NEW_PASSWORD,
        "passwordNewCheck": NEW_PASSWORD,
        "otpCode": "123456",
        "trust": "x",
        "clearSettings": "y",
    }
    for path in not_empty(paths):
        answer = sends(taro.browser, path, **fields)
        assert answer.status_code == 303, path
        assert answer.headers["Location"].startswith("/ap/cvf/confirm?"), path
    assert ([rows(world, table) for table in tables], len(texts(world))) == before


def turns_off(person: Person) -> None:
    sends(person.browser, f"{SETTINGS}/disable")


def clears(person: Person) -> None:
    sends(person.browser, f"{SETTINGS}/disable", clearSettings="y")


def replaces(person: Person) -> None:
    changes_number(person, "taro-sms")


@pytest.mark.parametrize("change", [turns_off, clears, changes_password, replaces])
def test_change_ends_other_sessions_and_all_trust_s48(
    world: World, taro: Person, change: Callable[[Person], None]
) -> None:
    other = taro.elsewhere()
    other.signs_in(trust=True)
    half_way = taro.elsewhere()
    world.clock.advance(31)
    half_way.gives_password()
    world.clock.advance(31)
    opened(world, taro)
    assert len(rows(world, "trusted")) == 1
    change(taro)
    assert is_signed_in(taro.browser)
    assert not is_signed_in(other.browser)
    assert rows(world, "trusted") == []
    assert [row for row in rows(world, "flows") if row["kind"] == "sign_in"] == []
    assert [row["account_id"] for row in rows(world, "sessions")] == ["taro"]


def test_password_of_before_is_dead_s48(world: World, taro: Person) -> None:
    opened(world, taro)
    changes_password(taro)
    old = taro.elsewhere()
    assert old.gives_password().name == "sign_in.identifier"
    assert old.gives_password(NEW_PASSWORD).name == "sign_in.code"


def test_turning_on_leaves_other_devices_signed_in_s48(world: World, hanako: Person) -> None:
    other = hanako.elsewhere()
    other.signs_in()
    hanako.signs_in()
    hanako.sets_up_by_sms()
    assert is_signed_in(other.browser)


def test_turning_on_closes_to_others_what_a_mail_had_opened_s42(world: World, hanako: Person) -> None:
    """Whoever got in by an approval before must not turn it off without a code."""
    other = hanako.elsewhere()
    other.signs_in()
    other.opens_settings()
    hanako.signs_in()
    hanako.sets_up_by_sms()
    assert hanako.browser.get("/a/settings/approval").state == "on"
    answer = sends(other.browser, "/a/settings/approval/disable")
    assert answer.headers["Location"].startswith("/ap/cvf/confirm")
    assert other.browser.get("/account/security").name == "account.security"
    assert hanako.browser.reload().state == "on"


def test_sessions_are_listed_and_ended_one_by_one_s49(world: World, hanako: Person) -> None:
    second, third = hanako.elsewhere(), hanako.elsewhere()
    for person in (hanako, second, third):
        person.signs_in()
        world.clock.advance(1)
    page = hanako.browser.get("/account/security")
    ends = [form for form in page.forms() if form.action.endswith("/end")]
    assert len(ends) == 2
    sends(hanako.browser, ends[0].action.removeprefix(hanako.browser.origin))
    alive = [is_signed_in(person.browser) for person in (hanako, second, third)]
    assert alive.count(True) == 2
    assert alive[0]
    sends(hanako.browser, "/account/security/devices/end-all")
    assert [is_signed_in(person.browser) for person in (hanako, second, third)] == [True, False, False]


def test_nobody_ends_anothers_session_s49(world: World, hanako: Person, taro: Person) -> None:
    taro.signs_in()
    (session,) = rows(world, "sessions")
    hanako.signs_in()
    hanako.browser.get("/account/security")
    sends(hanako.browser, f"/account/security/devices/{session['public_id']}/end")
    assert is_signed_in(taro.browser)


def test_forgotten_password_leaves_it_on_s54(world: World, jiro: Person) -> None:
    to_mid_step(world)
    other = jiro.elsewhere()
    other.signs_in(trust=True)
    world.clock.advance(60)
    jiro.browser.get("/ap/forgotpassword")
    jiro.browser.submit(email=jiro.email)
    jiro.browser.submit(otpCode=jiro.reads_code(jiro.email))
    names = {name for form in jiro.page.forms() for name in form.names if "assword" in name}
    jiro.browser.submit(**dict.fromkeys(names, NEW_PASSWORD))  # type: ignore[arg-type]
    assert not is_signed_in(jiro.browser)
    assert not is_signed_in(other.browser)
    assert rows(world, "trusted") == []
    assert [row["two_step_on"] for row in rows(world, "accounts") if row["id"] == "jiro"] == [1]
    assert jiro.gives_password(NEW_PASSWORD).name == "sign_in.code"
    assert other.gives_password(NEW_PASSWORD).name == "sign_in.code"
