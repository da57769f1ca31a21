"""The code blocks of the testers' pages run as written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import blocks, indented
from tests.docs.shell import Reader
from tests.packaged import Installed
from tools import browser as browsers

GUIDES = ("docs/testers.md", "docs/phone.md", "docs/sandbox.md")
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
FILE = re.compile(r"# (\S+\.py)")


@pytest.mark.parametrize("page", GUIDES)
def test_guides_have_no_block_that_is_not_run(page: str) -> None:
    assert {block.language for block in blocks(page)} <= {"sh", "python", "json"} and not indented(page)
    unnamed = [str(block) for block in blocks(page, "python") if not FILE.match(block.text)]
    assert not unnamed, f"begin with the name of the file, as in `# conftest.py`: {unnamed}"


def test_guide_of_the_phone_runs_in_the_shell(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        _, sent, read, commands = [reader.run(block) for block in blocks("docs/phone.md", "sh")]
    assert '"sid":"SM' in sent
    assert read.startswith("482913") and '"channel":"sms"' in read
    assert commands.startswith("482913\n") and '"code": "482913"' in commands


def test_guide_of_the_phone_runs_in_python(installed: Installed) -> None:
    _write_files("docs/phone.md", installed.folder)
    done = installed.python(*PYTEST)
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


def test_guide_of_testers_runs_in_python(installed: Installed, tmp_path: Path) -> None:
    _write_files("docs/testers.md", installed.folder)
    conftest = installed.folder / "conftest.py"
    conftest.write_text(conftest.read_text() + WITH_CHROMIUM.format(browsers.find(), browsers.FLAGS))
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        done = installed.python(*PYTEST, SITE_URL=reader.url("SITE_PORT"), PHONE_URL=reader.url("PHONE_PORT"))
    assert done.returncode == 0 and "7 passed" in done.stdout, done.stdout[-4000:] + done.stderr


def test_guide_of_testers_runs_in_the_shell(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        (printed,) = [reader.run(block) for block in blocks("docs/testers.md", "sh")]
    assert "太郎" in printed
    assert re.search(r"\d{6}\Z", printed.strip()), printed


def test_guide_of_the_sandbox_runs_and_shows_the_answers(tmp_path: Path) -> None:
    page = "docs/sandbox.md"
    with Reader(tmp_path) as reader:
        reader.run_text("make run")
        answers = [answer for block in blocks(page, "sh") for answer in _objects(reader.run(block))]
    shown = [json.loads(block.text) for block in blocks(page, "json")]
    assert len(shown) == 3
    others = [each for each in shown if _shape(each) not in [_shape(answer) for answer in answers]]
    assert not others, f"no answer looks like this: {others}"


def _write_files(page: str, folder: Path) -> None:
    for block in blocks(page, "python"):
        name = FILE.match(block.text)
        assert name is not None
        (folder / name[1]).write_text(block.text)


def _objects(text: str) -> Iterator[object]:
    """Return the JSON objects in what curl printed, one after the other."""
    at = text.find("{")
    while at >= 0:
        found, at = json.JSONDecoder().raw_decode(text, at)
        yield found
        at = text.find("{", at)


def _shape(value: object) -> object:
    """Return the names in an object, without its values; of a list that of its first entry."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    return [_shape(value[0])] if isinstance(value, list) and value else None
