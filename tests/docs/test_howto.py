"""The how-to pages have the form that their reader needs; `make check ONLY=howto` runs them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.blocks import HOWTO, NOT_RUN, blocks, file_name, howto_pages, indented
from tests.meta.sources import ROOT

LANGUAGES = {"sh", "python", "js", "ts", "yaml", "dockerfile", *NOT_RUN}
LONGEST_LINES = 130


@pytest.mark.parametrize("page", howto_pages(), ids=lambda page: Path(page).stem)
def test_howto_begins_with_a_command_and_is_short(page: str) -> None:
    lines = (ROOT / page).read_text().splitlines()
    assert "```sh" in lines[:5], "a command within five lines"
    assert len(lines) <= LONGEST_LINES and not indented(page)


@pytest.mark.parametrize("page", howto_pages(), ids=lambda page: Path(page).stem)
def test_howto_says_under_its_first_block_where_the_package_is(page: str) -> None:
    _, _, rest = _text(page).partition("```sh\n")
    _, _, below = rest.partition("\n```\n\n")
    paragraph, _, _ = below.partition("\n\n")
    assert "#get-the-package)" in paragraph


@pytest.mark.parametrize("page", howto_pages(), ids=lambda page: Path(page).stem)
def test_howto_s_requests_fail_on_an_error_answer(page: str) -> None:
    text = "\n".join(block.text for block in blocks(page, "sh", "yaml"))
    assert text.count("curl ") == len(re.findall(r"curl (?:--silent )?--fail ", text))


@pytest.mark.parametrize("page", howto_pages(), ids=lambda page: Path(page).stem)
def test_howto_has_only_files_and_commands(page: str) -> None:
    others = [block for block in blocks(page) if block.language != "sh" and block.language not in NOT_RUN]
    assert {block.language for block in blocks(page)} <= LANGUAGES
    assert not [str(block) for block in others if file_name(block) is None], "begin with the file's name"
    for block in blocks(page, "python"):
        compile(block.text, str(block), "exec")


def test_howto_says_what_is_not_run() -> None:
    silent = [page for page in howto_pages() if blocks(page, *NOT_RUN) and "Not run here" not in _text(page)]
    assert not silent


def _text(page: str) -> str:
    return (ROOT / page).read_text()


def test_howto_index_leads_to_every_page_once() -> None:
    linked = re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / HOWTO / "README.md").read_text())
    assert sorted(linked) == sorted(Path(page).name for page in howto_pages())
