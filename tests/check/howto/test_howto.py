"""Each how-to page works as written, for a reader who has nothing but Python, Node and a browser."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.check.howto.outsider import Outsider
from tests.docs.blocks import howto_pages
from tests.packaged import Built

STAND_INS = {
    "containers": {
        "PYTHONPATH": str(Path(__file__).parent / "stand_ins"),
        "PYTEST_PLUGINS": "docker_stand_in",
        "STAND_IN_PYTHON": sys.executable,
    }
}
"""What a page is given where a program cannot be had, as environment variables."""
RAN = re.compile(r"\b[1-9]\d* passed\b|^(?:#|ℹ) pass [1-9]|^\$ test .*\b482913\b", re.MULTILINE)
"""What a page shows at its end: tests of pytest, Playwright or Node, or a code that is compared."""


@pytest.mark.parametrize("page", howto_pages(), ids=lambda page: Path(page).stem)
def test_howto_works_as_written(page: str, built: Built, tmp_path: Path) -> None:
    stand_in = STAND_INS.get(Path(page).stem, {})
    with Outsider(tmp_path, built.wheel, PIP_NO_COMPILE="1", **stand_in) as outsider:
        told = outsider.follow(page)
    assert RAN.search(told), told[-6000:]
