"""Diagram and coverage in a real browser: they are accessible, and follow another window."""

from __future__ import annotations

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tools.driver import Page, expect
from webapp.sandbox.journeys import main_job
from webapp.sandbox.journeys.steps import See

PAGES = (
    "/sandbox/map?flow=set_up",
    "/sandbox/map?flow=recovery",
    "/sandbox/coverage?flow=sign_in",
    "/sandbox/coverage",
)


def gives_password(servers: Servers, site: Page) -> None:
    """Taro, as far as the page that asks for the code."""
    servers.walk(site, "taro", *main_job.GIVE_PASSWORD, See(page="sign_in.code"))


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "dark", "ja"), (1280, "light", "en")])
@pytest.mark.more
def test_map_and_coverage_are_accessible_and_fit(
    servers: Servers, width: int, scheme: str, language: str
) -> None:
    site = servers.window(width, language, color_scheme=scheme)
    gives_password(servers, site)
    for path in PAGES:
        site.goto(servers.site_url + path)
        assert_accessible(site)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert site.evaluate(wide) <= 0, path


def test_map_keeps_each_name_inside_its_box(servers: Servers) -> None:
    for language in ("ja", "en"):
        site = servers.window(1280, language)
        for kind in ("set_up", "recovery", "approval"):
            site.goto(f"{servers.site_url}/sandbox/map?flow={kind}")
            over = site.evaluate(
                """() => [...document.querySelectorAll('#map-scroll .states g')].filter((state) => {
                    const box = state.querySelector('rect').getBBox();
                    return [...state.querySelectorAll('text')].some((text) => {
                        const { x, width } = text.getBBox();
                        return x < box.x + 2 || x + width > box.x + box.width - 2;
                    });
                }).map((state) => state.textContent)"""
            )
            assert over == [], kind


@pytest.mark.more
def test_map_and_coverage_follow_another_window(servers: Servers) -> None:
    servers.world.site.extensions["nidankai_worlds"].get().trace_log.empty()
    map_page = servers.window(1280)
    map_page.goto(f"{servers.site_url}/sandbox/map")
    coverage = map_page.context.new_page()
    coverage.goto(f"{servers.site_url}/sandbox/coverage")
    part = coverage.locator("#part-sign_in")
    part.locator("summary").click()
    expect(part.locator("tr.done")).to_have_count(0)
    expect(map_page.locator('#map-scroll [data-state="code"].here')).to_have_count(0)
    gives_password(servers, map_page.context.new_page())
    expect(map_page.locator('#map-scroll [data-state="code"].here')).to_have_count(1)
    expect(part.locator("tr.done")).to_have_count(1)
    expect(part.locator('[data-name="ask_code from begin"].done')).to_be_visible()
