"""Clock, faults and worlds in a real browser: they work, are readable and accessible."""

from __future__ import annotations

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tools.driver import expect


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.more
def test_controls_are_accessible_and_fit_the_screen(servers: Servers, width: int, scheme: str) -> None:
    tester = servers.world.browser(origin=servers.site_url)
    tester.raw("PUT", "/sandbox/api/worlds/side")
    tester.raw("POST", "/sandbox/api/faults", json={"fault": "sms-lost"})
    tester.raw("PUT", "/sandbox/api/clock", json={"by": 93780})
    page = servers.window(width, color_scheme=scheme)
    for path in ("/sandbox/clock", "/sandbox/faults", "/sandbox/worlds", "/?world=gone"):
        page.goto(servers.site_url + path)
        for summary in page.locator("details > summary").all():
            summary.click()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    tester.raw("DELETE", "/sandbox/api/worlds/side")


def test_controls_move_the_clock_of_site_and_phone(servers: Servers) -> None:
    page = servers.window(1280)
    page.goto(f"{servers.site_url}/sandbox/clock")
    page.locator("#jump-2592000 button").click()
    expect(page.locator("[data-clock-offset='2592000']")).to_be_visible()
    expect(page.locator("[data-clock-offset]")).to_contain_text("30日")
    assert servers.world.phone.send("GET", "/api/v1/clock").json()["offset"] == 2592000
    page.goto(f"{servers.site_url}/ap/signin")
    page.locator(".tools-note button").click()
    expect(page.locator(".tools-note")).to_have_count(0)
    expect(page).to_have_url(f"{servers.site_url}/ap/signin")
    assert servers.world.phone.send("GET", "/api/v1/clock").json()["offset"] == 0
