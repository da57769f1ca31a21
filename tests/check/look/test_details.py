"""The Details section in a browser: keyboard, live updates, axe, and no overflow at 320 px."""

from __future__ import annotations

import pytest

from mocksms.core import calls
from tests.browser.handset import HANAKO, Desk, complaints, desk, running_phone, window
from tests.check.look.test_handset_look import Window
from tests.handset.test_calls import ring
from tools.driver import expect

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset-look")]
PHONE = f"/handsets/{HANAKO}"
TEXT = "It’s 482913, your code.\n@mihon.example:80 #482913"


def test_fold_opens_by_keyboard_and_stays_open_when_texts_come(desk: Desk, window: Window) -> None:
    desk.text(TEXT)
    page = window(f"{PHONE}/messages/Mihon", width=390, language="en")
    summary = page.locator(".bubble summary").first
    summary.focus()
    page.keyboard.press("Enter")
    fold = page.locator(".bubble .fold").first
    expect(fold.locator("[data-check=origin_bound]")).to_be_visible()
    expect(summary).to_contain_text("2 warnings")
    desk.text("048213 is your code")
    expect(page.locator(".bubble")).to_have_count(2)
    expect(fold).to_have_attribute("open", "")
    expect(summary).to_be_focused()
    expect(page.locator(".bubble .fold").nth(1)).not_to_have_attribute("open", "")


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(320, "dark", "ja"), (390, "light", "en"), (1280, "dark", "en")]
)
def test_fold_is_clean_and_hides_nothing(
    desk: Desk, window: Window, width: int, scheme: str, language: str
) -> None:
    desk.text(TEXT)
    desk.mail("hanako@example.com", "警告", "コードは 048213 です", "<p>コードは 048214 です</p>")
    call = ring(desk.world, HANAKO)
    calls.answer(desk.world, call.id)
    calls.hangup(desk.world, call.id)
    mail = desk.running.client().messages(channel="mail")[0].id
    page = window("/", width=width, scheme=scheme, language=language, reduced_motion="reduce")
    for path, last in (
        ("messages/Mihon", ".composer__send"), (f"mail/{mail}", ".views"), (f"phone/{call.id}", ".call__acts--over")
    ):  # fmt: skip
        page.goto(f"{PHONE}/{path}")
        page.wait_for_selector("html[data-live-open]")
        page.locator(".fold summary").first.click()
        assert complaints(page) == [], path
        page.locator(last).scroll_into_view_if_needed()
        expect(page.locator(last)).to_be_in_viewport(ratio=1)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{path} is {over} px too wide"
