"""No outside text costs more than a second, and twice the text costs twice the work (docs/promises.md#73)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import pytest

from mocksms.core import authenticator
from tests import cpu, outside_text
from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tests.outside_text import PIECES, PLACES, of_length
from webapp.errors import Refusal

MOST_SECONDS = 1.0
WORST = ("<a ", "a@", "\u0315\u0300", "\uff9e\u0315", "\x8b")
"""What cost the most once. `tests/check/timing` tries every piece, and mixes."""
TIMES = 8
SHORT = 250


def work(place: Callable[[str], object], text: str) -> Callable[[], None]:
    """Return the work that a place does with a text. A refusal is an answer, too; any other error is a fault."""

    def run() -> None:
        with suppress(authenticator.BadKey, Refusal):
            place(text)

    return run


@pytest.mark.parametrize("name", PLACES)
def test_longest_outside_text_costs_less_than_a_second_s73(name: str) -> None:
    place, longest = PLACES[name]
    for piece in not_empty(WORST):
        run = work(place, of_length(piece, longest))
        assert cpu.is_below(MOST_SECONDS, run), ascii(piece)


@pytest.mark.parametrize("name", PLACES)
def test_work_grows_in_line_with_outside_text_s73(name: str) -> None:
    place, _ = PLACES[name]
    for piece in not_empty(PIECES):
        work(place, piece)()  # what is loaded once counts for neither
        few, many = (cpu.calls(work(place, of_length(piece, SHORT * times))) for times in (1, TIMES))
        assert many <= few * TIMES * 1.5 + 200, ascii(piece)


def test_outside_text_is_normalised_in_one_place_of_each_app_s73() -> None:
    """The library's own time grows with the square of the marks in a row."""
    allowed = {
        "webapp/shared/normal_forms.py",
        "mocksms/shared/normal_forms.py",
        "mocksms/core/gsm_lookalikes.py",
    }
    found = {
        path.relative_to(ROOT).as_posix()
        for app in ("webapp", "mocksms")
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"unicodedata\.normalize|import normalize", path.read_text())
    }
    assert found == allowed


def test_places_are_of_both_apps_s73() -> None:
    assert {name.partition(".")[0] for name in outside_text.PLACES} == {"phone", "site", "both"}
