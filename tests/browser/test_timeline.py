"""The timeline in a real browser: it follows what another window does, and both its pages are accessible."""

from __future__ import annotations

import pytest

from tests.browser.conftest import assert_accessible
from tests.browser.servers import Servers
from tests.more import more
from tools.driver import expect
from webapp.sandbox.journeys import main_job
from webapp.sandbox.worlds import Worlds


@pytest.mark.parametrize(("width", "language", "scheme"), [(390, "ja", "light"), more(1280, "en", "dark")])
def test_timeline_follows_another_window(servers: Servers, width: int, language: str, scheme: str) -> None:
    worlds: Worlds = servers.world.site.extensions["nidankai_worlds"]
    worlds.get().trace_log.empty()
    site = servers.window(width, language, color_scheme=scheme)
    site.goto(servers.site_url)
    watched = site.context.new_page()
    watched.goto(f"{servers.site_url}/sandbox/timeline")
    expect(watched.locator('.beat[data-name="shop.home"]')).to_have_count(1)
    servers.walk(site, "taro", *main_job.GIVE_PASSWORD)
    message = watched.locator('.beat[data-kind="message"] .beat-message')
    expect(message).to_contain_text(servers.world.phone.wait_for_code("+818012345678"))
    shown = watched.locator('.beat[data-kind="page"]').last
    given = site.request.post(
        f"{servers.site_url}/sandbox/api/timeline/pictures?caption=Code",
        data=site.screenshot(),
        headers={"Content-Type": "image/png"},
    )
    assert given.status == 201
    picture = watched.locator(".beat-picture img")
    picture.scroll_into_view_if_needed()
    watched.wait_for_function("document.querySelector('.beat-picture img').naturalWidth > 0")
    expect(shown).to_be_visible()
    assert_accessible(watched)
    assert not watched.evaluate("document.documentElement.scrollWidth > innerWidth")
    watched.goto(f"{servers.site_url}/sandbox/timeline/report")
    assert_accessible(watched)
    assert not watched.evaluate("document.documentElement.scrollWidth > innerWidth")
