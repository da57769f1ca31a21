"""Each code block of the README is run as written; the README leads to each page of the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks
from tests.docs.shell import Reader
from tests.packaged import Installed

PAGE = "README.md"


def test_readme_shell_blocks_run_in_a_clone(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        printed = [reader.run(block) for block in blocks(PAGE, "sh")]
    _, tests, calls = printed
    assert re.search(r"\d+ passed", tests), tests
    assert re.search(r"\}\s*\d{6}\Z", calls.strip()), calls


@pytest.mark.parametrize("block", blocks(PAGE, "python"), ids=str)
def test_readme_python_blocks_run_in_an_empty_folder(installed: Installed, block: Block) -> None:
    (installed.folder / "test_example.py").write_text(block.text)
    done = installed.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{block.text.count('def test_')} passed" in done.stdout
