"""A reset opens a case and changes nothing until it is decided (docs/promises.md#25, #29, #55)."""

from __future__ import annotations

from typing import Any

import pytest

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from webapp.store import methods, recovery, sessions, trust
from webapp.store.accounts import Account

WRONG = "Mihon-demo-2"


def facts(world: World, person: Person) -> tuple[Any, ...]:
    """Everything about an account that a reset may change."""
    account: Account = lockout.account_of(world, person)
    now = world.clock.now()
    with world.services.store.reading() as db:
        return (
            account,
            methods.of_account(db, account.id),
            [session.id_hash for session in sessions.of_account(db, account.id, now, 3600)],
            [trusted.id for trusted in trust.of_account(db, account.id, account.trust_epoch, now)],
        )


def signed_in_and_trusted(person: Person) -> Person:
    """The same person, signed in elsewhere in a trusted browser."""
    elsewhere = person.elsewhere()
    elsewhere.signs_in(trust=True)
    return elsewhere


def test_recovery_signs_nobody_in_s55(taro: Person) -> None:
    lockout.begins(taro)
    lockout.sends(taro)
    assert taro.browser.get("/account").name == "sign_in.identifier"
    assert "太郎" not in taro.browser.get("/").text


def test_recovery_changes_nothing_before_the_decision_s55(taro: Person, world: World) -> None:
    elsewhere = signed_in_and_trusted(taro)
    world.clock.advance(60)
    before = facts(world, taro)
    lockout.begins(taro)
    lockout.sends(taro)
    assert facts(world, taro) == before
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "ask_more")
    taro.browser.get("/ap/recovery/case")
    lockout.sends(taro)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "reject")
    assert facts(world, taro) == before
    assert elsewhere.browser.get("/account").name == "account.services"


def test_recovery_mails_the_owner_at_once_with_a_link_to_cancel_s55(taro: Person, world: World) -> None:
    lockout.begins(taro)
    mail = world.phone.mail(taro.email)
    assert "リセットの依頼がありました" in mail.subject
    assert "/ap/recovery/cancel/" in mail.link("リセットを取り消す")


def test_recovery_ends_every_session_and_all_trust_when_approved_s55(taro: Person, world: World) -> None:
    elsewhere = signed_in_and_trusted(taro)
    world.clock.advance(60)
    lockout.begins(taro)
    lockout.sends(taro)
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "approve")
    account, owned, signed_in, trusted = facts(world, taro)
    assert not account.two_step_on
    assert (owned, signed_in, trusted) == ([], [], [])
    assert elsewhere.browser.get("/account").name == "sign_in.identifier"


def test_recovery_by_a_link_that_is_read_often_stays_open_s55(taro: Person, world: World) -> None:
    lockout.begins(taro)
    path = taro.opens_mail_link("リセットを取り消す").path
    scanner = world.browser()
    for method in ("GET", "HEAD") * 5:
        assert scanner.raw(method, path).status_code == 200
    assert taro.browser.get("/ap/recovery/case").state == "opened"


def test_recovery_is_seen_by_its_own_browser_only_s29(taro: Person, world: World) -> None:
    lockout.begins(taro)
    stranger = world.browser()
    stranger.client.set_cookie(
        "mihon_8000_session", taro.browser.cookie("mihon_8000_session") or "", domain="localhost"
    )
    assert stranger.get("/ap/recovery/case").name == "recovery.start"


def test_recovery_visit_ends_with_the_password_that_opened_it_s29(taro: Person, world: World) -> None:
    lockout.begins(taro)
    with world.services.store.writing() as db:
        db.execute(
            "UPDATE accounts SET password_hash = ? WHERE id = 'taro'",
            (world.services.hasher.hash("other one"),),
        )
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"


@pytest.mark.usefixtures("still")
def test_recovery_visit_lasts_an_hour_s27(taro: Person, world: World) -> None:
    lockout.begins(taro)
    world.clock.advance(3599)
    assert taro.browser.get("/ap/recovery/case").name == "recovery.case"
    world.clock.advance(1)
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"


def test_recovery_counts_wrong_passwords_with_the_sign_in_s25(taro: Person) -> None:
    for _ in range(3):
        taro.browser.get("/ap/recovery")
        taro.browser.submit(email=taro.email, password=WRONG)
    taro.gives_name()
    for _ in range(2):
        taro.browser.submit(password=WRONG)
    taro.browser.submit(password=WRONG)
    taro.browser.get("/ap/recovery")
    page = taro.browser.submit(email=taro.email, password=taro.password, expect=429)
    assert page.name == "recovery.start"


def test_recovery_hidden_fields_change_no_account_s29(taro: Person, world: World) -> None:
    taro.browser.get("/ap/recovery")
    data = {
        "csrf_token": taro.browser.csrf_token,
        "email": taro.email,
        "password": taro.password,
        "account_id": "jiro",
        "case": "sakura-recovery",
    }
    page = taro.browser.post("/ap/recovery", data)
    assert page.state == "opened"
    with world.services.store.reading() as db:
        assert recovery.newest_of_account(db, "jiro", ("opened",), world.clock.now()) is None


def test_recovery_opened_too_often_sends_no_more_mails(taro: Person, world: World) -> None:
    for _ in range(10):
        taro.browser.get("/ap/recovery")
        taro.browser.submit(email=taro.email, password=taro.password)
        taro.browser.press("リセットを取り消す")
        taro.browser.press("このページを閉じる")
    sent = len(world.phone.messages(to=taro.email))
    taro.browser.get("/ap/recovery")
    page = taro.browser.submit(email=taro.email, password=taro.password)
    assert page.name == "recovery.start" and page.problem
    assert len(world.phone.messages(to=taro.email)) == sent
