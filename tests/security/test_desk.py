"""What a reviewer can do, and cannot (docs/promises.md#61), and how a reviewer proves it (#80)."""

from __future__ import annotations

import pytest

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Press
from webapp.store import accounts, events, recovery


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


def test_reviewer_compares_name_and_address_with_the_documents(world: World) -> None:
    desk = lockout.reviewer(world)
    beside = lockout.begins_review(desk, "さくら").one("[aria-labelledby=documents]")
    assert "さくら" in beside.to_text() and "〒100-0000 東京都見本区二段階町 2-2-2" in " ".join(
        beside.to_text().split()
    )
    with world.services.store.writing() as db:
        accounts.set_address(db, "sakura", None)
    beside = desk.browser.get("/desk/cases/sakura-recovery").one("[aria-labelledby=documents]")
    assert "登録がない" in beside.to_text()


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
    assert {event.device for event in told if event.kind.startswith("recovery.")} == {""}
    mail = world.phone.mail("sakura@example.com")
    assert "日時" in mail.body and "デバイス" not in mail.body


def test_reviewer_decides_no_own_case_s61(world: World) -> None:
    desk = lockout.reviewer(world)
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET account_id = 'desk' WHERE id = 'sakura-recovery'")
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


def without_step_up(world: World) -> Person:
    """Return the reviewer, signed in with both steps 16 minutes ago."""
    desk = lockout.reviewer(world)
    world.clock.advance(16 * 60)
    return desk


def test_reviewer_without_two_step_verification_is_led_to_set_up_s80(world: World, language: str) -> None:
    world.sql("UPDATE accounts SET two_step_on = 0 WHERE id = 'desk'")
    world.sql("DELETE FROM methods WHERE account_id = 'desk'")
    desk = world.person("desk", language)
    desk.signs_in()
    for path in ("/desk", "/desk/cases/sakura-recovery", "/desk/cases/sakura-recovery/documents/x"):
        led = desk.browser.raw("GET", path)
        assert (led.status_code, led.headers["Location"]) == (303, "/a/settings/approval"), path
    page = desk.browser.get("/desk")
    assert {"ja": "審査窓口", "en": "review desk"}[language] in page.text and page.name == "step_up.confirm"
    desk.sets_up_by_sms(desk.number)
    assert desk.browser.get("/desk").name == "desk.queue"


def test_reviewer_takes_a_case_after_a_code_s80(world: World) -> None:
    desk = without_step_up(world)
    lockout.opens_case(desk, "さくら")
    assert desk.browser.press("審査を開始").name == "step_up.confirm"
    assert state(world) == "received"
    assert desk.browser.page.one(".links a").attrs["href"] == "/desk/cases/sakura-recovery"
    world.clock.advance(30)
    desk.walks(Press(pages.PROVE))
    page = desk.gives_code()
    assert (page.name, page.state) == ("desk.case", "received")  # led back to the case
    assert desk.browser.press("審査を開始").state == "in_review"


def test_reviewer_opens_a_document_after_a_code_s80(world: World) -> None:
    desk = lockout.reviewer(world)
    path = lockout.begins_review(desk, "さくら").one(".document a").attrs["href"]
    assert desk.browser.raw("GET", path).status_code == 200
    world.clock.advance(16 * 60)
    asked = desk.browser.raw("GET", path)
    assert asked.status_code == 303 and "return_to=/desk/cases/sakura-recovery" in asked.headers["Location"]
    page = lockout.opens_case(desk, "さくら")
    assert page.has(".document a") and not page.has(".document img")


def test_reviewer_decides_after_a_code_and_keeps_what_was_typed_s80(world: World) -> None:
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, "さくら")
    world.clock.advance(16 * 60)
    assert lockout.decides(desk, "approve", "住所が一致").name == "step_up.confirm"
    assert lockout.account_of(world, world.person("sakura")).two_step_on
    desk.walks(Press(pages.PROVE))
    page = desk.gives_code()
    assert (page.name, page.state) == ("desk.case", "in_review")
    assert page.has("#verdict-approve[checked]") and "住所が一致" in page.one("#reason").to_text()
    assert desk.browser.submit(form="#desk-decision").name == "desk.queue"
    assert not lockout.account_of(world, world.person("sakura")).two_step_on


def test_reviewer_code_is_good_for_fifteen_minutes_s80(world: World) -> None:
    desk = lockout.reviewer(world)
    world.clock.advance(14 * 60)
    assert lockout.begins_review(desk, "さくら").state == "in_review"


def state(world: World) -> str:
    return str(world.sql("SELECT state FROM flows WHERE id = 'sakura-recovery'")[0]["state"])


@pytest.mark.parametrize("verdict", ["ask_more", "approve", "reject"])
def test_queue_lists_what_its_headings_say(world: World, verdict: str) -> None:
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, "さくら")
    page = desk.browser.get("/desk")
    assert "さくら" in page.one("[aria-labelledby=waiting]").to_text()
    assert "さくら" not in page.one("[aria-labelledby=log]").to_text()
    page = lockout.opens_case(desk, "さくら")
    page = lockout.decides(desk, verdict)
    assert "さくら" not in page.one("[aria-labelledby=waiting]").to_text()
    assert "さくら" in page.one("[aria-labelledby=log]").to_text()
    assert page.has("[aria-labelledby=unanswered]") == (verdict == "ask_more")
