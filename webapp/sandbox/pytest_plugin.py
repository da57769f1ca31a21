"""pytest plugin of the site: fixtures with prefixed names, joined to the phone's plugin. PYTEST_DONT_REWRITE

An installed package is found by pytest itself. Importing this module loads nothing of the site: a test run that does
not use it pays nothing. `webapp.sandbox.testing` has the same fixtures under their short names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from webapp.sandbox.testing import Client, Site, SiteWorld


@pytest.fixture(scope="session")
def mihon_site(mocksms_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the site for as long as the tests run; what it sends goes to the phone of the tests."""
    try:
        from webapp.sandbox.testing import Site  # the site: loaded where a test uses it
    except ModuleNotFoundError as missing:
        pytest.fail(f"{missing.name} is not installed. Run: pip install 'nidankai[site]'", pytrace=False)
    site = Site(str(tmp_path_factory.mktemp("mihon")), mocksms_server)
    yield site
    site.stop()


@pytest.fixture
def mihon(mihon_site: Site, mocksms_phone: Any) -> Iterator[SiteWorld]:
    """Return this test's world of the site. Its messages arrive at `mocksms_phone`."""
    with mihon_site.world(mocksms_phone.world) as world:
        yield world


@pytest.fixture
def mihon_signed_in(mihon: SiteWorld) -> Callable[[str], Client]:
    """`mihon_signed_in("taro")` returns a client that is signed in as this persona."""
    return mihon.signed_in


@pytest.fixture
def mihon_client_as(mihon: SiteWorld) -> Callable[[str], Client]:
    """`mihon_client_as("throttled")` returns a client in this persona's state."""
    return mihon.client_as
