"""A real Chromium before a real site and a real phone, each on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from mocksms.testing import RunningPhone, run_phone
from tests.house import Clock, House, World
from tools import browser as browsers

WIDTHS = {390: 844, 1280: 900}
PATIENCE_MILLISECONDS = 15_000  # for a loaded machine; what is waited for comes at once on a quiet one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file of browser tests stays on one worker, so that its tests share one browser."""
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.name}"))
            item.add_marker(pytest.mark.browser)


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and writes no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@dataclass
class Street:
    """Site and phone as two servers; a person with two windows."""

    world: World
    site_url: str
    phone_url: str
    chromium: Browser
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return self.world.clock

    def window(self, width: int = 390, language: str = "ja", **options: Any) -> Page:
        """A new window with cookies of its own, on a phone (390) or a desk (1280)."""
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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for this process (`tools.browser` says how it is found)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """The phone, served."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def live_house(
    tmp_path_factory: pytest.TempPathFactory, running_phone: RunningPhone
) -> Iterator[tuple[House, str]]:
    """The site, served, sending to the served phone over HTTP and SMTP; and its address."""
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True, request_handler=_Quiet)
    url = f"http://localhost:{server.server_port}"
    house = House(tmp_path_factory.mktemp("street"), phone=running_phone, site_url=url)
    server.app = house.site
    threading.Thread(target=server.serve_forever, args=(0.02,), name="site", daemon=True).start()
    yield house, url
    server.shutdown()
    server.server_close()
    house.close()


@pytest.fixture
def street(live_house: tuple[House, str], running_phone: RunningPhone, chromium: Browser) -> Iterator[Street]:
    """Site and phone in a clean world, and as many windows as one likes."""
    house, url = live_house
    street = Street(house.fresh(), url, running_phone.url, chromium)
    yield street
    for window in street.windows:
        window.close()


def assert_accessible(page: Page) -> None:
    """No violation by axe-core, whatever its weight; the text names the rule and the elements."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    told = [
        f"{v['id']} ({v['impact']}): {[n['html'][:160] + ' ' + n['failureSummary'][:200] for n in v['nodes']]}"
        for v in found["violations"]
    ]
    assert not told, f"{page.url}: " + "\n".join(told)
