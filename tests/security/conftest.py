"""Fixtures of the security tests."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.app_fixture import World


@pytest.fixture
def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], None]:
    """Return a function that stops the site's clock: then it moves by `world.clock.advance` only.

    So a test can check the exact second at which something ends, however slow the machine.
    """

    def stop(world: World) -> None:
        clock, now = world.services.clock, time.time()
        monkeypatch.setattr(clock, "now", lambda: now + clock.offset)

    return stop


@pytest.fixture
def still(world: World, stop_clock: Callable[[World], None]) -> None:
    """Stop the world's clock from the start."""
    stop_clock(world)
