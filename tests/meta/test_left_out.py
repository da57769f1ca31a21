"""A test is left out only if its program is missing, and the run's header says so."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT
from tools.programs import PROGRAMS, Program


def run(*paths: str, **environment: str) -> str:
    """Return what pytest prints about these paths, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "--collect-only", *paths],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_programs_name_tests_that_exist(program: Program) -> None:
    assert not [path for path in not_empty(program.tests) if not (ROOT / path).exists()]


@pytest.mark.more
def test_missing_programs_are_named_with_the_count_of_their_tests() -> None:
    printed = run(
        "tests/security/test_oathtool.py",
        "tests/browser/test_map.py",
        PATH="/nowhere",
        BROWSER_PATH="/nowhere",
    )
    assert "no tests collected" in printed
    assert "oathtool is missing, 1 tests are left out" in printed
    assert re.search(r"Chromium is missing, [1-9] tests are left out", printed)


@pytest.mark.more
def test_more_is_left_to_the_check() -> None:
    path = "tests/browser/test_map.py"
    every, usual = (run(path, *options).count("<Function test_map") for options in (("-m", "more"), ()))
    assert every == 3 and usual == 1


@pytest.mark.more
def test_programs_that_are_there_are_not_named() -> None:
    printed = run("tests/browser/test_map.py", BROWSER_PATH=sys.executable)
    assert "test_map_keeps_each_name_inside_its_box" in printed and "left out" not in printed
