"""Site and phone for the walk-throughs, in one clean world after another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import chromium, running_phone, running_site, servers
from tests.browser.servers import Servers
from tests.check.walks.eyes import Tab
from tests.check.walks.walk import Walk

__all__ = ["chromium", "running_phone", "running_site", "servers"]


@pytest.fixture
def start(servers: Servers, tmp_path: Path) -> Callable[[Callable[[], Tab]], Walk]:
    """Return a function that starts a walk whose windows are opened by the given function."""

    def start(open_window: Callable[[], Tab]) -> Walk:
        return Walk(servers.world, servers.site_url, servers.phone_url, tmp_path, open_window)

    return start
