"""Each code block of the README is run as written; the README leads to each page of the docs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks, indented, pages
from tests.docs.shell import Reader
from tests.evidence import some
from tests.meta.sources import ROOT
from tests.packaged import Installed
from webapp.sandbox.people.personas import BASIC, PERSONAS

PAGE = "README.md"


def test_readme_has_no_block_that_is_not_run() -> None:
    assert {block.language for block in blocks(PAGE)} == {"sh", "python"} and not indented(PAGE)


def test_readme_shell_blocks_run_in_a_clone(tmp_path: Path) -> None:
    with Reader(tmp_path) as reader:
        printed = [reader.run(block) for block in blocks(PAGE, "sh")]
    run, tests, calls = printed
    assert "Both, for a demo" in run
    assert re.search(r"\d+ passed", tests), tests
    assert re.search(r"\}\s*\d{6}\Z", calls.strip()), calls


@pytest.mark.parametrize("block", blocks(PAGE, "python"), ids=str)
def test_readme_python_blocks_run_in_an_empty_folder(installed: Installed, block: Block) -> None:
    (installed.folder / "test_example.py").write_text(block.text)
    done = installed.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{block.text.count('def test_')} passed" in done.stdout


def test_readme_leads_to_every_page_of_the_docs() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+\.md)", (ROOT / PAGE).read_text()))
    missing = {*pages(), "bench/README.md", "CHANGELOG.md"} - {PAGE} - linked
    assert not missing, f"the README has no link to {sorted(missing)}"


def test_readme_lists_the_accounts_of_the_first_start() -> None:
    text = (ROOT / PAGE).read_text()
    for name in some(BASIC):
        persona = PERSONAS[name]
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}@example.com` |"))
        digits = re.sub(r"\D", "", row.split("|")[2])
        assert (f"+81{digits[1:]}" if digits else None) == persona.phone
