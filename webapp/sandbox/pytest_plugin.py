"""pytest plugin of the site: fixtures with prefixed names, joined to the phone's plugin. PYTEST_DONT_REWRITE

An installed package is found by pytest itself. Importing this module loads nothing of the site: a test run that does
not use it pays nothing. `webapp.sandbox.testing` has the same fixtures under their short names.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from webapp.sandbox.testing import Client, Site, SiteWorld


_WORLD = pytest.StashKey[Any]()
_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Add to the report of a failed test where its world of the site is, and let the world stay."""
    outcome = yield
    world = item.stash.get(_WORLD, None)
    if world is None:
        return
    report = outcome.get_result()
    if report.failed and report.when != "teardown":
        from webapp import paths  # not before a test has failed

        item.stash[_FAILED] = True
        links = f"its world stays: {world.link('/')}\nwhat happened there: {world.link(paths.TOOLS_TIMELINE)}"
        report.sections.append(
            ("sandbox site", f"{links}\nboth while the tests run: add --pdb to stop at a failure")
        )


@contextmanager
def own_world(request: pytest.FixtureRequest, site: Site, name: str) -> Iterator[SiteWorld]:
    """Lend this test's world of the site, which is deleted at the end unless the test has failed."""
    stash = request.node.stash
    stash[_FAILED] = False
    with site.world(name, stays=lambda: stash[_FAILED]) as world:
        stash[_WORLD] = world
        try:
            yield world
        finally:
            del stash[_WORLD]


@pytest.fixture(scope="session")
def mihon_site(mocksms_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the site for as long as the tests run; what it sends goes to the phone of the tests."""
    try:
        from webapp.sandbox.testing import Site  # the site: loaded where a test uses it
    except ModuleNotFoundError as missing:
        raise pytest.fail.Exception(
            f"{missing.name} is not installed. Run: pip install 'nidankai[site]'", pytrace=False
        ) from None
    site = Site(str(tmp_path_factory.mktemp("mihon")), mocksms_server)
    yield site
    site.stop()


@pytest.fixture
def mihon(request: pytest.FixtureRequest, mihon_site: Site, mocksms_phone: Any) -> Iterator[SiteWorld]:
    """Return this test's world of the site. Its messages arrive at `mocksms_phone`."""
    with own_world(request, mihon_site, mocksms_phone.world) as world:
        yield world


@pytest.fixture
def mihon_signed_in(mihon: SiteWorld) -> Callable[[str], Client]:
    """Return a function: `mihon_signed_in("taro")` is a client that is signed in as this persona."""
    return mihon.signed_in


@pytest.fixture
def mihon_client_as(mihon: SiteWorld) -> Callable[[str], Client]:
    """Return a function: `mihon_client_as("throttled")` is a client in this persona's state."""
    return mihon.client_as
