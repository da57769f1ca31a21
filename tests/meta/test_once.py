"""What is done in one place only. A list of offenders may only shrink."""

from __future__ import annotations

import re

import pytest

from tests.meta.sources import ROOT, modules

ENGINE = "webapp/challenges/engine.py"

ONCE = {
    "raise WrongCode(": ENGINE,
    "def resend_in": ENGINE,
    "codes.prepare(": ENGINE,
    "codes.verify(": ENGINE,
}
"""A piece of source, and the one module of the site that has it, once."""


@pytest.mark.parametrize("piece", ONCE)
def test_codes_go_out_and_come_back_in_one_engine(piece: str) -> None:
    found = {
        module.path: len(re.findall(re.escape(piece), (ROOT / module.path).read_text()))
        for module in modules("webapp")
    }
    assert {path: count for path, count in found.items() if count} == {ONCE[piece]: 1}
