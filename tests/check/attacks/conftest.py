"""Each shape once, and what must be true after every attack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.check.attacks.shapes import SLOWEST, Shape, make_run, production
from tests.edge_server import open_files

SHAPES = {"production": production, "make_run": make_run}
MOST_LEFT = 12
"""Sockets that may stay open after an attack: the site keeps connections to the phone."""
GIVEN_BACK_SECONDS = 60.0
MOST_GROWN = 200 << 20
"""Bytes of memory that all processes may keep of all attacks together."""


@pytest.fixture(scope="session", autouse=True)
def many_files() -> Iterator[None]:
    """Let this process open as many sockets as the attacks hold."""
    with open_files(8000):
        yield


@pytest.fixture(
    scope="session",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SHAPES],
)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shape]:
    """Each shape in turn, used once so that what it loads and opens is there."""
    with SHAPES[request.param](tmp_path_factory.mktemp(request.param)) as shape:
        before = shape.memory()
        yield shape
        assert shape.memory() < before + MOST_GROWN


@pytest.fixture
def shape(served: Shape) -> Iterator[Shape]:
    """A shape that answers at once after the test, has failed nowhere and has given all back."""
    sockets = served.sockets()
    try:
        yield served
    finally:
        served.front.close()
    assert served.slowest_answer() < SLOWEST
    assert served.failures() == []
    assert served.comes_down_to(sockets + MOST_LEFT, GIVEN_BACK_SECONDS)
