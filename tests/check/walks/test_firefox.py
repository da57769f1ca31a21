"""Both walk-throughs in Firefox, 390 px wide. Signing in by fingerprint is not walked: BiDi can lend no reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.check.look.firefox import Firefox, running
from tests.check.walks import walk_a, walk_b
from tests.check.walks.eyes import Tab
from tests.check.walks.firefox import FirefoxTab
from tests.check.walks.walk import Lines, Walk


@pytest.fixture
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One process for one walk."""
    with running(tmp_path_factory.mktemp("profile"), "ja", "light") as firefox:
        yield firefox


@pytest.mark.parametrize("lines", [walk_a.LINES, walk_b.LINES], ids=["A", "B"])
def test_walk(lines: Lines, firefox: Firefox, start: Callable[[Callable[[], Tab]], Walk]) -> None:
    lines.walk(start(lambda: FirefoxTab.open(firefox)))
