"""A window of Chromium as the look checks want it."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import is_passkey_field
from tests.browser.servers import WIDTHS
from tests.check.look.pages import Kind, sending
from tools.driver import Page

STILL = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("*, ::before, ::after { transition: none !important; animation: none !important }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
"""Colours change slowly from light to dark, and axe would see what is between."""
TYPE_PIXELS, FIXED_PIXELS = 16, 13
LOCALES = {"ja": "ja-JP", "en": "en-US"}


class Window:
    """A window of Chromium as the checks want it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._devtools = page.context.new_cdp_session(page)

    def goto(self, url: str) -> None:
        self.page.goto(url)

    def submit(self, action: str) -> None:
        with self.page.expect_navigation():
            self.page.evaluate(sending(action))

    def become(self, kind: Kind) -> None:
        self.page.set_viewport_size({"width": kind.width, "height": kind.height})
        forced: Any = "active" if kind.is_forced else "none"
        self.look(color_scheme=kind.scheme, forced_colors=forced)
        sizes = {"standard": TYPE_PIXELS * kind.type_times, "fixed": FIXED_PIXELS * kind.type_times}
        self._devtools.send("Page.setFontSizes", {"fontSizes": sizes})

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
            for scheme in ("light", "dark"):
                self.become(Kind(width, height, scheme))
                told = Axe().run(self.page, options={"resultTypes": ["violations"]})
                rules = [r for r in told["violations"] if not all(map(is_passkey_field, r["nodes"]))]
                found |= {f"{width}: axe {rule['id']} {scheme}" for rule in rules}
        return found
