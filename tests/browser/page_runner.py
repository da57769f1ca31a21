"""Walk journeys in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from tools.driver import Page, expect
from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.runner import Reader, Runner
from webapp.sandbox.journeys.steps import Person


class PageRunner(Runner):
    """Walk on the site at ``site_url`` in the window ``page``; ``other`` opens another one."""

    def __init__(
        self, who: Person, reader: Reader, site_url: str, page: Page, other: Callable[[], Page]
    ) -> None:
        super().__init__(who, reader)
        self.page = page
        self._site_url = site_url
        self._other = other

    def open(self, path: str) -> None:
        self.page.goto(urljoin(self._site_url, path))

    def press(self, target: Element, entries: Mapping[Element, Any]) -> None:
        for element, value in entries.items():
            found = self.page.locator(element)
            if isinstance(value, bool):
                found.set_checked(value)
            else:
                found.fill(value)
        self.page.locator(target).locator("visible=true").first.click()

    def see(self, page: str, state: str) -> None:
        wanted = f'main[data-page="{page}"]' + (f'[data-state="{state}"]' if state else "")
        expect(self.page.locator(wanted)).to_be_visible()

    def change_browser(self, path: str = "", signed_in_as: str = "") -> Callable[[], None]:
        before, self.page = self.page, self._other()
        self.open(path)

        def back() -> None:
            self.page = before

        return back

    def go_on(self, target: Element) -> None:
        """Wait until the page continues without a press."""
