"""The Python blocks of the README and the phone's page run as written, with the built package alone."""

from __future__ import annotations

import pytest

from tests.docs.blocks import FILE, Block, blocks, indented, write_files
from tests.packaged import Installed

GUIDES = ("docs/testers.md", "docs/phone.md", "docs/sandbox.md")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.mark.parametrize("page", GUIDES)
def test_guides_have_no_block_that_is_not_run(page: str) -> None:
    assert {block.language for block in blocks(page)} <= {"sh", "python", "json"} and not indented(page)
    unnamed = [str(block) for block in blocks(page, "python") if not FILE.match(block.text)]
    assert not unnamed, f"begin with the name of the file, as in `# conftest.py`: {unnamed}"


@pytest.mark.parametrize("block", blocks("README.md", "python"), ids=str)
def test_readme_python_blocks_run_in_an_empty_folder(installed: Installed, block: Block) -> None:
    (installed.folder / "test_example.py").write_text(block.text)
    done = installed.python(*PYTEST, "test_example.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{block.text.count('def test_')} passed" in done.stdout


def test_guide_of_the_phone_runs_in_python(installed: Installed) -> None:
    write_files("docs/phone.md", installed.folder)
    done = installed.python(*PYTEST)
    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout + done.stderr
