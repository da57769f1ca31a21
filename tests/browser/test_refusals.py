"""The list of refusals in a browser: one click leads there, one more does the last step."""

from __future__ import annotations

import pytest

from tests.assertions import not_empty
from tests.browser.conftest import in_order
from tests.browser.servers import Servers
from tools.driver import Page, expect
from webapp.sandbox.refusals.scenarios import SCENARIOS

TYPED, CHOSEN, OLD_TAB = "WrongCode.replaced", "DocumentRefused.active", "UnknownChoice"


def reach(site: Page, url: str, name: str) -> None:
    site.goto(f"{url}/sandbox/refusals?q={name}")
    site.locator(f"form[action='/sandbox/refusals/{name}'] button").click()
    expect(site.locator(f".last-step[data-way='{name}']")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "scheme", "language", "names"),
    [(390, "dark", "ja", (TYPED,)), (1280, "light", "en", (OLD_TAB, CHOSEN))],
)
def test_refusals_are_two_clicks_away(
    servers: Servers, width: int, scheme: str, language: str, names: tuple[str, ...]
) -> None:
    site = servers.window(width, language, color_scheme=scheme)
    site.goto(f"{servers.site_url}/sandbox/refusals?q=NotAPhoneNumber")
    in_order(site)
    for name in not_empty(names):
        reach(site, servers.site_url, name)
        if name != CHOSEN:
            in_order(site)
        site.locator(".last-step button").click()
        with servers.world.site.test_request_context(headers={"Accept-Language": language}):
            said = SCENARIOS[name].says
        expect(site.locator("main").get_by_text(said).first).to_be_visible()
