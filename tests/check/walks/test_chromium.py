"""Both walk-throughs in Chromium, 390 px wide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.servers import Servers
from tests.check.walks import walk_a, walk_b
from tests.check.walks.chromium import ChromiumTab
from tests.check.walks.eyes import Tab
from tests.check.walks.walk import Lines, Walk

CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.mark.parametrize("lines", [walk_a.LINES, walk_b.LINES], ids=["A", "B"])
def test_walk(lines: Lines, servers: Servers, start: Callable[[Callable[[], Tab]], Walk]) -> None:
    lines.walk(start(lambda: ChromiumTab(servers.window(permissions=CLIPBOARD))))
