"""The README links each page of the docs, and its demo accounts are right."""

from __future__ import annotations

import re

from tests.assertions import not_empty
from tests.docs.blocks import blocks, howto_pages, indented, pages
from tests.meta.sources import ROOT
from webapp.sandbox.personas.personas import BASIC, PERSONAS

PAGE = "README.md"


def test_readme_has_no_block_that_is_not_run() -> None:
    # tests/check/postgres/test_team.py runs the one in bash
    assert {block.language for block in blocks(PAGE)} == {"sh", "bash", "python"} and not indented(PAGE)


def test_readme_leads_to_every_page_of_the_docs() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+\.md)", (ROOT / PAGE).read_text()))
    # the index of the how-to pages leads to each of them (tests/docs/test_howto.py)
    missing = {*pages(), "bench/README.md", "CHANGELOG.md"} - {PAGE, *howto_pages()} - linked
    assert not missing, f"the README has no link to {sorted(missing)}"


def test_readme_lists_the_accounts_of_the_first_start() -> None:
    text = (ROOT / PAGE).read_text()
    for name in not_empty(BASIC):
        persona = PERSONAS[name]
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}@example.com` |"))
        digits = re.sub(r"\D", "", row.split("|")[2])
        assert (f"+81{digits[1:]}" if digits else None) == persona.phone


def test_readme_says_how_many_packages_are_downloaded() -> None:
    said = re.search(r"gets about (\d+) packages", (ROOT / PAGE).read_text())
    pins = re.findall(r"^[a-z].*==", (ROOT / "requirements.txt").read_text(), re.M)
    assert said is not None and abs(int(said[1]) - len(pins)) <= 5, f"requirements.txt pins {len(pins)}"
