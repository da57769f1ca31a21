"""Backups at set-up (docs/screens.md#14), and what going back deletes, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest

from tests.actors import Person, key_on
from tests.app_fixture import AppFixture, World
from tests.lint import text_of

OTHER = "+819022223333"
REGISTER, BACKUP, HOWTO = (f"/a/settings/approval/setup/{place}" for place in ("register", "backup", "howto"))


def at_almost_done(world: World, language: str = "ja") -> Person:
    """Hanako with her number proven, on the page before the last button."""
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    assert hanako.browser.submit(otpCode=hanako.reads_code()).name == "set_up.backup"
    assert hanako.browser.press("スキップ").name == "set_up.almost_done"
    return hanako


def awaits_backup_code(hanako: Person) -> Person:
    """From almost done to the code of a second phone."""
    hanako.browser.get(BACKUP)
    page = hanako.browser.press("コードを送信", phoneNumber="090-2222-3333", channel="sms")
    assert (page.name, page.state) == ("set_up.verify", "backup")
    return hanako


def app_code(hanako: Person, secret: str) -> str:
    return pyotp.TOTP(secret).at(int(hanako.world.clock.now()))


def kept(hanako: Person) -> list[str]:
    """The methods on the settings page once it is on."""
    assert hanako.page.state == "on"
    return [text_of(row) for row in hanako.page.all("[data-method]")]


def test_backup_adds_a_second_phone_from_almost_done(world: World, language: str) -> None:
    hanako = at_almost_done(world, language)
    page = hanako.browser.follow("バックアップ手段を追加")
    assert (page.name, page.state) == ("set_up.backup", "ready")
    hanako.browser.press("コードを送信", phoneNumber="090-2222-3333", channel="sms")
    page = hanako.browser.press("コードを確認して続行", otpCode=hanako.reads_code(OTHER))
    assert page.name == "set_up.almost_done" and "090-2222-3333" in page.text
    hanako.finishes_set_up()
    assert ["090-1234-5678" in kept(hanako)[0], "090-2222-3333" in kept(hanako)[1]] == [True, True]


def test_backup_adds_apps_with_names_and_keys_of_their_own(world: World, language: str) -> None:
    hanako = at_almost_done(world, language)
    keys = []
    for name in ("Tablet", "Work"):
        keys.append(key_on(hanako.browser.get(BACKUP)))
        code = app_code(hanako, keys[-1])
        page = hanako.browser.submit(form="#set-up-app", otpCode=code, appName=name)
        assert page.name == "set_up.almost_done" and name in page.text
    assert len(set(keys)) == 2
    hanako.finishes_set_up()
    assert len(kept(hanako)) == 3 and "Work" in kept(hanako)[2]


def test_backup_gets_another_key_than_the_preferred_app(hanako: Person) -> None:
    hanako.signs_in()
    first = key_on(hanako.begins_set_up())
    hanako.browser.submit(form="#set-up-app", otpCode=app_code(hanako, first))
    page = hanako.browser.get(BACKUP)
    assert key_on(page) != first
    page = hanako.browser.submit(form="#set-up-app", otpCode=app_code(hanako, first))
    assert page.name == "set_up.backup"
    assert page.problem


@pytest.mark.parametrize("typed", ["090-1234-5678", "+819012345678", "０９０１２３４５６７８"])
def test_backup_refuses_the_preferred_number(world: World, typed: str) -> None:
    hanako = at_almost_done(world)
    hanako.browser.get(BACKUP)
    page = hanako.browser.submit(phoneNumber=typed, channel="voice")
    assert page.name == "set_up.backup" and "別の" in page.problem


def test_backup_refuses_the_number_of_another_backup(world: World) -> None:
    hanako = awaits_backup_code(at_almost_done(world))
    hanako.browser.submit(otpCode=hanako.reads_code(OTHER))
    hanako.browser.get(BACKUP)
    assert hanako.browser.submit(phoneNumber="090-2222-3333", channel="sms").name == "set_up.backup"


def test_backup_is_skipped_by_a_button(world: World, language: str) -> None:
    hanako = at_almost_done(world, language)
    hanako.browser.get(BACKUP)
    assert hanako.browser.press("スキップ").name == "set_up.almost_done"
    awaits_backup_code(hanako)
    hanako.browser.get(BACKUP)
    assert hanako.browser.press("スキップ").name == "set_up.almost_done"
    hanako.finishes_set_up()
    assert len(kept(hanako)) == 1


def test_backup_number_can_be_sent_to_again_and_changed(world: World) -> None:
    hanako = awaits_backup_code(at_almost_done(world))
    first = hanako.reads_code(OTHER)
    world.clock.advance(31)
    hanako.browser.reload()
    hanako.browser.press("コードを再送信")
    second = hanako.reads_code(OTHER)
    assert hanako.browser.submit(otpCode=first).name == "set_up.verify"
    page = hanako.browser.follow("番号を変更")
    assert (page.name, page.one("#cvf_phone_num").attrs["value"]) == ("set_up.backup", "090-2222-3333")
    hanako.browser.submit(phoneNumber="090-4444-5555", channel="sms")
    assert hanako.browser.submit(otpCode=second).name == "set_up.verify"
    assert hanako.browser.submit(otpCode=hanako.reads_code("+819044445555")).name == "set_up.almost_done"


def test_backup_by_app_is_taken_while_a_number_waits(world: World) -> None:
    hanako = awaits_backup_code(at_almost_done(world))
    page = hanako.browser.get(BACKUP)
    page = hanako.browser.submit(form="#set-up-app", otpCode=app_code(hanako, key_on(page)))
    assert page.name == "set_up.almost_done"
    hanako.finishes_set_up()
    assert len(kept(hanako)) == 2


@pytest.mark.parametrize("by", ["sms", "app"])
def test_choose_method_again_erases_the_backups(world: World, by: str) -> None:
    hanako = awaits_backup_code(at_almost_done(world))
    hanako.browser.submit(otpCode=hanako.reads_code(OTHER))
    awaits_more = hanako.browser.get(BACKUP)
    hanako.browser.submit(phoneNumber="090-4444-5555", channel="sms")
    assert awaits_more.name == "set_up.backup"
    page = hanako.browser.get(REGISTER)
    if by == "sms":
        hanako.browser.submit(phoneNumber="090-6666-7777", channel="sms")
        hanako.browser.submit(otpCode=hanako.reads_code("+819066667777"))
    else:
        hanako.browser.submit(form="#set-up-app", otpCode=app_code(hanako, key_on(page)))
    assert hanako.page.name == "set_up.backup"
    page = hanako.browser.press("スキップ")
    assert page.name == "set_up.almost_done" and "090-2222-3333" not in page.text
    hanako.finishes_set_up()
    assert len(kept(hanako)) == 1


@pytest.mark.parametrize("start", ["verify", "ready"])
def test_choose_method_by_app_after_a_number(world: World, start: str) -> None:
    hanako = world.person("hanako")
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    if start == "ready":
        hanako.browser.submit(otpCode=hanako.reads_code())
    page = hanako.browser.get(REGISTER)
    assert hanako.browser.submit(form="#set-up-app", otpCode=app_code(hanako, key_on(page))).name == (
        "set_up.backup"
    )


def test_backup_that_is_required_cannot_be_skipped(
    apps_with: Callable[..., AppFixture], language: str
) -> None:
    world = apps_with(backup_required=True).fresh()
    hanako = world.person("hanako", language)
    hanako.signs_in()
    hanako.begins_set_up()
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    page = hanako.browser.submit(otpCode=hanako.reads_code())
    assert page.name == "set_up.backup"
    assert not page.has("#skip-backup")
    token = hanako.browser.csrf_token
    for path in (f"{BACKUP}/skip", HOWTO):
        assert hanako.browser.post(path, {"csrf_token": token}).name == "set_up.backup"
    hanako.browser.submit(phoneNumber="090-2222-3333", channel="sms")
    assert hanako.browser.submit(otpCode=hanako.reads_code(OTHER)).name == "set_up.almost_done"
    hanako.finishes_set_up()
    assert len(kept(hanako)) == 2


@pytest.mark.parametrize("place", ["backup", "confirm"])
def test_backup_and_confirm_lead_to_where_the_set_up_is(hanako: Person, place: str) -> None:
    hanako.signs_in()
    hanako.begins_set_up()
    assert hanako.browser.get(f"/a/settings/approval/setup/{place}").name == "set_up.choose_method"
