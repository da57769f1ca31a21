"""Every page in Chromium: nothing is too wide, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import is_passkey_field
from tests.browser.servers import WIDTHS
from tests.check.look.conftest import Handset
from tests.check.look.looking import assert_as_known, too_wide
from tests.check.look.pages import PHONE_STATES, SITE_STATES, State, sending
from tools.driver import Browser, Page

STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""Colours change slowly from light to dark, and axe would see what is between."""
LOCALES = {"ja": "ja-JP", "en": "en-US"}


class Window:
    """A window of Chromium as the checks want it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def submit(self, action: str) -> None:
        with self.page.expect_navigation():
            self.page.evaluate(sending(action))

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def evaluate(self, function: str) -> Any:
        return self.page.evaluate(function)

    def complaints(self) -> set[str]:
        """Return what axe finds, on a phone and on a desk, light and dark."""
        from axe_core_python.sync_playwright import Axe

        found = set()
        self.page.evaluate(STILL)
        for width, height in WIDTHS.items():
            self.resize(width, height)
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme)
                told = Axe().run(self.page, options={"resultTypes": ["violations"]})
                rules = [r for r in told["violations"] if not all(map(is_passkey_field, r["nodes"]))]
                found |= {f"{width}: axe {rule['id']} {scheme}" for rule in rules}
        return found


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    """Both languages."""
    return str(request.param)


@pytest.fixture
def window(chromium: Browser, language: str) -> Iterator[Window]:
    """A window without cookies."""
    context = chromium.new_context(
        locale=LOCALES[language], reduced_motion="reduce", timezone_id="Asia/Tokyo"
    )
    yield Window(context.new_page())
    context.close()


@pytest.mark.parametrize("state", SITE_STATES, ids=lambda state: state.name)
def test_page_of_the_site_is_in_order(state: State, window: Window, language: str, site_url: str) -> None:
    state.arrive(window, site_url)
    assert_as_known(state, "chromium", language, too_wide(window) | window.complaints())


@pytest.mark.parametrize("state", PHONE_STATES, ids=lambda state: state.name)
def test_page_of_the_phone_is_in_order(state: State, window: Window, language: str, handset: Handset) -> None:
    window.goto(handset.url + handset.path(state.path))
    assert_as_known(state, "chromium", language, too_wide(window) | window.complaints())
