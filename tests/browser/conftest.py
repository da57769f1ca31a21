"""A real Chromium before a real site and a real phone, each on a port of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from mocksms.testing import RunningPhone, run_phone
from tests.browser.servers import PATIENCE_MILLISECONDS, RunningSite, Servers
from tools import browser as browsers
from tools.driver import Browser, BrowserContext, Page


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file of browser tests stays on one worker, so that its tests share one browser (before xdist groups)."""
    for item in items:
        if "/tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.xdist_group(f"browser {item.path.name}"))
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for this process: Playwright's sync API allows one at a time."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        slow_down(browser, milliseconds=float(os.environ.get("BROWSER_LAG_MS", "0")))
        yield browser
        browser.close()


def slow_down(browser: Browser, milliseconds: float) -> None:
    """Let every answer come so much later, on a computer four times slower: a test that reads before what it waits
    for has come shows itself (`BROWSER_LAG_MS=400 make test ARGS=tests/browser`)."""
    if not milliseconds:
        return

    def slow(page: Page) -> None:
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        network = {
            "offline": False,
            "latency": milliseconds,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        }
        wire.send("Network.emulateNetworkConditions", network)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    real = browser.new_context

    def new_context(**options: Any) -> BrowserContext:
        context = real(**options)
        context.on("page", slow)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def running_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """The phone, served."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, running_phone: RunningPhone
) -> Iterator[RunningSite]:
    """The site, served, sending to the served phone over HTTP and SMTP."""
    running = RunningSite(tmp_path_factory.mktemp("site"), running_phone)
    yield running
    running.stop()


@pytest.fixture
def servers(running_site: RunningSite, running_phone: RunningPhone, chromium: Browser) -> Iterator[Servers]:
    """Site and phone in a clean world, and as many windows as one likes."""
    servers = Servers(running_site.apps.fresh(), running_site.url, running_phone.url, chromium)
    yield servers
    servers.close()


def assert_accessible(page: Page) -> None:
    """No violation by axe-core, whatever its weight; the text names the rule and the elements.

    The page is whole before it is looked at: after a press the new document may be there with nothing in it yet.
    """
    from axe_core_python.sync_playwright import Axe

    page.wait_for_load_state()
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    told = [
        f"{v['id']} ({v['impact']}): {[n['html'][:160] + ' ' + n['failureSummary'][:200] for n in v['nodes']]}"
        for v in found["violations"]
    ]
    assert not told, f"{page.url}: " + "\n".join(told)


def in_order(page: Page) -> None:
    """Accessible, and no wider than the window."""
    assert_accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
