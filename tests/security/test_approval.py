"""The approval by the link in a mail (docs/promises.md#33 to #41)."""

from __future__ import annotations

import hashlib
import logging
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from tests import lockout
from tests.actors import Person
from tests.app_fixture import World
from tests.assertions import not_empty
from tests.form_client import Browser
from tests.security.tools import all_rows, is_signed_in, rows, sends, stored_bytes, texts
from webapp.pages.framework import visitor

SETTINGS = "/a/settings/approval"
LINK = "承認または否認してください"


def link_of(world: World, person: Person) -> str:
    """The path of the link in the newest mail."""
    return urlsplit(world.phone.mail(person.email).link(LINK)).path


@pytest.fixture
def asking(world: World, hanako: Person) -> Person:
    """Hanako, signed in and waiting for her approval."""
    hanako.signs_in()
    assert hanako.asks_for_settings().name == "approval.wait"
    return hanako


def decides(browser: Browser, path: str, decision: str) -> None:
    """Open the link and send a decision, whatever the page offers."""
    browser.get(path)
    browser.raw("POST", path, data={"csrf_token": token_on(browser), "decision": decision})


def token_on(browser: Browser) -> str:
    """A CSRF token of this browser: the link's page has a form only while there is something to decide."""
    if not browser.page.has('input[name="csrf_token"]'):
        browser.get("/ap/signin")
    return browser.csrf_token


def status(person: Person) -> str:
    """What the waiting page hears."""
    return str(person.browser.raw("GET", "/ap/cvf/approval/poll").get_json()["status"])


def is_elevated(person: Person) -> bool:
    """Whether the settings open, or else the way to an approval does."""
    answer = person.browser.raw("GET", SETTINGS)
    if answer.status_code == 200:
        return True
    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, "/ap/cvf/confirm")
    return False


def test_token_is_long_and_kept_as_a_hash_s33(world: World, asking: Person) -> None:
    token = link_of(world, asking).rpartition("/")[2]
    assert len(token) >= 22  # 128 bits in URL-safe base64
    assert hashlib.sha256(token.encode()).digest() in [row["token_hash"] for row in rows(world, "flows")]
    for table, row in not_empty(all_rows(world)):
        assert not any(token in str(value) for value in row.values()), table
    assert token.encode() not in stored_bytes(world)


def test_tokens_never_repeat_s33(world: World, asking: Person) -> None:
    first = link_of(world, asking)
    world.clock.advance(31)
    sends(asking.browser, "/ap/cvf/approval/resend")
    second = link_of(world, asking)
    assert first != second
    assert world.browser().raw("GET", first).status_code == 404


@pytest.mark.parametrize(("age", "good"), [(599, True), (600, False)])
@pytest.mark.usefixtures("still")
def test_link_lives_ten_minutes_s33(world: World, asking: Person, age: int, good: bool) -> None:
    path = link_of(world, asking)
    world.clock.advance(age)
    decides(world.browser(), path, "approve")
    assert status(asking) == ("approved" if good else "expired")
    sends(asking.browser, "/ap/cvf/approval")
    assert is_elevated(asking) is good


def test_link_takes_one_decision_s33(world: World, asking: Person) -> None:
    path = link_of(world, asking)
    decides(world.browser(), path, "approve")
    decides(world.browser(), path, "deny")
    assert status(asking) == "approved"
    asking.goes_on()
    assert is_elevated(asking)
    sends(asking.browser, "/ap/signout")
    asking.signs_in()
    decides(world.browser(), path, "approve")
    assert not is_elevated(asking)


def test_looking_decides_nothing_s34(world: World, asking: Person) -> None:
    path = link_of(world, asking)
    scanner = world.browser()
    sent = len(texts(world))
    for method in ("GET", "HEAD") * 5:
        assert scanner.raw(method, path).status_code == 200
        assert scanner.raw(method, path + "?decision=approve").status_code == 200
    assert status(asking) == "pending"
    assert len(texts(world)) == sent


def test_approval_elevates_only_the_asking_session_s35(world: World, asking: Person) -> None:
    other_session = asking.elsewhere()
    other_session.signs_in()
    mailbox = world.browser()
    decides(mailbox, link_of(world, asking), "approve")
    asking.goes_on()
    assert is_elevated(asking)
    assert not is_elevated(other_session)
    assert not is_signed_in(mailbox)
    assert mailbox.raw("GET", SETTINGS).status_code == 303


@pytest.mark.parametrize("is_ready", [True, False])
def test_approval_is_not_for_another_browser_with_the_sessions_cookie_s35(
    world: World, asking: Person, is_ready: bool
) -> None:
    link = link_of(world, asking)
    if is_ready:
        asking.approves()
    thief = asking.elsewhere()
    stolen = asking.browser.cookie("mihon_8000_session")
    assert stolen is not None
    thief.browser.client.set_cookie("mihon_8000_session", stolen, domain="localhost")
    thief.browser.get("/ap/cvf/confirm")
    assert thief.browser.submit(form='form[action="/ap/cvf/confirm"]').state == "pending"
    decides(world.browser(), link, "approve")
    sends(thief.browser, "/ap/cvf/approval")
    assert not is_elevated(thief)
    asking.goes_on()
    assert is_elevated(asking)


def test_approval_is_worth_nothing_once_a_code_is_asked_s35(asking: Person) -> None:
    asking.approves()
    elsewhere = asking.elsewhere()
    elsewhere.signs_in()
    elsewhere.sets_up_by_sms()
    assert asking.goes_on().name == "step_up.confirm"
    assert not is_elevated(asking)


def test_link_alone_signs_nobody_in_s36(world: World, asking: Person) -> None:
    path = link_of(world, asking)
    before = len(rows(world, "sessions"))
    stranger = world.browser()
    decides(stranger, path, "approve")
    assert status(asking) == "approved"
    assert len(rows(world, "sessions")) == before
    assert not is_signed_in(stranger)
    assert (
        stranger.raw("POST", "/ap/cvf/approval", data={"csrf_token": token_on(stranger)}).status_code == 303
    )
    assert not is_signed_in(stranger)


def test_denial_is_final_and_told_s37(world: World, asking: Person) -> None:
    path = link_of(world, asking)
    sent = len(texts(world, asking.email))
    decides(world.browser(), path, "deny")
    assert status(asking) == "denied"
    decides(world.browser(), path, "approve")
    sends(asking.browser, "/ap/cvf/approval")
    assert status(asking) == "denied"
    assert not is_elevated(asking)
    assert "approval.denied" in [row["kind"] for row in rows(world, "events")]
    assert len(texts(world, asking.email)) == sent + 1
    assert asking.browser.get("/ap/cvf/approval").state == "denied"


def test_poll_is_404_to_everybody_else_signed_in_or_not_s92(
    world: World, asking: Person, jiro: Person
) -> None:
    jiro.signs_in()
    answers = [browser.raw("GET", "/ap/cvf/approval/poll") for browser in (world.browser(), jiro.browser)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert status(asking) == "pending"


def test_poll_from_another_browser_is_404_s38(world: World, asking: Person) -> None:
    stranger = world.browser()
    stranger.get("/")
    assert stranger.raw("GET", "/ap/cvf/approval/poll").status_code == 404
    same_account = asking.elsewhere()
    same_account.signs_in()
    assert same_account.browser.raw("GET", "/ap/cvf/approval/poll").status_code == 404
    thief = asking.elsewhere()
    stolen = asking.browser.cookie("mihon_8000_session")
    assert stolen is not None
    thief.browser.client.set_cookie("mihon_8000_session", stolen, domain="localhost")
    assert thief.browser.raw("GET", "/ap/cvf/approval/poll").status_code == 404
    assert status(asking) == "pending"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
        {"X-Original-Host": "evil.example", "X-Host": "evil.example"},
    ],
)
def test_forwarded_host_does_not_change_the_link_s39(
    world: World, hanako: Person, headers: dict[str, str]
) -> None:
    hanako.signs_in()
    hanako.browser.headers.update(headers)
    hanako.asks_for_settings()
    assert world.phone.mail(hanako.email).link(LINK).startswith("http://localhost:8000/a/c/r/")


def asks_at(person: Person, host: str) -> TestResponse:
    """Ask for an approval under another host, with cookies that the browser would send there."""
    person.browser.get("/ap/cvf/confirm")
    for name in ("mihon_8000_session", "mihon_8000_browser"):
        value = person.browser.cookie(name)
        assert value is not None
        person.browser.client.set_cookie(name, value, domain=urlsplit(f"//{host}").hostname or "")
    data = {"csrf_token": person.browser.csrf_token}
    return person.browser.raw("POST", "/ap/cvf/confirm", data=data, headers={"Host": host})


@pytest.mark.parametrize("host", ["127.0.0.1:9", "localhost:9"])
def test_none_of_the_sites_own_hosts_changes_the_link_s39(world: World, hanako: Person, host: str) -> None:
    hanako.signs_in()
    assert asks_at(hanako, host).status_code == 303
    assert world.phone.mail(hanako.email).link(LINK).startswith("http://localhost:8000/a/c/r/")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:8000", "localhost@evil"]
)
def test_foreign_host_is_not_answered_s39(world: World, hanako: Person, host: str) -> None:
    hanako.signs_in()
    answer = asks_at(hanako, host)
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert texts(world, hanako.email) == []


def test_token_leaks_into_no_referer_and_no_log_s39(
    world: World, asking: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    path = link_of(world, asking)
    mailbox = world.browser()
    page = mailbox.get(path)
    assert page.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    for element in not_empty(page.all("a[href], link[href], script[src], img[src]")):
        target = element.attrs.get("href") or element.attrs.get("src")
        assert target.startswith(("/", "?", "#")), "a link off the site, with the token in the address bar"
    mailbox.press("承認")
    asking.goes_on()
    assert path.rpartition("/")[2] not in caplog.text
    assert "GET /a/c/r/<token>" in caplog.text


SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def test_user_agent_full_of_script_is_inert_s40(world: World, hanako: Person) -> None:
    for user_agent in (SCRIPT, f"Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 {SCRIPT}", f"{SCRIPT}/1.0"):
        world.clock.advance(61)
        other = hanako.elsewhere()
        other.browser.user_agent = user_agent
        other.signs_in()
        other.asks_for_settings()
        mail = world.phone.mail(hanako.email)
        pages = [mail.html, mail.body, world.browser().get(link_of(world, hanako)).html]
        pages.append(other.browser.get("/account/security").html)
        for html in pages:
            assert "<script>alert" not in html
            assert "<img src=x" not in html
    kept = [row["device"] for table in ("sessions", "events") for row in rows(world, table)]
    assert kept and not any(set(device) & set("<>\"'&") for device in kept)


def test_device_that_is_markup_is_text_wherever_it_is_shown_s40(
    world: World, hanako: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of a device is cleaned before it is kept; pages and mails escape it nevertheless."""
    monkeypatch.setattr(visitor, "device_label", lambda _user_agent: "<b>Evil</b>")
    hanako.signs_in()
    hanako.asks_for_settings()
    asked = world.phone.mail(hanako.email)
    shown = {"approval mail": asked.html, "approval": world.browser().get(link_of(world, hanako)).html}
    hanako.approves()
    hanako.goes_on()
    hanako.browser.press("開始する")
    hanako.browser.submit(phoneNumber=hanako.national, channel="sms")
    hanako.browser.submit(otpCode=hanako.reads_code())
    shown["trusted"] = hanako.finishes_set_up(trust=True).html
    shown["notice mail"] = world.phone.mail(hanako.email).html
    shown["sessions and events"] = hanako.browser.get("/account/security").html
    locked = hanako.elsewhere()
    lockout.begins(locked)
    lockout.sends(locked)
    shown["link to cancel"] = locked.opens_mail_link("リセットを取り消す").html
    desk = lockout.reviewer(world)
    shown["case"] = lockout.opens_case(desk, hanako.name).html
    for place, html in shown.items():
        assert "&lt;b&gt;Evil&lt;/b&gt;" in html, f"{place} does not show the device"
        assert "<b>Evil" not in html, place


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: evil@example.com", "a\nb", "x\r\n\r\n<script>", "\x00\x0b\x0c"]
)
def test_mail_headers_cannot_be_added_s40(world: World, subject: str) -> None:
    world.services.outbound.mailer.send("hanako@example.com", subject, "text", "<p>html</p>")
    (mail,) = texts(world)
    assert mail.to == "hanako@example.com"
    raw = world.phone.message(mail.id).fields["raw"]
    head = str(raw).replace("\\r\\n", "\n").replace("\r\n", "\n").partition("\n\n")[0].lower()
    assert "\nbcc:" not in head


def test_ten_clicks_use_the_pending_request_again_s41(world: World, hanako: Person) -> None:
    hanako.signs_in()
    for _ in range(10):
        assert hanako.asks_for_settings().name == "approval.wait"
    assert len(texts(world, hanako.email)) == 1
    hanako.approves()
    assert hanako.goes_on().name == "settings.overview"


def test_requests_of_many_sessions_are_capped_s41(world: World, hanako: Person) -> None:
    for _ in range(13):
        other = hanako.elsewhere()
        other.signs_in()
        other.asks_for_settings()
    assert len(texts(world, hanako.email)) == 10
