"""What all tests share. A `world` is a site and a phone joined as in life, clean for each test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools import bootstrap

if TYPE_CHECKING:
    from mocksms.testing import Phone
    from tests.actors import Person
    from tests.app_fixture import AppFixture, Clock, World
    from tests.form_client import Browser

pytest_plugins = [
    "mocksms.pytest_plugin",
    "webapp.sandbox.pytest_plugin",
    "tests.coverage",
    "tests.groups",
    "tests.left_out",
    "tests.recorded_statements",
]

# Rewriting thousands of asserts takes longer than reading them: keep what was rewritten, whatever the environment says.
sys.dont_write_bytecode = False


HEAVY = ("boto3", "django", "hypothesis", "playwright.sync_api", "schemathesis", "twilio.rest")
"""Packages that tests import when they run: collecting the tests, which every worker does, takes seconds with them."""
IMPORTED = pytest.StashKey[list[str]]()
"""Those of them that collecting has imported all the same."""
_BEFORE = pytest.StashKey[frozenset[str]]()


def pytest_xdist_auto_num_workers() -> int:
    """Use two workers more than there are processors: tests that wait for a deadline or a browser leave theirs free."""
    return (os.cpu_count() or 1) + 2


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues once, in the process that distributes the tests."""
    if not hasattr(config, "workerinput"):
        bootstrap.PYTHON = Path(sys.executable)
        bootstrap.compile_catalogues()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Record what pytest and its plugins have imported themselves (with ``-v`` hypothesis, for its header)."""
    session.config.stash[_BEFORE] = frozenset(sys.modules)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Record for a meta-test what was imported up to this point."""
    session.config.stash[IMPORTED] = [
        name for name in HEAVY if name in sys.modules and name not in session.config.stash[_BEFORE]
    ]


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppFixture]:
    """Create both apps once for this process."""
    from tests.app_fixture import AppFixture

    apps = AppFixture(tmp_path_factory.mktemp("apps"))
    yield apps
    apps.close()


@pytest.fixture
def apps_with(tmp_path: Path) -> Iterator[Callable[..., AppFixture]]:
    """Return a function that creates both apps with other settings: `apps_with(send_cap=2)`. They close when the test
    ends.
    """
    from tests.app_fixture import AppFixture

    made: list[AppFixture] = []

    def make(**settings: Any) -> AppFixture:
        made.append(AppFixture(tmp_path / f"apps-{len(made)}", **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def world(apps: AppFixture) -> Iterator[World]:
    """Return site, phone, clock and users, without anything of the previous test. All pages are as Jinja's own."""
    yield apps.fresh()
    apps.plain_pages.check()


@pytest.fixture
def phone(world: World) -> Phone:
    """Return the phone that receives what the site sends."""
    return world.phone


@pytest.fixture
def clock(world: World) -> Clock:
    """Return the clock of both apps; `advance(seconds)` moves it."""
    return world.clock


@pytest.fixture
def browser(world: World) -> Browser:
    """Return a Japanese browser without cookies."""
    return world.browser()


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Return each language, one test each."""
    return str(request.param)


@pytest.fixture
def hanako(world: World) -> Person:
    """Two-step verification off."""
    return world.person("hanako")


@pytest.fixture
def taro(world: World) -> Person:
    """Codes by SMS."""
    return world.person("taro")


@pytest.fixture
def jiro(world: World) -> Person:
    """Codes by an authenticator app; a landline as backup."""
    return world.person("jiro")
