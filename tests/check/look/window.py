"""A window of Chromium as the look checks want it."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import is_passkey_field
from tests.browser.servers import WIDTHS
from tests.check.look.pages import sending
from tools.driver import Page

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

    def look(self, **media: Any) -> None:
        """Set what the device prefers: the colour scheme, forced colours."""
        self.page.emulate_media(**media)

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
