"""What is measured in a page, and in which windows."""

from __future__ import annotations

import re
from pathlib import Path

from tests.check.look.pages import Kind, State, View

MEASURE = re.sub(r"^\s*//.*$", "", (Path(__file__).parent / "measure.js").read_text(), flags=re.M)


PLAIN = (Kind(320, 568), Kind(390, 844), Kind(844, 390), Kind(1280, 900), Kind(1920, 1080))
SET = (
    Kind(320, 568, "dark", is_forced=True), Kind(390, 844, "dark", type_times=2),
    Kind(1280, 900, "dark", type_times=2), Kind(1920, 1080, is_forced=True),
)  # fmt: skip


def measured(view: View, kinds: tuple[Kind, ...] = PLAIN) -> set[str]:
    """Return what a reader would see go wrong in each kind of window."""
    found = set()
    for kind in kinds:
        view.become(kind)
        found |= {f"{kind}: {what}" for what in view.evaluate(MEASURE)}
    return found


def assert_in_order(state: State, found: set[str]) -> None:
    """Fail on what looks wrong."""
    assert not found, f"{state.name} looks wrong: {sorted(found)}"
