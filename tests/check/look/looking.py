"""The look checks of a page, and the known problems."""

from __future__ import annotations

import re
from pathlib import Path

from tests.check.look.offenders import OFFENDERS
from tests.check.look.pages import State, View

SIZES = ((320, 568), (390, 844), (844, 390), (1280, 900), (1920, 1080))
MEASURE = re.sub(r"^\s*//.*$", "", (Path(__file__).parent / "measure.js").read_text(), flags=re.M)


def too_wide(view: View) -> set[str]:
    """Return what is wider than the window or its box, with the size of the window."""
    found = set()
    for width, height in SIZES:
        view.resize(width, height)
        found |= {f"{width}: {what}" for what in view.evaluate(MEASURE)}
    return found


def assert_as_known(state: State, browser: str, language: str, found: set[str]) -> None:
    """Fail on problems that are not listed, and on listed ones that are fixed: the list only gets shorter."""
    key = f"{browser} {language} "
    known = {each.removeprefix(key) for each in OFFENDERS.get(state.name, ()) if each.startswith(key)}
    assert not found - known, f"{state.name} looks wrong: {sorted(found - known)}"
    assert not known - found, f"{state.name}: take off OFFENDERS what is mended: {sorted(known - found)}"
