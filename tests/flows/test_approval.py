"""The approval by mail (docs/screens.md#8 to #10): waiting, deciding, and the text instead of a mail."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.actors import Person
from tests.app_fixture import World
from webapp.store import accounts


def test_wait_names_where_the_mail_went_without_giving_it_away(world: World, language: str) -> None:
    hanako = world.person("hanako", language)
    hanako.signs_in()
    page = hanako.asks_for_settings()
    assert page.name == "approval.wait"
    assert "h***@example.com" in page.text
    assert "hanako@example.com" not in page.html
    pressed = "下のボタンを押して" if language == "ja" else "press the button below"
    assert (
        pressed in page.one("[data-alone]").to_text()
    )  # a script that goes on by itself says so in its place


def test_mail_says_who_when_where_and_links_to_the_decision(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    mail = world.phone.mail(hanako.email)
    assert mail.subject == "Mihonセキュリティ警告: アカウントデータアクセスの試行が検出されました"
    for part in (mail.body, mail.html):
        assert "日時" in part
        assert "Chrome, Windows" in part
        assert "127.0.0.1" in part
        assert "花子" in part
    assert urlsplit(mail.link("承認または否認してください")).path.startswith("/a/c/r/")


def test_decide_approves_once_and_the_asking_browser_goes_on(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    early = hanako.browser.submit(form="#approval-go-on")
    assert early.name == "approval.wait"
    assert "まだ承認されていません" in early.one("#auth-error-message-box").to_text()
    assert hanako.approves().state == "approved"
    assert hanako.opens_mail_link().state == "approved"
    page = hanako.browser.submit(form="#approval-go-on")
    assert page.name == "settings.overview"
    assert page.path == "/a/settings/approval"


def test_approval_that_is_ready_is_taken_by_another_press(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    hanako.approves()
    assert hanako.asks_for_settings().name == "settings.overview"
    assert len(world.phone.messages(to=hanako.email)) == 1, "no other mail was sent"


@pytest.mark.parametrize("is_ready", [True, False])
def test_approval_leads_to_the_page_that_was_asked_for_last(hanako: Person, is_ready: bool) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    if is_ready:
        hanako.approves()
    hanako.browser.get("/account/security/name")
    page = hanako.browser.submit(form='form[action="/ap/cvf/confirm"]')
    if not is_ready:
        hanako.approves()
        page = hanako.goes_on()
    assert page.name == "account.change_name"


def test_decided_denial_is_final_and_told(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    assert hanako.denies().state == "denied"
    page = hanako.browser.reload()
    assert (page.name, page.state) == ("approval.wait", "denied")
    assert page.one("h1").to_text() == "リクエストは否認されました"
    assert hanako.browser.get("/a/settings/approval").name == "step_up.confirm"
    assert "否認" in world.phone.mail(hanako.email).subject


def test_poll_tells_the_asking_browser_only(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    assert hanako.browser.raw("GET", "/ap/cvf/approval/poll").get_json() == {"status": "pending"}
    other = hanako.elsewhere()
    other.signs_in()
    assert other.browser.raw("GET", "/ap/cvf/approval/poll").status_code == 404
    hanako.approves()
    assert hanako.browser.raw("GET", "/ap/cvf/approval/poll").get_json() == {"status": "approved"}


def test_resend_sends_a_new_link_and_the_old_one_leads_nowhere(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    first = urlsplit(world.phone.mail(hanako.email).link("承認または否認してください")).path
    world.clock.advance(31)
    hanako.browser.reload()
    hanako.browser.press("再送信")
    second = urlsplit(world.phone.mail(hanako.email).link("承認または否認してください")).path
    assert first != second
    assert world.browser().get(first, expect=404).status == 404
    assert world.browser().get(second).state == "pending"


def test_request_under_way_is_used_again(world: World, hanako: Person) -> None:
    hanako.signs_in()
    for _ in range(10):
        hanako.asks_for_settings()
    assert len(world.phone.messages(to=hanako.email)) == 1


def test_wait_expires_after_ten_minutes_and_can_be_asked_anew(world: World, hanako: Person) -> None:
    hanako.signs_in()
    hanako.asks_for_settings()
    world.clock.advance(601)
    assert hanako.opens_mail_link().state == "expired"
    assert hanako.browser.reload().state == "expired"
    assert hanako.browser.press("新しい通知を送信").state == "pending"
    hanako.approves()
    assert hanako.browser.submit(form="#approval-go-on").name == "settings.overview"


def test_requests_are_capped_in_a_day(world: World, hanako: Person) -> None:
    hanako.signs_in()
    for _ in range(11):
        hanako.asks_for_settings()
        page = hanako.page
        world.clock.advance(601)
    assert len(world.phone.messages(to=hanako.email)) == 10
    assert "24時間" in page.text


def test_account_without_mail_is_texted_a_code_and_a_link_that_only_denies(world: World) -> None:
    services = world.services
    with services.store.writing() as db:
        accounts.add(
            db,
            now=services.clock.now(),
            name="凛",
            email=None,
            phone="+819011112222",
            language="ja",
            password_hash=services.hasher.hash("Mihon-demo-1"),
            time_zone="Asia/Tokyo",
        )
    rin = world.person("hanako")
    rin.email, rin.number = "090-1111-2222", "+819011112222"
    rin.signs_in()
    page = rin.asks_for_settings()
    assert page.name == "approval.wait"
    assert "222" in page.text
    message = world.phone.messages(to=rin.number)[0]
    link = urlsplit(next(each for each in message.links if "/a/c/r/" in each)).path
    stranger = world.browser()
    deny_page = stranger.get(link)
    assert [button.to_text().strip() for button in deny_page.all("main button")] == ["否認"]
    stranger.raw("POST", link, data={"csrf_token": stranger.csrf_token, "decision": "approve"})
    assert rin.browser.reload().state == "pending"
    assert rin.browser.submit(otpCode=message.code).name == "settings.overview"


def test_confirm_only_shows_until_it_is_pressed(world: World, hanako: Person) -> None:
    hanako.signs_in()
    assert hanako.browser.get("/a/settings/approval").name == "step_up.confirm"
    assert not world.phone.messages(to=hanako.email)
    assert hanako.browser.press("続行").name == "approval.wait"
    hanako.approves()
    assert hanako.browser.submit(form="#approval-go-on").path == "/a/settings/approval"
