"""Locked out, the desk and older devices: what must not happen (SECURITY.md 25, 29, 55, 59–61)."""

from __future__ import annotations

import io
from typing import Any

import pytest

from tests import papers
from tests.flows import test_recovery as walks
from tests.flows.test_music import types
from tests.house import World
from tests.people import Person
from webapp.rules import trust as trust_rules
from webapp.store import events, methods, recovery, sessions, trust
from webapp.store.accounts import Account

WRONG = "Mihon-demo-2"


def facts(world: World, person: Person) -> tuple[Any, ...]:
    """Everything about an account that a reset may change."""
    account: Account = walks.account_of(world, person)
    db = world.services.store.db()
    now = world.clock.now()
    return (
        account,
        methods.of_account(db, account.id),
        [session.id_hash for session in sessions.of_account(db, account.id, now, 3600)],
        [trusted.id for trusted in trust.of_account(db, account.id, account.trust_epoch, now)],
    )


def files(world: World) -> set[str]:
    return {path.name for path in world.services.uploads.folder.iterdir()}


def signed_in_and_trusted(person: Person) -> Person:
    """The same person, signed in elsewhere in a trusted browser."""
    elsewhere = person.elsewhere()
    elsewhere.signs_in(trust=True)
    return elsewhere


# -- recovery ----------------------------------------------------------------------------------------------


def test_recovery_signs_nobody_in_s55(taro: Person) -> None:
    walks.begins(taro)
    walks.sends(taro)
    assert taro.browser.get("/account").name == "sign_in.identifier"
    assert "太郎" not in taro.browser.get("/").text


def test_recovery_changes_nothing_before_the_decision_s55(taro: Person, world: World) -> None:
    elsewhere = signed_in_and_trusted(taro)
    world.clock.advance(60)
    before = facts(world, taro)
    walks.begins(taro)
    walks.sends(taro)
    assert facts(world, taro) == before
    desk = walks.reviewer(world)
    walks.begins_review(desk, taro.name)
    walks.decides(desk, "ask_more")
    taro.browser.get("/ap/recovery/case")
    walks.sends(taro)
    walks.begins_review(desk, taro.name)
    walks.decides(desk, "reject")
    assert facts(world, taro) == before
    assert elsewhere.browser.get("/account").name == "account.services"


def test_recovery_mails_the_owner_at_once_with_a_link_to_cancel_s55(taro: Person, world: World) -> None:
    walks.begins(taro)
    mail = world.phone.mail(taro.email)
    assert "リセットが依頼されました" in mail.subject
    assert "/ap/recovery/cancel/" in mail.link("リセットを取り消す")


def test_recovery_ends_every_session_and_all_trust_when_approved_s55(taro: Person, world: World) -> None:
    elsewhere = signed_in_and_trusted(taro)
    world.clock.advance(60)
    walks.begins(taro)
    walks.sends(taro)
    desk = walks.reviewer(world)
    walks.begins_review(desk, taro.name)
    walks.decides(desk, "approve")
    account, owned, signed_in, trusted = facts(world, taro)
    assert not account.two_step_on
    assert (owned, signed_in, trusted) == ([], [], [])
    assert elsewhere.browser.get("/account").name == "sign_in.identifier"


def test_recovery_by_a_link_that_is_read_often_stays_open_s55(taro: Person, world: World) -> None:
    walks.begins(taro)
    path = taro.opens_mail_link("リセットを取り消す").path
    scanner = world.browser()
    for method in ("GET", "HEAD") * 5:
        assert scanner.raw(method, path).status_code == 200
    assert taro.browser.get("/ap/recovery/case").state == "opened"


def test_recovery_is_seen_by_its_own_browser_only_s29(taro: Person, world: World) -> None:
    walks.begins(taro)
    stranger = world.browser()
    stranger.client.set_cookie(
        "mihon_session", taro.browser.cookie("mihon_session") or "", domain="localhost"
    )
    assert stranger.get("/ap/recovery/case").name == "recovery.start"


def test_recovery_visit_ends_with_the_password_that_opened_it_s29(taro: Person, world: World) -> None:
    walks.begins(taro)
    with world.services.store.writing() as db:
        db.execute(
            "UPDATE accounts SET password_hash = ? WHERE id = 'taro'",
            (world.services.hasher.hash("other one"),),
        )
    assert taro.browser.get("/ap/recovery/case").name == "recovery.start"


def test_recovery_visit_lasts_an_hour_s27(taro: Person, world: World) -> None:
    walks.begins(taro)
    world.clock.advance(3599)
    assert taro.browser.get("/ap/recovery/case").name == "recovery.case"
    world.clock.advance(2)
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
    assert (
        recovery.newest_of_account(world.services.store.db(), "jiro", ("opened",), world.clock.now()) is None
    )


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


# -- documents ---------------------------------------------------------------------------------------------


def test_upload_one_byte_over_is_413_and_the_limit_is_not_s58(house_with: Any) -> None:
    world = house_with(upload_bytes=20_000).fresh()
    taro = world.person("taro")
    walks.begins(taro)
    over = walks.file("bill.pdf", papers.pdf(size=20_001))
    page = taro.browser.submit(documents=[over], expect=413)
    assert "大きすぎます" in page.problem
    assert walks.sends(taro, walks.file("bill.pdf", papers.pdf(size=20_000))).state == "received"


def test_upload_of_more_than_all_files_may_have_is_413_s58(house_with: Any) -> None:
    world = house_with(upload_bytes=20_000).fresh()
    taro = world.person("taro")
    walks.begins(taro)
    page = taro.browser.submit(documents=[walks.file("bill.pdf", papers.pdf(size=400_000))], expect=413)
    assert page.status == 413


def test_upload_without_a_case_takes_no_more_than_any_form_s58(world: World) -> None:
    data = {"documents": (io.BytesIO(b"x" * 2_000_000), "a.pdf")}
    answer = world.browser().raw("POST", "/ap/recovery/case", data=data)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name",
    ["../../../x.png", "..\\..\\x.png", "/etc/x.png", "\u202egnp.x.png", "a" * 5000 + ".png", "x;'.png"],
)
def test_upload_names_are_forgotten_s59(taro: Person, world: World, name: str) -> None:
    before = files(world)
    walks.begins(taro)
    page = walks.sends(taro, walks.file(name, papers.png()))
    assert page.state == "received"
    (kept,) = files(world) - before
    assert len(kept) == 32 and set(kept) <= set("0123456789abcdef")
    static = world.site.static_folder or ""
    assert not str(world.services.uploads.folder).startswith(static)
    assert name[-12:] not in page.html


def test_upload_is_sealed_at_rest_s59(taro: Person, world: World) -> None:
    before = files(world)
    walks.begins(taro)
    walks.sends(taro, walks.file("bill.pdf", papers.pdf()))
    (kept,) = files(world) - before
    content = (world.services.uploads.folder / kept).read_bytes()
    assert b"PDF" not in content and b"Catalog" not in content


def test_upload_is_served_as_an_attachment_and_nosniff_s59(world: World) -> None:
    desk = walks.reviewer(world)
    page = walks.begins_review(desk, "さくら")
    answer = desk.browser.raw("GET", page.one(".document a").attrs["href"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="document-1.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_upload_is_seen_by_reviewers_only_s60(world: World, hanako: Person) -> None:
    desk = walks.reviewer(world)
    path = walks.begins_review(desk, "さくら").one(".document a").attrs["href"]
    assert desk.browser.raw("GET", path).status_code == 200
    assert world.browser().raw("GET", path).status_code == 303
    hanako.signs_in()
    for each in (path, "/desk", "/desk/cases/sakura-recovery"):
        assert hanako.browser.raw("GET", each).status_code == 403
    sakura = world.person("sakura")
    sakura.browser.get("/ap/recovery")
    page = sakura.browser.submit(email=sakura.email, password=sakura.password)
    assert page.state == "in_review"
    assert sakura.browser.raw("GET", path).status_code == 303


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_upload_is_gone_after_the_decision_s60(world: World, verdict: str) -> None:
    desk = walks.reviewer(world)
    path = walks.begins_review(desk, "さくら").one(".document a").attrs["href"]
    assert files(world)
    walks.decides(desk, verdict)
    assert not files(world)
    assert desk.browser.raw("GET", path).status_code == 404


def test_upload_is_gone_after_a_cancellation_s60(world: World) -> None:
    sakura = world.person("sakura")
    sakura.browser.get("/ap/recovery")
    sakura.browser.submit(email=sakura.email, password=sakura.password)
    sakura.browser.press("リセットを取り消す")
    assert not files(world)


def test_upload_is_gone_after_a_sign_in_with_a_code_s60(world: World) -> None:
    world.person("sakura").signs_in()
    assert not files(world)


def test_upload_left_by_a_crash_is_swept(world: World) -> None:
    uploads = world.services.uploads
    uploads.write("0" * 32, b"left over")
    needed = recovery.document_names(world.services.store.db())
    assert uploads.sweep(needed, untouched_for_seconds=3600) == 0
    assert uploads.sweep(needed) == 1
    assert files(world) == needed


# -- the desk ----------------------------------------------------------------------------------------------


def test_reviewer_has_no_field_for_a_password_and_leaves_it_alone_s61(world: World) -> None:
    sakura = world.person("sakura")
    before = walks.account_of(world, sakura).password_hash
    desk = walks.reviewer(world)
    page = walks.begins_review(desk, "さくら")
    assert not page.has("[type=password]") and "password" not in page.one("#desk-decision").to_html()
    data = {
        "csrf_token": desk.browser.csrf_token,
        "verdict": "approve",
        "reason": "確認しました",
        "password": "chosen-by-desk",
        "password_hash": "x",
    }
    desk.browser.post("/desk/cases/sakura-recovery", data)
    assert walks.account_of(world, sakura).password_hash == before


def test_reviewer_decisions_are_logged_with_who_when_and_why_s61(world: World) -> None:
    desk = walks.reviewer(world)
    walks.begins_review(desk, "さくら")
    world.clock.advance(60)
    walks.decides(desk, "approve", "住所と氏名が一致")
    approved, taken = recovery.decisions_of(world.services.store.db(), "sakura-recovery")
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
    desk = walks.reviewer(world)
    walks.begins_review(desk, "さくら")
    walks.decides(desk, "reject")
    told = events.of_account(world.services.store.db(), "sakura")
    assert {event.device for event in told if event.kind.startswith("recovery.")} == {"Mihon"}


def test_reviewer_decides_no_own_case_s61(world: World) -> None:
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET account_id = 'desk' WHERE id = 'sakura-recovery'")
    desk = walks.reviewer(world)
    page = walks.begins_review(desk, "窓口")
    assert "ご自身の依頼です" in page.text
    with world.services.store.writing() as db:
        db.execute("UPDATE flows SET state = 'in_review' WHERE id = 'sakura-recovery'")
    walks.opens_case(desk, "窓口")
    page = walks.decides(desk, "approve")
    assert "ご自身の依頼です" in page.problem


def test_reviewer_decides_a_case_once_s61(world: World) -> None:
    first, second = walks.reviewer(world), walks.reviewer(world)
    walks.begins_review(first, "さくら")
    walks.opens_case(second, "さくら")
    walks.decides(first, "reject")
    walks.decides(second, "approve")
    assert walks.account_of(world, world.person("sakura")).two_step_on


# -- older devices -----------------------------------------------------------------------------------------


def test_older_device_uses_a_code_once_s25(taro: Person, jiro: Person) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    types(taro, taro.password + code)
    again = taro.elsewhere()
    types(again, taro.password)
    assert "花子" not in types(again, taro.password + code).text and again.page.problem
    app = jiro.app_code()
    types(jiro, jiro.password)
    types(jiro, jiro.password + app)
    other = jiro.elsewhere()
    other.gives_password()
    page = other.gives_code(app)
    assert page.name == "sign_in.code" and page.problem  # its step is used up on every path


def test_older_device_shares_the_counter_of_wrong_codes_s25(jiro: Person) -> None:
    types(jiro, jiro.password)
    for _ in range(3):
        types(jiro, jiro.password + "000000")
    page = types(jiro, jiro.password + "000000", expect=429)
    assert page.headers["Retry-After"]
    elsewhere = jiro.elsewhere()
    elsewhere.gives_password()
    page = elsewhere.browser.submit(otpCode=jiro.app_code(), expect=429)
    assert page.name == "sign_in.code"


def test_older_device_is_never_trusted_s25(taro: Person, world: World) -> None:
    taro.browser.get("/music")
    types(taro, taro.password)
    types(taro, taro.password + taro.reads_code())
    account = walks.account_of(world, taro)
    db = world.services.store.db()
    assert trust.of_account(db, account.id, account.trust_epoch, world.clock.now()) == []
    for app in ("shop", "music"):
        assert taro.browser.cookie(f"mihon_{trust_rules.cookie_name(account.id, app)}") is None


def test_older_device_reads_no_trust_s25(taro: Person, world: World) -> None:
    taro.browser.get("/music")
    taro.browser.follow("#music-sign-in")
    taro.browser.submit(email=taro.email)
    taro.browser.submit(password=taro.password)
    taro.gives_code(trust=True)
    taro.browser.press("サインアウト")
    world.clock.advance(60)
    assert types(taro, taro.password).state == "code"


def test_older_device_code_is_good_on_that_device_alone_s25(taro: Person) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    other = taro.elsewhere()
    assert "パスワードが正しくありません" in types(other, taro.password + code).problem


def test_older_device_flow_dies_after_ten_minutes_s25(taro: Person, world: World) -> None:
    types(taro, taro.password)
    code = taro.reads_code()
    world.clock.advance(601)
    assert "パスワードが正しくありません" in types(taro, taro.password + code).problem


def test_older_device_hashes_once_a_request(
    taro: Person, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    matches = world.services.hasher.matches

    def counted(stored: str | None, password: str) -> bool:
        hashed.append(password)
        return bool(matches(stored, password))

    monkeypatch.setattr(world.services.hasher, "matches", counted)
    types(taro, taro.password)
    types(taro, taro.password + taro.reads_code())
    assert hashed == [taro.password, taro.password]


def test_music_cookie_opens_nothing_in_the_shop_nor_the_other_way_s45(taro: Person, hanako: Person) -> None:
    hanako.browser.get("/music")
    hanako.browser.follow("#music-sign-in")
    hanako.browser.submit(email=hanako.email)
    hanako.browser.submit(password=hanako.password)
    assert hanako.browser.get("/account").name == "sign_in.identifier"
    assert hanako.browser.cookie("mihon_music")
    headers = hanako.browser.raw("GET", "/music").headers
    assert "mihon_music" not in str(headers)
    other = hanako.elsewhere()
    other.signs_in()
    assert other.browser.get("/music").state == "out"


def test_trust_of_the_music_app_rotates_and_a_copy_kills_it_s52(taro: Person, world: World) -> None:
    def signs_in() -> str:
        taro.browser.get("/music")
        if taro.page.state == "in":
            taro.browser.press("サインアウト")
        taro.browser.get("/music/ap/signin")
        taro.browser.submit(email=taro.email)
        return taro.browser.submit(password=taro.password).name

    signs_in()
    taro.gives_code(trust=True)
    name = f"mihon_{trust_rules.cookie_name('taro', 'music')}"
    first = taro.browser.cookie(name) or ""
    assert signs_in() == "music.home"
    assert taro.browser.cookie(name) != first
    taro.browser.client.set_cookie(name, first, domain="localhost")
    world.clock.advance(60)
    assert signs_in() == "music.sign_in.code"
    assert (
        "信頼済み" in world.phone.mail(taro.email).subject
        or "ブラウザ" in world.phone.mail(taro.email).subject
    )
