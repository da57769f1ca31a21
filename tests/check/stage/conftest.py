"""Site, phone and a browser, served."""

from __future__ import annotations

from tests.browser.conftest import chromium, running_phone, running_site, servers

__all__ = ["chromium", "running_phone", "running_site", "servers"]
