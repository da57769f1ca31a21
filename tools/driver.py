"""Playwright's names for tests and tools. Playwright is imported only when a browser is used, so collecting is fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, CDPSession, Frame, Locator, Page, expect
else:
    Browser = BrowserContext = CDPSession = Frame = Locator = Page = Any

    def expect(actual: Any, message: str | None = None) -> Any:
        """Return Playwright's assertions about a page, an element or an answer."""
        from playwright.sync_api import expect as real

        return real(actual, message)


__all__ = ["Browser", "BrowserContext", "CDPSession", "Frame", "Locator", "Page", "expect"]
