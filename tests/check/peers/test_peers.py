"""The bench's peers can be installed, started, sent to and read: its tables have their figures."""

from __future__ import annotations

import re

import pytest

from bench.peers import messages, sign_ins

pytestmark = pytest.mark.xdist_group("peers")  # two workers would install into the same folder


@pytest.fixture(scope="module")
def measured() -> dict[str, messages.Results]:
    return messages.measure()


@pytest.mark.parametrize("peer", ["moto", "maildev"])
def test_peer_is_measured_in_every_row(measured: dict[str, messages.Results], peer: str) -> None:
    (figures,) = [found for name, found in measured.items() if name.startswith(peer)]
    numbers = {row: re.match(r"[\d,.]+", figures.get(row, "")) for row in messages.ROWS}
    assert all(numbers.values()), figures


def test_every_site_signs_in_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "TURNS", 1)
    spent, lines = sign_ins.measure()
    assert set(spent) == {sign_ins.OURS, *(peer.name for peer in sign_ins.PEERS)}, lines
    assert all(spent.values()), spent
