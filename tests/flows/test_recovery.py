"""Locked out (docs/screens.md#18, #19): the case, the documents, the desk, the end."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from webapp.store import flows
from webapp.store import recovery as stored
from webapp.store.engine.recording import listening

# -- the owner's side --------------------------------------------------------------------------------------


def test_start_tells_which_papers_and_asks_for_name_and_password(world: World, language: str) -> None:
    taro = world.person("taro", language)
    taro.gives_password()
    taro.browser.follow("#auth-get-new-otp-link")
    page = taro.browser.follow("[href='/ap/recovery']")
    assert page.name == "recovery.start"
    if language == "ja":
        for words in (
            "2段階認証のリセット",
            "運転免許証、パスポート",
            "年金手帳(年金証明書を含む)、外国人登録証明書(在留カード、特別永住者証明書を含む)",
            "健康保険証(高齢者医療保険証、介護保険証、共済組合員証を含む)",
            "過去6か月以内に発行された公共料金(電気、ガス、水道など)の領収書",
            "口座番号・身分証明書の番号などの機密情報は隠してください",
            "1〜2日",
        ):
            assert words in page.text
    page = taro.browser.submit(email=taro.email, password=taro.password)
    assert (page.name, page.state) == ("recovery.case", "opened")


def test_start_refuses_a_wrong_password(taro: Person) -> None:
    taro.browser.get("/ap/recovery")
    page = taro.browser.submit(email=taro.email, password="Mihon-demo-2")
    assert page.name == "recovery.start"
    assert "パスワードが正しくありません" in page.problem


def test_start_has_nothing_to_reset_where_the_password_alone_signs_in(hanako: Person) -> None:
    hanako.browser.get("/ap/recovery")
    page = hanako.browser.submit(email=hanako.email, password=hanako.password)
    assert "2段階認証は無効です" in page.problem


def test_start_leads_back_to_the_case_that_is_open(taro: Person, world: World) -> None:
    lockout.begins(taro)
    lockout.sends(taro)
    elsewhere = taro.elsewhere()
    elsewhere.browser.get("/ap/recovery")
    page = elsewhere.browser.submit(email=taro.email, password=taro.password)
    assert page.state == "received"
    assert len(world.phone.messages(to=taro.email, q="リセットが依頼されました")) == 1
    assert taro.browser.get("/ap/recovery").name == "recovery.case"


def test_start_takes_the_owner_of_an_expired_case_again(taro: Person, world: World) -> None:
    lockout.begins(taro)
    world.clock.advance(30 * 86400 - 60)
    lockout.begins(taro)
    world.clock.advance(120)
    assert taro.browser.raw("GET", "/ap/recovery/case/poll").status_code == 410
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"
    assert lockout.begins(taro).state == "opened"


def test_start_texts_an_owner_who_has_no_mail_address(world: World) -> None:
    taro = world.person("taro")
    with world.services.store.writing() as db:
        db.execute("UPDATE accounts SET email = NULL WHERE id = 'taro'")
    taro.browser.get("/ap/recovery")
    page = taro.browser.submit(email=taro.national, password=taro.password)
    assert page.state == "opened"
    text = world.phone.messages(to=taro.number)[0].body
    assert "2段階認証のリセットが依頼されました" in text
    link = text.rsplit("http://localhost:8000", 1)[1].strip()
    assert world.browser().get(link).name == "recovery.cancel_by_link"


def polls(person: Person) -> str:
    """Ask as the script of the person's page does."""
    address = person.page.one("[data-module=poll]").attrs["data-url"]
    return str(person.browser.raw("GET", address).get_json()["status"])


def test_pages_of_a_case_hear_of_the_other_sides_steps(world: World) -> None:
    taro, desk = world.person("taro"), lockout.reviewer(world)
    lockout.begins(taro)
    assert (polls(taro), polls(desk)) == ("pending", "pending")
    lockout.sends(taro)
    assert (polls(taro), polls(desk)) == ("pending", "changed")
    lockout.begins_review(desk, taro.name)
    assert (polls(taro), polls(desk)) == ("changed", "pending")
    taro.browser.get("/ap/recovery/case")
    lockout.decides(desk, "ask_more")
    assert (polls(taro), polls(desk)) == ("changed", "pending")
    taro.browser.get("/ap/recovery/case")
    lockout.opens_case(desk, taro.name)
    lockout.sends(taro, lockout.file("bill.pdf"))
    assert (polls(taro), polls(desk)) == ("pending", "changed")


def test_poll_of_a_full_queue_asks_little_and_hears_of_the_newest_case(world: World) -> None:
    taro, desk = world.person("taro"), lockout.reviewer(world)
    with world.services.store.writing() as db:
        now = world.clock.now()
        for number in range(100):  # as many as the desk lists
            flows.add(
                db, kind=stored.KIND, state="more_wanted", account_id="hanako", browser=b"", data={},
                now=now - 1000 + number, life_seconds=2000,
            )  # fmt: skip
    desk.browser.get("/desk")
    statements: list[str] = []
    with listening(statements.append):
        assert polls(desk) == "pending"
    assert len(statements) < 20
    lockout.begins(taro)
    lockout.sends(taro)
    assert polls(desk) == "changed"


def test_poll_of_a_case_answers_its_browser_and_reviewers_only(world: World) -> None:
    desk = lockout.reviewer(world)
    for path in ("/ap/recovery/case/poll", "/desk/poll", "/desk/cases/sakura-recovery/poll"):
        assert world.browser().raw("GET", path).status_code == 404
    assert desk.browser.raw("GET", "/desk/cases/nowhere/poll").status_code == 404
    hanako = world.person("hanako")
    hanako.signs_in()
    assert hanako.browser.raw("GET", "/desk/poll").status_code == 404


def test_page_with_an_error_does_not_poll(world: World) -> None:
    taro = world.person("taro")
    lockout.begins(taro)
    page = lockout.sends(taro, lockout.file("licence.jpg", b"nothing"))
    assert page.problem and not page.has("[data-module=poll]")


def test_case_goes_from_documents_to_a_sign_in_by_password_alone(world: World, language: str) -> None:
    taro = world.person("taro", language)
    assert lockout.begins(taro).state == "opened"
    page = lockout.sends(taro, lockout.file(), lockout.file("bill.pdf"), lockout.file("letter.docx"))
    assert page.state == "received"
    sizes = [paper.to_text() for paper in page.all("ul.papers li")]
    gap = {"ja": "", "en": " "}[language]
    assert len(sizes) == 3 and not [size for size in sizes if not re.search(rf"[ 、]\d+{gap}KB\)", size)]
    assert {"ja": "書類を受け付けました", "en": "received documents"}[language] in world.phone.mail(
        taro.email
    ).subject
    desk = lockout.reviewer(world, language)
    page = lockout.begins_review(desk, taro.name)
    assert page.state == "in_review"
    assert taro.browser.get("/ap/recovery/case").state == "in_review"
    queue = lockout.decides(desk, "approve")
    assert queue.name == "desk.queue"
    assert taro.name in queue.one("[aria-labelledby=log]").to_text()
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "approved"
    assert {"ja": "2段階認証をリセットしました", "en": "was reset"}[language] in world.phone.mail(
        taro.email
    ).subject
    page = taro.browser.follow(".button.primary")
    taro.browser.submit(email=taro.email)
    assert taro.browser.submit(password=taro.password).name == "shop.home"
    assert taro.name in taro.page.text


@pytest.mark.parametrize("name", ["page.png", "photo.jpg.php"])
def test_case_refuses_what_is_no_document_and_keeps_nothing(taro: Person, world: World, name: str) -> None:
    lockout.begins(taro)
    page = lockout.sends(
        taro, lockout.file(), lockout.file(name, b"<!doctype html><script>alert(1)</script>")
    )
    assert page.state == "opened"
    assert "ファイルがあります" in page.problem
    assert len(lockout.files(world)) == 1  # sakura's


def test_case_asks_for_a_file_where_none_was_chosen(taro: Person) -> None:
    lockout.begins(taro)
    page = taro.browser.press("書類を送信")
    assert "送信する書類を選択してください" in page.problem


def test_case_takes_no_fourth_file(taro: Person) -> None:
    lockout.begins(taro)
    assert "3件まで" in lockout.sends(taro, *[lockout.file() for _ in range(4)]).problem


def test_case_takes_more_documents_when_the_desk_asks_for_them(taro: Person, world: World) -> None:
    lockout.begins(taro)
    lockout.sends(taro)
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "ask_more", "住所が分かる公共料金の領収書もお送りください")
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "more_wanted"
    assert "公共料金の領収書もお送りください" in page.text
    assert "公共料金の領収書もお送りください" in world.phone.mail(taro.email).body
    page = lockout.sends(taro, lockout.file("bill.pdf"))
    assert page.state == "received"
    assert len(page.all("ul.papers li")) == 2


def test_case_shows_why_it_was_declined(taro: Person, world: World) -> None:
    lockout.begins(taro)
    lockout.sends(taro)
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "reject", "氏名が読み取れませんでした")
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "rejected"
    assert "氏名が読み取れませんでした" in page.text
    assert "氏名が読み取れませんでした" in world.phone.mail(taro.email).body
    assert lockout.account_of(world, taro).two_step_on


def test_case_is_closed_by_its_button_and_goes_on(taro: Person) -> None:
    lockout.begins(taro)
    lockout.sends(taro)
    assert taro.browser.press("このページを閉じる").name == "sign_in.identifier"
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"
    assert taro.browser.submit(email=taro.email, password=taro.password).state == "received"


@pytest.mark.parametrize("state", ["opened", "received", "in_review", "more_wanted"])
def test_case_is_cancelled_by_its_button(taro: Person, world: World, state: str) -> None:
    lockout.brought_to(world, taro, state)
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == state
    page = taro.browser.press("リセットを取り消す")
    assert page.state == "cancelled"
    assert "リセットを取り消しました" in world.phone.mail(taro.email).subject
    assert taro.browser.follow("#recovery-again").name == "recovery.start"
    assert taro.browser.submit(email=taro.email, password=taro.password).state == "opened"


@pytest.mark.parametrize("state", ["opened", "received", "in_review", "more_wanted"])
def test_case_is_cancelled_by_a_sign_in_with_a_code_s55(taro: Person, world: World, state: str) -> None:
    lockout.brought_to(world, taro, state)
    world.clock.advance(60)
    taro.elsewhere().signs_in()
    assert taro.browser.get("/ap/recovery/case").state == "cancelled"
    assert "リセットを取り消しました" in world.phone.mail(taro.email).subject


def test_cancel_by_link_shows_first_and_cancels_by_its_button_s55(world: World, language: str) -> None:
    taro = world.person("taro", language)
    lockout.begins(taro)
    lockout.sends(taro)
    page = taro.opens_mail_link("リセットを取り消す")
    assert (page.name, page.state) == ("recovery.cancel_by_link", "received")
    assert taro.browser.get("/ap/recovery/case").state == "received"
    owner = world.browser(language)
    page = owner.get(page.path)
    page = owner.press("リセットを取り消す")
    assert page.state == "cancelled"
    assert owner.get(page.path).state == "cancelled"
    assert taro.browser.get("/ap/recovery/case").state == "cancelled"


def test_cancel_by_link_is_too_late_after_the_decision(taro: Person, world: World) -> None:
    lockout.begins(taro)
    link = taro.opens_mail_link("リセットを取り消す").path
    lockout.sends(taro)
    desk = lockout.reviewer(world)
    lockout.begins_review(desk, taro.name)
    lockout.decides(desk, "approve")
    page = world.browser().get(link)
    assert page.state == "approved"
    assert "取り消せる依頼はありません" in page.text


def test_cancel_by_link_knows_only_links_of_ours(browser: Any) -> None:
    assert browser.get("/ap/recovery/cancel/abc", expect=404).status == 404


# -- the desk's side ---------------------------------------------------------------------------------------


def test_queue_shows_sakuras_case_of_the_first_start(world: World, language: str) -> None:
    page = lockout.reviewer(world, language).page
    assert page.name == "desk.queue"
    assert "さくら" in page.html


def test_case_at_the_desk_opens_documents_once_the_review_has_begun(world: World) -> None:
    desk = lockout.reviewer(world)
    page = lockout.opens_case(desk, "さくら")
    assert (page.name, page.state) == ("desk.case", "received")
    assert not page.has(".document a")
    page = desk.browser.press("審査を開始")
    picture = desk.browser.raw("GET", page.one(".document img").attrs["src"])
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")


def test_case_at_the_desk_wants_a_decision_and_a_reason(world: World, language: str) -> None:
    desk = lockout.reviewer(world, language)
    lockout.begins_review(desk, "さくら")
    page = desk.browser.submit(form="#desk-decision")
    assert page.name == "desk.case"
    assert len(page.all("#auth-error-message-box li")) == 2
    page = desk.browser.submit(form="#desk-decision", verdict="reject", reason="あ" * 501)
    assert page.has("#reason[aria-invalid=true]")
    assert page.has("#verdict-reject[checked]")


def test_case_at_the_desk_that_was_decided_elsewhere_is_shown_again(world: World) -> None:
    first, second = lockout.reviewer(world), lockout.reviewer(world)
    lockout.begins_review(first, "さくら")
    lockout.opens_case(second, "さくら")
    lockout.decides(first, "reject")
    page = lockout.decides(second, "approve")
    assert page.state == "rejected"
    assert "状態が変わりました" in page.text
    assert lockout.account_of(world, world.person("sakura")).two_step_on
