"""The Python blocks of the testers' guide run as written; one of them drives a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import write_files
from tests.docs.shell import Reader
from tests.packaged import Installed
from tools import browser as browsers

pytestmark = pytest.mark.more
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
WITH_CHROMIUM = """
import pytest
from playwright.sync_api import sync_playwright


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path={!r}, args={!r})
        yield chromium.new_page()
        chromium.close()
"""
"""What pytest-playwright gives, with the browser of this machine."""


def test_guide_of_testers_runs_in_python(installed: Installed, tmp_path: Path) -> None:
    write_files("docs/testers.md", installed.folder)
    conftest = installed.folder / "conftest.py"
    conftest.write_text(conftest.read_text() + WITH_CHROMIUM.format(browsers.find(), browsers.FLAGS))
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        done = installed.python(*PYTEST, SITE_URL=reader.url("SITE_PORT"), PHONE_URL=reader.url("PHONE_PORT"))
    assert done.returncode == 0 and "7 passed" in done.stdout, done.stdout[-4000:] + done.stderr
