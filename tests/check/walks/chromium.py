"""A tab of Chromium, by Playwright."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.browser.test_passkeys import touches, with_fingerprint
from tests.check.walks.eyes import Elsewhere
from tools.driver import CDPSession, Frame, Page


class ChromiumTab:
    """A page, or the document in its frame."""

    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        self._page, self._frame = page, frame
        self._fingerprint: tuple[CDPSession, str] | None = None

    def goto(self, url: str) -> None:
        self._page.goto(url)

    def evaluate(self, function: str) -> Any:
        from playwright.sync_api import Error

        try:
            return (self._frame or self._page).evaluate(function)
        except Error as error:
            raise Elsewhere(str(error)) from error

    def click(self, x: float, y: float) -> None:
        box = self._frame.frame_element().bounding_box() if self._frame else None
        self._page.mouse.click(x + (box["x"] if box else 0), y + (box["y"] if box else 0))

    def keys(self, text: str) -> None:
        self._page.keyboard.type(text)

    def paste(self) -> None:
        self._page.keyboard.press("Control+V")

    def set_files(self, selector: str, paths: Sequence[Path]) -> None:
        self._page.locator(selector).set_input_files(list(paths))

    def picture(self, selector: str) -> bytes:
        return self._page.locator(selector).screenshot()

    def lay_finger(self, is_on: bool) -> bool:
        self._fingerprint = self._fingerprint or with_fingerprint(self._page)
        touches(self._fingerprint, enabled=is_on)
        return True

    def frame(self) -> ChromiumTab | None:
        _main, *framed = self._page.frames
        return ChromiumTab(self._page, framed[-1]) if framed else None

    def newest(self) -> ChromiumTab:
        pages = self._page.context.pages
        if pages[-1] is self._page:
            pages = [self._page.context.wait_for_event("page")]
        return ChromiumTab(pages[-1])

    def close(self) -> None:
        self._page.close()
