"""What is done in one place only. A list of offenders may only shrink."""

from __future__ import annotations

import re

import pytest

from tests.meta.sources import ROOT, modules

ROOMS = ("webapp/pages", "webapp/flows", "webapp/challenges", "webapp/factors", "webapp/services")
ENGINE = "webapp/challenges/engine.py"

ONCE = {
    "raise WrongCode(": ENGINE,
    "def resend_in": ENGINE,
    "codes.prepare(": ENGINE,
    "codes.verify(": ENGINE,
    "except StaleFlow": "webapp/pages/flow_pages.py",
    "text_of(refusal)": "webapp/pages/error_messages.py",
}
"""A piece of source, and the one module of the site that has it, once."""


@pytest.mark.parametrize("piece", ONCE)
def test_codes_and_refusals_have_one_place_each(piece: str) -> None:
    found = {
        module.path: len(re.findall(re.escape(piece), (ROOT / module.path).read_text()))
        for module in modules(*ROOMS)
    }
    assert {path: count for path, count in found.items() if count} == {ONCE[piece]: 1}
