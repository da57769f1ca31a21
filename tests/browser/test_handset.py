"""The handset in a real browser: arrivals without reload, one-tap copy, the authenticator on- and offline."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import segno

from mocksms.core import authenticator, faults, inbox
from tests.browser.handset import HANAKO, Desk, desk, running_phone, window
from tests.more import more
from tools.driver import Page, expect

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset")]

Window = Callable[..., Page]
PHONE = f"/handsets/{HANAKO}"
KEY = "MIHONDEMOMIHONDEMOMIHONDEMO23456"
CODE_TEXT = "048213は、Mihonのワンタイムパスワードです。誰とも共有しないでください。"
URI = pyotp.TOTP(KEY, name="jiro@example.com", issuer="Mihon").provisioning_uri()


def png_of(text: str) -> bytes:
    """A picture of the text's QR code."""
    picture = io.BytesIO()
    segno.make(text).save(picture, kind="png", scale=5)
    return picture.getvalue()


def codes_agree(page: Page, key: str = KEY) -> None:
    """What the page shows is RFC 6238's code of the step it says, and the next one's."""
    expect(page.locator("[data-otp-code]")).to_have_attribute("data-step", re.compile("[0-9]"))
    shown = page.evaluate(
        """() => { const code = document.querySelector('[data-otp-code]');
        return [code.dataset.step, code.textContent, document.querySelector('[data-otp-next]').textContent]; }"""
    )
    step, code, following = int(shown[0]), shown[1].replace(" ", ""), shown[2].replace(" ", "")
    assert code == pyotp.TOTP(key).at(step * 30)
    assert following == pyotp.TOTP(key).at(step * 30 + 30)


@pytest.mark.parametrize("width", [390, more(1280)])
def test_desk_gets_its_first_handset_live(desk: Desk, window: Window, width: int) -> None:
    page = window("/", width=width)
    expect(page.locator("main")).to_have_attribute("data-state", "empty")
    desk.text(CODE_TEXT)
    expect(page.locator(".handset-card__title")).to_have_text("090-1234-5678")


@pytest.mark.parametrize("width", [390, more(1280)])
def test_lock_shows_an_arrival_and_opens_by_a_press(desk: Desk, window: Window, width: int) -> None:
    page = window(f"{PHONE}/", width=width)
    desk.text(CODE_TEXT)
    expect(page.locator(".note__what")).to_contain_text("048213")
    page.get_by_role("link", name="ロックを解除").click()
    expect(page.locator("main")).to_have_attribute("data-page", "handset.home")
    expect(page.locator(".home__card output")).to_have_text("048213")
    expect(page.locator('[data-app="messages"] .badge')).to_have_text("1")


def test_moved_clock_and_a_fault_show_at_once_in_all_windows(desk: Desk, window: Window) -> None:
    pages = window(f"{PHONE}/home", width=390), window(f"{PHONE}/messages/", width=390)
    other = pages[0].context.new_page()  # of the same browser: it has no stream of its own
    other.goto(f"{desk.url}{PHONE}/home")
    notes = [each.locator("#world-here") for each in (*pages, other)]
    for page in (*pages, other):
        expect(page.locator("html[data-live-open]")).to_be_attached()
    soon = 8000  # milliseconds; by themselves the pages look again after 15 s
    faults.add(desk.world, faults.parse({"what": "drop", "times": 1}, "JP"))
    for note in notes:
        expect(note).to_contain_text("1", timeout=soon)
    desk.text("This uses the fault")
    for note in notes:
        expect(note).to_be_empty(timeout=soon)
    desk.world.set_offset(600.0)
    for note in notes:
        expect(note).to_contain_text("実際の時刻", timeout=soon)
    inbox.reset(desk.world)
    for note in notes:
        expect(note).to_be_empty(timeout=soon)


def test_lock_opens_by_a_swipe(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/", width=390)
    page.mouse.move(200, 500)
    page.mouse.down()
    page.mouse.move(200, 300, steps=5)
    page.mouse.up()
    expect(page.locator("main")).to_have_attribute("data-page", "handset.home")


def test_banner_slides_in_over_any_app_and_leads_to_the_message(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/authenticator/")
    desk.text(CODE_TEXT)
    expect(page.locator(".banner__what")).to_contain_text("048213")
    page.locator(".banner__open").click()
    expect(page.locator("main")).to_have_attribute("data-page", "handset.thread")
    expect(page.locator("mark")).to_have_text("048213")


def test_banner_of_a_mail_leads_to_the_mail(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/home")
    desk.mail("hanako@example.com", "セキュリティ警告", "本文です。")
    expect(page.locator(".banner__what")).to_have_text("セキュリティ警告")
    page.locator(".banner__open").click()
    expect(page.locator("main")).to_have_attribute("data-page", "handset.mail_message")


def test_banner_is_only_on_the_phone_it_is_for(desk: Desk, window: Window) -> None:
    page = window("/handsets/+818012345678/home")
    desk.text(CODE_TEXT)
    expect(page.locator(".handset-card__title", has_text="090-1234-5678")).to_be_visible()
    expect(page.locator(".banner")).to_have_count(0)


def test_thread_grows_live_and_becomes_read(desk: Desk, window: Window) -> None:
    desk.text("一通目です。")
    page = window(f"{PHONE}/messages/Mihon")
    expect(page.locator(".bubble")).to_have_count(1)
    desk.text(CODE_TEXT)
    expect(page.locator(".bubble")).to_have_count(2)
    expect(page.locator("main")).to_have_attribute("data-state", "read")
    expect(page.locator(".handset-card .badge")).to_have_count(0)
    assert inbox.unread(desk.world, HANAKO).get("sms", 0) == 0


def test_copy_takes_one_tap(desk: Desk, window: Window) -> None:
    desk.text(CODE_TEXT)
    page = window(f"{PHONE}/messages/Mihon", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".bubble [data-copy]").click()
    expect(page.locator(".bubble [data-copy] span")).to_have_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == "048213"


def test_copy_on_the_home_screen_takes_the_code_away(desk: Desk, window: Window) -> None:
    desk.text(CODE_TEXT)
    page = window(f"{PHONE}/home", permissions=["clipboard-read", "clipboard-write"])
    page.clock.install()
    page.locator(".home__card [data-copy]").click()
    expect(page.locator(".home__card [data-copy] span")).to_have_text("コピーしました")
    page.clock.fast_forward(2000)
    expect(page.locator(".home__card output")).to_have_count(0)
    expect(page.locator("main")).to_be_focused()  # the keyboard goes on in the phone
    expect(page.locator('[data-app="messages"] .badge')).to_have_count(0)


def test_mail_opens_its_links_outside_the_frame(desk: Desk, window: Window) -> None:
    html = f'<p>誰かが</p><a href="{desk.url}/healthz">承認または否認してください</a><script>parent.x = 1</script>'
    desk.mail("hanako@example.com", "セキュリティ警告", "本文です。", html)
    page = window(f"{PHONE}/mail/")
    page.locator(".row__open").click()
    page.locator(".row__open").click()
    link = page.frame_locator("iframe").get_by_role("link", name="承認または否認してください")
    with page.context.expect_page() as opened:
        link.click()
    opened.value.wait_for_load_state()
    assert opened.value.url == f"{desk.url}/healthz"
    assert page.evaluate("window.x") is None
    page.reload()
    expect(page.locator("[data-message]")).to_have_attribute("data-unread", "0")


def test_authenticator_by_key_shows_ring_and_codes(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/authenticator/add")
    page.get_by_label("アカウント", exact=True).fill("Mihon")
    page.get_by_label("キー", exact=True).fill("MIHO NDEM OMIH ONDE MOMI HOND EMO2 3456")
    page.get_by_role("button", name="追加", exact=True).click()
    expect(page.locator(".otp__name")).to_have_text("Mihon")
    codes_agree(page)
    seconds = int(page.locator("[data-otp-seconds]").inner_text())
    gone = float(page.locator("[data-otp-ring]").get_attribute("stroke-dashoffset") or "")
    assert 0 < seconds <= 30 and abs(gone - (100 - 100 * seconds / 30)) < 15


def test_authenticator_by_link(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/authenticator/add", width=390)
    page.get_by_label("リンク").fill(URI)
    page.get_by_role("button", name="リンクから追加").click()
    expect(page.locator(".otp__account")).to_have_text("jiro@example.com")
    codes_agree(page)


def test_authenticator_by_choosing_a_picture(desk: Desk, window: Window, tmp_path: Path) -> None:
    (tmp_path / "qr.png").write_bytes(png_of(URI))
    page = window(f"{PHONE}/authenticator/add")
    page.locator("input[type=file]").set_input_files(tmp_path / "qr.png")
    expect(page.locator(".otp__name")).to_have_text("Mihon")
    codes_agree(page)


@pytest.mark.parametrize("gesture", ["drop", "paste"])
def test_authenticator_by_dropping_or_pasting_a_picture(desk: Desk, window: Window, gesture: str) -> None:
    page = window(f"{PHONE}/authenticator/add")
    page.evaluate(
        """([gesture, picture]) => {
          const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], 'qr.png', { type: 'image/png' }));
          const options = { bubbles: true, cancelable: true };
          if (gesture === 'drop') document.querySelector('[data-drop]')
            .dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: data }));
          else document.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
        }""",
        [gesture, base64.b64encode(png_of(URI)).decode()],
    )
    expect(page.locator(".otp__name")).to_have_text("Mihon")
    codes_agree(page)


@pytest.mark.parametrize(
    "uri",
    [
        f"otpauth://totp/Mihon:a?secret={KEY}&issuer=Mihon&algorithm=SHA256",
        f"otpauth://totp/Mihon:a?secret={KEY}&issuer=Mihon&algorithm=SHA512&digits=8&period=60",
        "otpauth://totp/Short:a?secret=JBSWY3DPEHPK3PXP",
    ],
)
def test_authenticator_computes_the_same_codes_as_the_server(desk: Desk, window: Window, uri: str) -> None:
    entry = authenticator.add(desk.world, HANAKO, uri)
    page = window(f"{PHONE}/authenticator/")
    step = holds_the_clock(page, entry.period)
    for _ in range(3):
        page.clock.fast_forward(entry.period * 1000)
        step = shows_a_step(page, step + 1)
        shown = page.locator("[data-otp-code]").inner_text()
        codes = [entry.code(each * entry.period) for each in (step, step + 1)]
        assert shown.replace(" ", "") in codes  # two, for it may have gone on between the two looks


def holds_the_clock(page: Page, period: int = 30) -> int:
    """Takes the browser's clock into the test's hands, and lets the page ask the phone for the time no more: an answer
    that comes while the clock jumps would be read wrongly. The step that the page then shows."""
    page.evaluate("delete document.body.dataset.clockUrl")
    now = datetime.now(UTC)
    page.clock.install(time=now)  # for a moment it stands at 1970, and the page may have looked
    return shows_a_step(page, int(now.timestamp()) // period)


def shows_a_step(page: Page, step: int) -> int:
    """Waits until the authenticator shows this step, or the next if its end was near; the one it shows."""
    code = page.locator("[data-otp-code]")
    expect(code).to_have_attribute("data-step", re.compile(f"^({step}|{step + 1})$"))
    return int(code.get_attribute("data-step") or 0)


def test_authenticator_goes_on_without_a_network(desk: Desk, window: Window) -> None:
    authenticator.add(desk.world, HANAKO, URI)
    page = window(f"{PHONE}/authenticator/")
    step = holds_the_clock(page)
    page.context.set_offline(True)
    page.clock.fast_forward(90_000)
    shows_a_step(page, step + 3)
    codes_agree(page)


def test_authenticator_follows_the_moved_clock_without_reload(desk: Desk, window: Window) -> None:
    authenticator.add(desk.world, HANAKO, URI)
    page = window(f"{PHONE}/authenticator/")
    step = shows_a_step(page, int(datetime.now(UTC).timestamp()) // 30)
    desk.world.set_offset(3600)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    shows_a_step(page, step + 120)
    codes_agree(page)


def test_many_windows_share_one_stream_and_the_next_takes_over(desk: Desk, window: Window) -> None:
    first = window("/")
    others = [first.context.new_page() for _ in range(7)]
    for page in others:
        page.goto(f"{PHONE}/messages/")
        page.wait_for_selector("html[data-live-open]")
    desk.text("一通目です。")
    for page in others:
        expect(page.locator(".row__text")).to_have_text("一通目です。")
    first.close()
    desk.text("二通目です。")
    for page in others:
        expect(page.locator(".row__text")).to_have_text("二通目です。")


def test_side_by_side_shows_handsets_live(desk: Desk, window: Window) -> None:
    desk.text("一通目です。")
    desk.text("一通目です。", to="+818012345678")
    page = window("/side-by-side?handset=%2B819012345678&handset=%2B818012345678")
    for number in (HANAKO, "+818012345678"):
        frame = page.frame_locator(f'iframe[src="/handsets/{number}/"]')
        expect(frame.locator("html[data-live-open]")).to_be_attached()
        desk.text(CODE_TEXT, to=number)
        expect(frame.locator("[data-copy='048213']").first).to_be_visible()


def test_thread_without_javascript_works_by_reload(desk: Desk, window: Window) -> None:
    desk.text(CODE_TEXT)
    page = window("/", java_script_enabled=False)
    page.locator(".handset-card").click()
    page.locator(".note__open").click()
    expect(page.locator("mark")).to_have_text("048213")
    expect(page.locator(".copy-code")).to_be_hidden()
    page.get_by_role("button", name="既読にする").click()
    expect(page.locator(".badge")).to_have_count(0)


def test_settings_turn_sounds_on_and_the_appearance_dark(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/settings")
    page.get_by_role("button", name="オン").click()
    expect(page.get_by_role("button", name="オン")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="ダーク").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.screen')).backgroundColor")
        == "rgb(20, 19, 15)"
    )
