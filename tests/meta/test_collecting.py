"""Collecting the tests is quick: it imports no package that only a running test needs."""

from __future__ import annotations

import pytest

from tests.conftest import IMPORTED


def test_collecting_imports_no_heavy_package(pytestconfig: pytest.Config) -> None:
    heavy = pytestconfig.stash[IMPORTED]
    assert not heavy, f"import {heavy} inside the tests and fixtures that need them"
