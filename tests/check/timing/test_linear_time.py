"""Look for outside text that costs more than a second, in any mix of hostile pieces (docs/promises.md#73)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cpu
from tests.assertions import not_empty
from tests.outside_text import PIECES, PLACES, of_length
from tests.security.test_linear_time import MOST_SECONDS, work

pytestmark = pytest.mark.xdist_group("timing")
SLACK = 0.05
"""Seconds below which the clock is too coarse for a comparison."""


@pytest.mark.parametrize("name", PLACES)
def test_any_mix_of_pieces_costs_time_in_line_with_its_length(name: str) -> None:
    place, longest = PLACES[name]

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
        | st.text(min_size=1, max_size=6)
    )
    def check(piece: str) -> None:
        whole, eighth = (work(place, of_length(piece, length)) for length in (longest, longest // 8))
        spent = min(cpu.seconds(whole) for _ in range(2))
        assert spent < MOST_SECONDS
        assert spent <= 24 * max(cpu.seconds(eighth), cpu.seconds(eighth)) + SLACK

    check()


@pytest.mark.parametrize("name", PLACES)
def test_longest_outside_text_of_each_piece_costs_less_than_a_second(name: str) -> None:
    place, longest = PLACES[name]
    for piece in not_empty(PIECES):
        run = work(place, of_length(piece, longest))
        assert cpu.is_below(MOST_SECONDS, run), ascii(piece)
