"""The handset in a real browser when messages are deleted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mocksms.core import deletion, inbox
from mocksms.core.models import Filter
from tests.browser.handset import HANAKO, Desk, desk, running_phone, window
from tools.driver import Page, expect

__all__ = ["desk", "running_phone", "window"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("handset")]

Window = Callable[..., Page]
PHONE = f"/handsets/{HANAKO}"


def test_deleted_messages_go_at_once_from_all_windows(desk: Desk, window: Window) -> None:
    desk.text("048213は、Mihonのワンタイムパスワードです。")
    desk.text("stays", sender="Other")
    soon = 8000  # milliseconds; by themselves the pages look again after 15 s
    page, desk_page = window(f"{PHONE}/messages/", width=390), window("/", width=1280)
    for each in (page, desk_page):
        expect(each.locator("html[data-live-open]")).to_be_attached()
    rows = page.locator("main .row")
    expect(rows).to_have_count(2)
    deletion.delete(desk.world, Filter(sender="Mihon"))
    expect(rows).to_have_count(1, timeout=soon)
    deletion.delete(desk.world, Filter())
    expect(rows).to_have_count(0, timeout=soon)
    expect(desk_page.locator("main")).to_have_attribute("data-state", "empty", timeout=soon)


def test_page_of_a_deleted_message_gives_way_to_its_list(desk: Desk, window: Window) -> None:
    desk.mail("hanako@example.com", "セキュリティ警告", "本文です。")
    desk.call("<Response><Say>048213</Say></Response>")
    for channel, path, following in (
        ("mail", "mail", "handset.mailbox"), ("call", "phone", "handset.phone"),
    ):  # fmt: skip
        (message,) = inbox.search(desk.world, Filter(channel=channel))
        page = window(f"{PHONE}/{path}/{message.id}", width=390)
        expect(page.locator("[data-message]")).to_be_attached()
        deletion.delete(desk.world, Filter(channel=channel))
        # by themselves the pages look again after 15 s
        expect(page.locator("main")).to_have_attribute("data-page", following, timeout=8000)
        assert page.evaluate("history.length") == 2, "no way back leads to what is gone"
