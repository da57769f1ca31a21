"""Loading and making either app pauses the cyclic garbage collector, and leaves it as it was."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mocksms
import webapp
from mocksms.config import SettingError
from tests.meta.sources import ROOT
from webapp.config import ConfigError
from webapp.shared import collector

PHONE = "from mocksms import create_app; create_app({'INSTANCE': sys.argv[1]})"
SITE = (
    "from webapp import create_app; "
    "create_app({'instance': sys.argv[1], 'secret_key': 'x' * 32, 'seal_keys': ('00' * 32,)})"
)
COUNTED = """
import gc, sys
from mocksms.shared import collector
from webapp.shared import collector
runs = []
gc.collect()
gc.callbacks.append(lambda phase, about: runs.append(about["generation"]))
if "off" in sys.argv: gc.disable()
{make}
gc.callbacks.clear()
print(runs, gc.isenabled(), gc.get_freeze_count())
"""


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """Leave the collector of the tests on, whatever happens here."""
    yield
    gc.enable()


@pytest.mark.parametrize("make", [PHONE, SITE])
@pytest.mark.parametrize("state", ["on", "off"])
def test_no_collection_runs_while_an_app_is_loaded_and_made(make: str, state: str, tmp_path: Path) -> None:
    code = COUNTED.format(make=make)
    command = [sys.executable, "-c", code, str(tmp_path), state]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == f"[] {state == 'on'} 0"


def test_the_collector_is_on_again_when_an_app_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        webapp.create_app({"instance": str(tmp_path), "secret_key": "short"})
    assert gc.isenabled()
    with pytest.raises(SettingError):
        mocksms.create_app({"INSTANCE": str(tmp_path), "PORT": "none"})
    assert gc.isenabled()


def test_what_a_paused_block_makes_counts_as_old() -> None:
    with collector.paused():
        made: list[list[int]] = [[] for _ in range(10_000)]
    assert gc.get_count()[0] < gc.get_threshold()[0]
    gc.collect(1)
    assert any(each is made for each in gc.get_objects(generation=2))


def test_a_pause_leaves_frozen_objects_frozen() -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        with collector.paused():
            pass
        assert 0 < gc.get_freeze_count() <= frozen  # what another thread drops is freed
        assert gc.isenabled()
    finally:
        gc.unfreeze()


def test_a_pause_within_a_pause_ends_with_the_outer_one() -> None:
    with collector.paused():
        with collector.paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
