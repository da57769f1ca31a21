"""The bench's peers can be installed, started, sent to and read: its table has their figures."""

from __future__ import annotations

import re

import pytest

from bench import peers
from bench.server_process import INGEST_WORK, LARGE, MEMORY_WORK, SMALL, newest_row_name

pytestmark = pytest.mark.xdist_group("peers")  # two workers would install into the same folder

ROWS = (INGEST_WORK, newest_row_name(SMALL), newest_row_name(LARGE), MEMORY_WORK)


@pytest.fixture(scope="module")
def measured() -> dict[str, peers.Results]:
    return peers.measure()


@pytest.mark.parametrize("peer", ["moto", "maildev"])
def test_peer_is_measured_in_every_row(measured: dict[str, peers.Results], peer: str) -> None:
    (figures,) = [found for name, found in measured.items() if name.startswith(peer)]
    numbers = {row: re.match(r"[\d,.]+", figures.get(row, "")) for row in ROWS}
    assert all(numbers.values()), figures
