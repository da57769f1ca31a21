"""Site and phone as two servers in this process, and people with windows before them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from mocksms.testing import RunningPhone
from tests.app_fixture import AppFixture, Clock, World
from tools.driver import Browser, BrowserContext, Page, expect

WIDTHS = {390: 844, 1280: 900}
PATIENCE_MILLISECONDS = 15_000  # for a loaded machine; what is waited for comes at once on a quiet one


def awake(page: Page) -> None:
    """Wait until every module of the page listens: what is pressed before goes the way without JavaScript."""
    expect(page.locator("[data-module]:not([data-awake])")).to_have_count(0)


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and writes no log."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class RunningSite:
    """The site on a free port, sending to a phone that runs; its address is `url`."""

    def __init__(self, folder: Path, phone: RunningPhone) -> None:
        # The port must be known before the site is made: its links begin with it.
        self._server = make_server("127.0.0.1", 0, _not_yet, threaded=True, request_handler=_Quiet)
        self.url = f"http://localhost:{self._server.server_port}"
        self.apps = AppFixture(folder, phone=phone, site_url=self.url)
        self._server.app = self.apps.site
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="site", daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self.apps.close()


def _not_yet(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [])
    return []


@dataclass
class Servers:
    """A clean world on both servers, and as many windows as one likes."""

    world: World
    site_url: str
    phone_url: str
    chromium: Browser
    windows: list[BrowserContext] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """Time in both apps."""
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

    def close(self) -> None:
        """Close all windows."""
        for window in self.windows:
            window.close()
