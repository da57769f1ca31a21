"""One Chromium for all browser tests of a process (Playwright's sync API allows one at a time)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools.browser import FLAGS, find


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium that fetches nothing by itself; each test opens its own contexts in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS), headless=True)
        yield browser
        browser.close()
