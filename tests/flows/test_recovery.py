"""Locked out (screens 18 and 19): the case, the documents, the desk, the end."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from tests import papers
from tests.house import World
from tests.people import Person
from tests.walk import Page

FILES: dict[str, Callable[[], bytes]] = {
    "licence.jpg": papers.jpg,
    "bill.pdf": papers.pdf,
    "letter.docx": papers.docx,
}


def file(name: str = "licence.jpg", content: bytes | None = None) -> tuple[io.BytesIO, str]:
    """A file as the walker sends it."""
    return io.BytesIO(FILES[name]() if content is None else content), name


def begins(person: Person) -> Page:
    """From the code page to the case, by the pages' own links."""
    person.gives_password()
    person.browser.follow("#auth-get-new-otp-link")
    person.browser.follow("[href='/ap/recovery']")
    return person.browser.submit(email=person.email, password=person.password)


def sends(person: Person, *files: Any) -> Page:
    return person.browser.submit(documents=list(files) or [file()])


def reviewer(world: World, language: str = "ja") -> Person:
    """The desk's person, signed in and at the queue."""
    person = world.person("desk", language)
    person.signs_in()
    person.browser.get("/account")
    person.browser.follow("[href='/desk']")
    return person


def opens_case(person: Person, name: str) -> Page:
    page = person.browser.get("/desk")
    row = next(link for link in page.all("a.row") if name in link.to_text())
    return person.browser.get(row.attrs["href"])


def begins_review(person: Person, name: str) -> Page:
    opens_case(person, name)
    return person.browser.press("審査を始める")


def decides(person: Person, verdict: str, reason: str = "名前と住所を確認しました") -> Page:
    return person.browser.submit(form="#desk-decision", verdict=verdict, reason=reason)


def account_of(world: World, person: Person) -> Any:
    from webapp.rules import identifiers

    return identifiers.find_account(world.services.store.db(), person.email)


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
            "1〜2日かかる可能性があります",
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
    begins(taro)
    sends(taro)
    elsewhere = taro.elsewhere()
    elsewhere.browser.get("/ap/recovery")
    page = elsewhere.browser.submit(email=taro.email, password=taro.password)
    assert page.state == "received"
    assert len(world.phone.messages(to=taro.email, q="リセットが依頼されました")) == 1
    assert taro.browser.get("/ap/recovery").name == "recovery.case"


def test_start_texts_an_owner_who_has_no_mail_address(world: World) -> None:
    taro = world.person("taro")
    with world.services.store.writing() as db:
        db.execute("UPDATE accounts SET email = NULL WHERE id = 'taro'")
    taro.browser.get("/ap/recovery")
    page = taro.browser.submit(email=taro.national, password=taro.password)
    assert page.state == "opened"
    text = world.phone.messages(to=taro.number)[0].body
    assert "2段階認証のリセットを依頼しました" in text
    link = text.rsplit("http://localhost:8000", 1)[1].strip()
    assert world.browser().get(link).name == "recovery.cancel_by_link"


def test_case_goes_from_documents_to_a_sign_in_by_password_alone(world: World, language: str) -> None:
    taro = world.person("taro", language)
    assert begins(taro).state == "opened"
    page = sends(taro, file(), file("bill.pdf"), file("letter.docx"))
    assert page.state == "received"
    assert len(page.all("ul.papers li")) == 3
    desk = reviewer(world, language)
    page = begins_review(desk, taro.name)
    assert page.state == "in_review"
    assert taro.browser.get("/ap/recovery/case").state == "in_review"
    assert decides(desk, "approve").name == "desk.queue"
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "approved"
    assert world.phone.mail(taro.email).subject.endswith("2段階認証をリセットしました")
    page = taro.browser.follow(".button.primary")
    taro.browser.submit(email=taro.email)
    assert taro.browser.submit(password=taro.password).name == "shop.home"
    assert taro.name in taro.page.text


@pytest.mark.parametrize("name", ["page.png", "photo.jpg.php"])
def test_case_refuses_what_is_no_document_and_keeps_nothing(taro: Person, world: World, name: str) -> None:
    begins(taro)
    page = sends(taro, file(), file(name, b"<!doctype html><script>alert(1)</script>"))
    assert page.state == "opened"
    assert "ファイルがあります" in page.problem
    assert len(list(world.services.uploads.folder.iterdir())) == 1  # sakura's


def test_case_asks_for_a_file_where_none_was_chosen(taro: Person) -> None:
    begins(taro)
    page = taro.browser.press("書類を送信")
    assert "送信する書類を選択してください" in page.problem


def test_case_takes_no_fourth_file(taro: Person) -> None:
    begins(taro)
    assert "3ファイルまで" in sends(taro, *[file() for _ in range(4)]).problem


def test_case_takes_more_documents_when_the_desk_asks_for_them(taro: Person, world: World) -> None:
    begins(taro)
    sends(taro)
    desk = reviewer(world)
    begins_review(desk, taro.name)
    decides(desk, "ask_more", "住所が分かる公共料金の領収書もお送りください")
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "more_wanted"
    assert "公共料金の領収書もお送りください" in page.text
    assert "公共料金の領収書もお送りください" in world.phone.mail(taro.email).body
    page = sends(taro, file("bill.pdf"))
    assert page.state == "received"
    assert len(page.all("ul.papers li")) == 2


def test_case_shows_why_it_was_declined(taro: Person, world: World) -> None:
    begins(taro)
    sends(taro)
    desk = reviewer(world)
    begins_review(desk, taro.name)
    decides(desk, "reject", "氏名が読み取れませんでした")
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == "rejected"
    assert "氏名が読み取れませんでした" in page.text
    assert "氏名が読み取れませんでした" in world.phone.mail(taro.email).body
    assert account_of(world, taro).two_step_on


def test_case_is_closed_by_its_button_and_goes_on(taro: Person) -> None:
    begins(taro)
    sends(taro)
    assert taro.browser.press("このページを閉じる").name == "sign_in.identifier"
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"
    assert taro.browser.submit(email=taro.email, password=taro.password).state == "received"


def brought_to(world: World, person: Person, state: str) -> None:
    """A case of this person in this state."""
    begins(person)
    if state == "opened":
        return
    sends(person)
    if state == "received":
        return
    desk = reviewer(world)
    begins_review(desk, person.name)
    if state == "more_wanted":
        decides(desk, "ask_more")


@pytest.mark.parametrize("state", ["opened", "received", "in_review", "more_wanted"])
def test_case_is_cancelled_by_its_button(taro: Person, world: World, state: str) -> None:
    brought_to(world, taro, state)
    page = taro.browser.get("/ap/recovery/case")
    assert page.state == state
    page = taro.browser.press("リセットを取り消す")
    assert page.state == "cancelled"
    assert "リセットを取り消しました" in world.phone.mail(taro.email).subject


@pytest.mark.parametrize("state", ["opened", "received", "in_review", "more_wanted"])
def test_case_is_cancelled_by_a_sign_in_with_a_code(taro: Person, world: World, state: str) -> None:
    brought_to(world, taro, state)
    world.clock.advance(60)
    taro.elsewhere().signs_in()
    assert taro.browser.get("/ap/recovery/case").state == "cancelled"
    assert "リセットを取り消しました" in world.phone.mail(taro.email).subject


def test_cancel_by_link_shows_first_and_cancels_by_its_button(world: World, language: str) -> None:
    taro = world.person("taro", language)
    begins(taro)
    sends(taro)
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
    begins(taro)
    link = taro.opens_mail_link("リセットを取り消す").path
    sends(taro)
    desk = reviewer(world)
    begins_review(desk, taro.name)
    decides(desk, "approve")
    page = world.browser().get(link)
    assert page.state == "approved"
    assert "取り消せる依頼はありません" in page.text


def test_cancel_by_link_knows_only_links_of_ours(browser: Any) -> None:
    assert browser.get("/ap/recovery/cancel/abc", expect=404).status == 404


# -- the desk's side ---------------------------------------------------------------------------------------


def test_queue_shows_sakuras_case_of_the_first_start(world: World, language: str) -> None:
    page = reviewer(world, language).page
    assert page.name == "desk.queue"
    assert "さくら" in page.html


def test_case_at_the_desk_opens_documents_once_the_review_has_begun(world: World) -> None:
    desk = reviewer(world)
    page = opens_case(desk, "さくら")
    assert (page.name, page.state) == ("desk.case", "received")
    assert not page.has(".document a")
    page = desk.browser.press("審査を始める")
    picture = desk.browser.raw("GET", page.one(".document img").attrs["src"])
    assert picture.mimetype == "image/png" and picture.data.startswith(b"\x89PNG")


def test_case_at_the_desk_wants_a_decision_and_a_reason(world: World, language: str) -> None:
    desk = reviewer(world, language)
    begins_review(desk, "さくら")
    page = desk.browser.submit(form="#desk-decision")
    assert page.name == "desk.case"
    assert len(page.all("#auth-error-message-box li")) == 2
    page = desk.browser.submit(form="#desk-decision", verdict="reject", reason="あ" * 501)
    assert page.has("#reason[aria-invalid=true]")
    assert page.has("#verdict-reject[checked]")


def test_case_at_the_desk_that_was_decided_elsewhere_is_shown_again(world: World) -> None:
    first, second = reviewer(world), reviewer(world)
    begins_review(first, "さくら")
    opens_case(second, "さくら")
    decides(first, "reject")
    page = decides(second, "approve")
    assert page.state == "rejected"
    assert "状態が変わりました" in page.text
    assert account_of(world, world.person("sakura")).two_step_on
