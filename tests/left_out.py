"""Tests that a run leaves out: those whose program is missing, named in its header, and those of `make check`.

The part `more` of the check runs the tests that are marked so: those of `make test` in another language, width,
colour or number, and further cases of a kind.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import programs

ROOT = Path(__file__).resolve().parent.parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests of `make check` unless their folder is named."""
    return (collection_path == ROOT / programs.CHECK and not _is_check(config)) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that need a missing program, and those of the part `more` unless it runs (`-m more`)."""
    if config.option.markexpr != "more":
        _leave_out(config, items, [item for item in items if item.get_closest_marker("more")])
    if os.environ.get(programs.COUNTING):
        return
    gone = programs.missing()
    paths = {item.path: item.path.relative_to(ROOT).as_posix() for item in items}
    _leave_out(config, items, [i for i in items if any(_needs(paths[i.path], each) for each in gone)])


def _leave_out(config: pytest.Config, items: list[pytest.Item], left_out: list[pytest.Item]) -> None:
    """Deselect items, as a mark's expression does."""
    if left_out:
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]
        config.hook.pytest_deselected(items=left_out)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name each missing program and how many of the run's tests need it."""
    asked = [Path(each.split("::")[0]).resolve() for each in config.args]
    lines = []
    for program in programs.missing():
        needing = [
            ROOT / path for path in program.tests if path.startswith(programs.CHECK) == _is_check(config)
        ]
        pairs = [(path, each) for path in needing for each in asked]
        left_out = {max(pair, key=lambda path: len(path.parts)) for pair in pairs if _is_within(*pair)}
        if left_out:
            lines.append(f"{program.name} is missing, {programs.count(left_out)} tests are left out")
    return lines


def _needs(path: str, program: programs.Program) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in program.tests)


def _is_within(one: Path, other: Path) -> bool:
    """Return whether one of the paths is in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _is_check(config: pytest.Config) -> bool:
    return any(programs.CHECK in each for each in config.args)
