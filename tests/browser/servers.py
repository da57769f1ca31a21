"""Site and phone as two servers in this process, and users with windows on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyotp import TOTP

from mocksms.testing import RunningPhone
from tests.actors import PhoneReader
from tests.app_fixture import AppFixture, Clock, World
from tests.browser.page_runner import PageRunner
from tools.driver import Browser, BrowserContext, Page, expect
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Step
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.server import ThreadedServer

WIDTHS = {390: 844, 1280: 900}
PATIENCE_MILLISECONDS = 15_000  # for a loaded machine; what is waited for comes at once on a quiet one


def awake(page: Page) -> None:
    """Wait until every module of the page is ready: an earlier press would work as without JavaScript."""
    expect(page.locator("[data-module]:not([data-awake])")).to_have_count(0)


class RunningSite:
    """The site on a free port, sending to a running phone; its address is `url`."""

    def __init__(self, folder: Path, phone: RunningPhone) -> None:
        self._server = ThreadedServer()
        self.url = self._server.url
        self.apps = AppFixture(folder, phone=phone, site_url=self.url)
        self._server.app = self.apps.site
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()
        self.apps.close()


@dataclass
class Servers:
    """A clean world on both servers, with any number of windows."""

    world: World
    site_url: str
    phone_url: str
    chromium: Browser
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """Return the clock of both apps."""
        return self.world.clock

    def window(self, width: int = 390, language: str = "ja", **options: Any) -> Page:
        """Open a window with separate cookies, on a phone (390) or a desktop (1280)."""
        settings: dict[str, Any] = {
            "viewport": {"width": width, "height": WIDTHS.get(width, 900)},
            "locale": "ja-JP" if language == "ja" else "en-US",
            "timezone_id": "Asia/Tokyo",
            "reduced_motion": "reduce",
            "color_scheme": "light",
        }
        context = self.chromium.new_context(**{**settings, **options})
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        self.windows.append(context)
        return context.new_page()

    def gives_app_code(self, page: Page, who: str, leads_to: str) -> None:
        """Type what a persona's app shows half a minute later: each code works once."""
        self.world.clock.advance(30)
        page.locator(pages.CODE).fill(TOTP(PERSONAS[who].secret).at(int(self.world.clock.now())))
        page.locator(pages.SIGN_IN_WITH_CODE).click()
        expect(page.locator(f'main[data-page="{leads_to}"]')).to_be_visible()

    def walk(self, page: Page, who: str, *steps: Step) -> None:
        """Do steps as a persona in a window."""
        PageRunner(PERSONAS[who], PhoneReader(self.world.phone), self.site_url, page, self.window).walk(steps)

    def close(self) -> None:
        """Close all windows."""
        for window in self.windows:
            window.close()
