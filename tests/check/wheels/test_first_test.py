"""An outsider's first test: from `pip install` to green within a minute, pip's cache being warm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.check.howto.outsider import Outsider
from tests.packaged import Built

LONGEST_SECONDS = 60


def test_first_test_is_green_within_a_minute(
    built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("warm", "timed"):
        folder = tmp_path / name
        folder.mkdir()
        with Outsider(folder, built.wheel) as outsider:
            began = time.monotonic()
            told = outsider.follow("docs/howto/first-test.md")
            seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{told}\nfrom `pip install` to green: {seconds:.1f} s")
    assert "1 passed" in told
    assert seconds < LONGEST_SECONDS
