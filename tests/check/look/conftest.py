"""Site and phone, served, with something in each app of the phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mocksms.testing import RunningPhone, run_phone
from tests.browser.conftest import chromium, servers
from tests.browser.servers import RunningSite
from tests.check.look.handset import Handset, filled

__all__ = ["chromium", "servers"]


@pytest.fixture(scope="session")
def running_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """Return the phone that the site sends to."""
    running = run_phone(str(tmp_path_factory.mktemp("phone")))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, running_phone: RunningPhone
) -> Iterator[RunningSite]:
    """Return the site."""
    running = RunningSite(tmp_path_factory.mktemp("site"), running_phone)
    yield running
    running.stop()


@pytest.fixture
def site_url(running_site: RunningSite) -> str:
    """Return the site's address, in a clean world."""
    running_site.apps.fresh()
    return running_site.url


@pytest.fixture(scope="session")
def handset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handset]:
    """Return the phone whose pages are looked at."""
    running = run_phone(str(tmp_path_factory.mktemp("handset")))
    yield filled(running)
    running.stop()
