"""The handset's pages are accessible: no axe violation, no overflow, everything reachable by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mocksms.core import authenticator
from tests.browser.handset import HANAKO, Desk, complaints, desk, running_phone, window
from tools.driver import Page, expect

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset-look")]

Window = Callable[..., Page]
PHONE = f"/handsets/{HANAKO}"
PATHS = (
    "/", "/search?q=Mihon", "/side-by-side", f"{PHONE}/", f"{PHONE}/home", f"{PHONE}/messages/",
    f"{PHONE}/messages/Mihon",
    f"{PHONE}/mail/", f"{PHONE}/mail/box/hanako@example.com", f"{PHONE}/mail/MAIL", f"{PHONE}/mail/MAIL?view=text",
    f"{PHONE}/mail/MAIL?view=source", f"{PHONE}/authenticator/", f"{PHONE}/authenticator/add",
    f"{PHONE}/search?q=Mihon", f"{PHONE}/settings", f"{PHONE}/phone/", f"{PHONE}/phone/voicemail",
)  # fmt: skip


def fill(desk: Desk) -> int:
    """A phone with something in each app; returns the mail's id."""
    desk.text("048213は、Mihonのワンタイムパスワードです。誰とも共有しないでください。\n@localhost #048213")
    desk.text("お荷物をお届けに上がりました。 https://mihon.example/track", sender="+15005550006")
    desk.mail("hanako@example.com", "Mihonセキュリティ警告", "本文 http://localhost:8000/", "<h1>警告</h1>")
    authenticator.add(desk.world, HANAKO, "MIHONDEMOMIHONDEMOMIHONDEMO23456", "jiro@example.com", "Mihon")
    return int(desk.running.client().messages(channel="mail")[0].id)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_axe_finds_nothing(desk: Desk, window: Window, width: int, scheme: str) -> None:
    mail = fill(desk)
    language = "ja" if scheme == "light" else "en"
    page = window("/", width=width, scheme=scheme, language=language, reduced_motion="reduce")
    for path in PATHS:
        page.goto(path.replace("MAIL", str(mail)))
        page.wait_for_selector("html[data-live-open]")
        assert complaints(page) == [], path
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{path} is {over} px too wide"


def test_axe_finds_nothing_on_an_empty_phone(desk: Desk, window: Window) -> None:
    page = window("/", width=390, reduced_motion="reduce")
    for path in ("/", f"{PHONE}/", f"{PHONE}/home", f"{PHONE}/messages/", f"{PHONE}/mail/"):
        page.goto(path)
        assert complaints(page) == [], path


def test_keyboard_goes_from_the_desk_to_a_copied_code(desk: Desk, window: Window) -> None:
    fill(desk)
    page = window("/", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.locator(".handset-card", has_text="090-1234-5678").focus()
    page.keyboard.press("Enter")
    page.locator(".lock__unlock").focus()
    page.keyboard.press("Enter")
    page.locator('[data-app="messages"]').focus()
    page.keyboard.press("Enter")
    page.locator(".row__open", has_text="Mihon").focus()
    page.keyboard.press("Enter")
    page.locator(".bubble [data-copy]").focus()
    expect(page.locator("html[data-live-open]")).to_be_attached()  # the page's modules listen by now
    page.keyboard.press("Enter")
    expect(page.locator("#announce")).to_have_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == "048213"


def test_sample_commands_are_copied_whole(desk: Desk, window: Window) -> None:
    page = window("/", permissions=["clipboard-read", "clipboard-write"])
    sample = page.locator(".sample").last
    expect(page.locator("html[data-live-open]")).to_be_attached()
    sample.locator("[data-copies]").click()
    expect(page.locator("#announce")).to_have_text("コピーしました")
    assert page.evaluate("navigator.clipboard.readText()") == sample.locator("pre").text_content()


def test_motion_is_left_out_where_people_ask_for_it(desk: Desk, window: Window) -> None:
    page = window(f"{PHONE}/home", reduced_motion="reduce")
    desk.text("123456 is your code")
    banner = page.locator(".banner")
    expect(banner).to_be_visible()
    assert banner.evaluate("(element) => getComputedStyle(element).animationName") == "none"


@pytest.mark.parametrize("width", [320, 390])
def test_number_of_unread_messages_is_seen_beside_a_long_name(desk: Desk, window: Window, width: int) -> None:
    for _ in range(3):
        desk.text("お荷物をお届けに上がりました。", sender="+15005550006")
        desk.text("048213は、Mihonのワンタイムパスワードです。", sender="LongNameOf1")
    page = window(f"{PHONE}/", width=width)
    expect(page.locator(".note__count")).to_have_text(["(3)", "(3)"])
    cut = """(all) => all.filter((count) => {
        const [box, edge] = [count, count.closest(".note__open")].map((each) => each.getBoundingClientRect());
        return box.right > edge.right + 1 || count.scrollWidth > count.clientWidth + 1;
    }).length"""
    assert page.locator(".note__count").evaluate_all(cut) == 0
