"""A real Chromium with a real site and a real phone, each on its own port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from mocksms.testing import RunningPhone, run_phone
from tests.browser.servers import PATIENCE_MILLISECONDS, RunningSite, Servers
from tools import browser as browsers
from tools.driver import Browser, BrowserContext, Page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one Chromium for this process: Playwright's sync API allows one at a time."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browsers.find(), args=list(browsers.FLAGS))
        slow_down(browser, milliseconds=float(os.environ.get("BROWSER_LAG_MS", "0")))
        yield browser
        browser.close()


def slow_down(browser: Browser, milliseconds: float) -> None:
    """Delay every answer and slow the computer down by four (`BROWSER_LAG_MS=400 make test ARGS=tests/browser`).

    This finds tests that read before what they wait for has come.
    """
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
    """Serve the phone."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, running_phone: RunningPhone
) -> Iterator[RunningSite]:
    """Serve the site; it sends to the served phone over HTTP and SMTP."""
    running = RunningSite(tmp_path_factory.mktemp("site"), running_phone)
    yield running
    running.stop()


@pytest.fixture
def servers(running_site: RunningSite, running_phone: RunningPhone, chromium: Browser) -> Iterator[Servers]:
    """Return site and phone in a clean world, with any number of windows."""
    servers = Servers(running_site.apps.fresh(), running_site.url, running_phone.url, chromium)
    yield servers
    servers.close()


def assert_accessible(page: Page) -> None:
    """Fail on any violation that axe-core finds; the text names the rule and the elements.

    It waits until the page is complete: right after a press the new document may be empty.
    """
    from axe_core_python.sync_playwright import Axe

    page.wait_for_load_state()
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    told = [
        f"{v['id']} ({v['impact']}): {nodes}"
        for v in found["violations"]
        if (
            nodes := [
                n["html"][:160] + " " + n["failureSummary"][:200]
                for n in v["nodes"]
                if not is_passkey_field(n)
            ]
        )
    ]
    assert not told, f"{page.url}: " + "\n".join(told)


def is_passkey_field(node: dict[str, Any]) -> bool:
    """Return whether axe-core 4.4 found the field of the passkeys: it does not know the token of WebAuthn 3 yet."""
    return 'autocomplete="username webauthn"' in node["html"] and "autocomplete" in node["failureSummary"]


def in_order(page: Page) -> None:
    """Fail if the page is not accessible or wider than the window."""
    assert_accessible(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
