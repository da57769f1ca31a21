"""What the tests of safety share besides a world."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.app_fixture import World


@pytest.fixture
def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], None]:
    """`stop_clock(world)`: from now on the site's time moves by `world.clock.advance` alone, so that a test can look
    at the very second at which something ends, however slow the machine."""

    def stop(world: World) -> None:
        clock, now = world.services.clock, time.time()
        monkeypatch.setattr(clock, "now", lambda: now + clock.offset)

    return stop


@pytest.fixture
def still(world: World, stop_clock: Callable[[World], None]) -> None:
    """The world's clock is stopped from the beginning."""
    stop_clock(world)
