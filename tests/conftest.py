"""What all tests share. A `world` is a site and a phone joined as in life, clean for each test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools import ready

if TYPE_CHECKING:
    from mocksms.testing import Phone
    from tests.house import Clock, House, World
    from tests.people import Person
    from tests.walk import Browser

pytest_plugins = ["tests.moves"]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues once, in the process that hands out the tests."""
    if not hasattr(config, "workerinput"):
        ready.PYTHON = Path(sys.executable)
        ready.compile_catalogues()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both apps, made once for this process."""
    from tests.house import House

    house = House(tmp_path_factory.mktemp("house"))
    yield house
    house.close()


@pytest.fixture
def house_with(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Make a house with other settings: `house_with(send_cap=2)`; it is closed at the test's end."""
    from tests.house import House

    made: list[House] = []

    def make(**settings: Any) -> House:
        made.append(House(tmp_path / f"house-{len(made)}", **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def world(house: House) -> World:
    """Site, phone, clock and people; nothing is left of the test before."""
    return house.fresh()


@pytest.fixture
def phone(world: World) -> Phone:
    """The phone that takes what the site sends."""
    return world.phone


@pytest.fixture
def clock(world: World) -> Clock:
    """Time in both apps; `advance(seconds)` moves it."""
    return world.clock


@pytest.fixture
def browser(world: World) -> Browser:
    """A Japanese browser without cookies."""
    return world.browser()


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Both languages, one test each."""
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
