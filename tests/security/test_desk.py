"""What a reviewer can do, and cannot (docs/promises.md#61)."""

from __future__ import annotations

from tests import lockout
from tests.app_fixture import World
from webapp.store import events, recovery


def test_reviewer_has_no_field_for_a_password_and_leaves_it_alone_s61(world: World) -> None:
    sakura = world.person("sakura")
    before = lockout.account_of(world, sakura).password_hash
    desk = lockout.reviewer(world)
    page = lockout.begins_review(desk, "さくら")
    assert not page.has("[type=password]") and "password" not in page.one("#desk-decision").to_html()
    data = {
        "csrf_token": desk.browser.csrf_token,
        "verdict": "approve",
        "reason": "確認しました",
        "password": "chosen-by-desk",
        "password_hash": "x",
    }
    desk.browser.post("/desk/cases/sakura-recovery", data)
    assert lockout.account_of(world, sakura).password_hash == before


def test_reviewer_decisions_are_logged_with_who_when_and_why_s61(world: World) -> None:
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, "さくら")
    world.clock.advance(60)
    lockout.decides(desk, "approve", "住所と氏名が一致")
    with world.services.store.reading() as db:
        approved, taken = recovery.decisions_of(db, "sakura-recovery")
    assert (taken.decision, taken.by_account) == ("in_review", "desk")
    assert (approved.decision, approved.by_account, approved.reason) == (
        "approved",
        "desk",
        "住所と氏名が一致",
    )
    assert approved.at - taken.at >= 60
    page = desk.browser.get("/desk")
    assert "住所と氏名が一致" in page.text and "窓口" in page.text


def test_reviewer_device_is_not_told_to_the_owner_s61(world: World) -> None:
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, "さくら")
    lockout.decides(desk, "reject")
    with world.services.store.reading() as db:
        told = events.of_account(db, "sakura")
    assert {event.device for event in told if event.kind.startswith("recovery.")} == {"Mihon"}


def test_reviewer_decides_no_own_case_s61(world: World) -> None:
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET account_id = 'desk' WHERE id = 'sakura-recovery'")
    desk = lockout.reviewer(world)
    page = lockout.begins_review(desk, "窓口")
    assert "ご自身の依頼です" in page.text
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET state = 'in_review' WHERE id = 'sakura-recovery'")
    lockout.opens_case(desk, "窓口")
    page = lockout.decides(desk, "approve")
    assert "ご自身の依頼です" in page.problem


def test_reviewer_decides_a_case_once_s61(world: World) -> None:
    first, second = lockout.reviewer(world), lockout.reviewer(world)
    lockout.begins_review(first, "さくら")
    lockout.opens_case(second, "さくら")
    lockout.decides(first, "reject")
    lockout.decides(second, "approve")
    assert lockout.account_of(world, world.person("sakura")).two_step_on


def test_reviewer_decides_no_case_whose_time_is_over_s61(world: World) -> None:
    sakura = world.person("sakura")
    desk = lockout.reviewer(world)
    page = lockout.begins_review(desk, "さくら")
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET expires_at = ? WHERE id = 'sakura-recovery'", (world.clock.now() - 1,))
    data = {"csrf_token": desk.browser.csrf_token, "verdict": "approve", "reason": "確認しました"}
    assert desk.browser.raw("POST", page.path, data=data).status_code == 404
    assert lockout.account_of(world, sakura).two_step_on
