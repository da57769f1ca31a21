"""Every reference leads to a document of this repository, a heading in it, or an existing file."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.meta.sources import ROOT
from tests.meta.test_files import tracked

TEXTS = (
    ".py",
    ".md",
    ".html",
    ".css",
    ".js",
    ".toml",
    ".po",
    ".in",
    ".txt",
    ".sh",
    ".cfg",
    "Makefile",
    "run",
)
THIS = "tests/meta/test_references.py"
DOCUMENT = re.compile(r"(?<![\w/.:-])((?:[\w.-]+/)*[\w-]+\.md)\b((?:(?:, | to | and )?#[\w-]+)*)")
LINK = re.compile(r"!?\[[^\]\n]*\]\(<?([^)\s>]+)>?\)|(?:src|srcset|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
ELSEWHERE = {
    "numbers of screens": re.compile(r"(?<!\[)\b[Ss]creens? #?\d"),
    "numbers of issues": re.compile(r"\b[Ii]ssue #?\d"),
    "a walk-through's page": re.compile(r"\bwalk-through's\b"),
    "sections of a document without its name": re.compile(r"(?<!\w )\(§\d|\.md §"),
}
"""What leads a reader nowhere: a screen is docs/screens.md#4, a promise docs/promises.md#32."""


def without_code(text: str) -> str:
    """Return a page without its fenced and indented blocks: their comments are no headings."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"^(?: {4}|\t).*$", "", text, flags=re.MULTILINE)


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    plain = re.sub(r"<[^>]+>|`", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def anchors_in(text: str) -> set[str]:
    """Return what can be named after `#` in a page: headings (a second one of a name has -1) and ids."""
    found: set[str] = set()
    for heading in HEADING.findall(without_code(text)):
        name, count = slug(heading), 0
        while (f"{name}-{count}" if count else name) in found:
            count += 1
        found.add(f"{name}-{count}" if count else name)
    return found | set(re.findall(r'<a id="([\w-]+)">', text))


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(anchors_in(path.read_text()))


def wrong_references(text: str, folder: Path) -> list[str]:
    """Return the documents and headings named in a text of this folder that are not there."""
    wrong = []
    for name, hashes in DOCUMENT.findall(text):
        places = ((place / name).resolve() for place in (folder, ROOT, ROOT / "docs"))
        path = next((place for place in places if place.is_file() and place.is_relative_to(ROOT)), None)
        if path is None:
            wrong.append(name)
        else:
            wrong += [f"{name}#{a}" for a in re.findall(r"#([\w-]+)", hashes) if a not in anchors(path)]
    return wrong + [
        f"{what}: {found[0]}" for what, kind in ELSEWHERE.items() for found in kind.finditer(text)
    ]


def wrong_links(text: str, page: Path) -> list[str]:
    """Return the relative links of a page that lead to no file or heading."""
    wrong = []
    for target in (one or other for one, other in LINK.findall(without_code(text))):
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", name):
            continue
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and (path.suffix != ".md" or anchor not in anchors(path))):
            wrong.append(target)
    return wrong


def test_references_lead_to_documents_of_this_repository() -> None:
    wrong = {
        path: found
        for path in tracked(*TEXTS)
        if path != THIS and not path.startswith("requirements")
        if (found := wrong_references((ROOT / path).read_text(), (ROOT / path).parent))
    }
    assert not wrong, f"name a page and a heading that are here: {wrong}"


def test_links_of_the_docs_lead_to_files_and_headings() -> None:
    pages = [ROOT / path for path in tracked(".md")]
    assert len(pages) > 10
    wrong = {
        str(page.relative_to(ROOT)): found for page in pages if (found := wrong_links(page.read_text(), page))
    }
    assert not wrong, f"these links lead nowhere: {wrong}"


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        ("see docs/screens.md#4, #5 and docs/promises.md#1 to #10", False),
        ("see docs/screens.md#rules and README.md", False),
        ("see docs/screens.md#400", True),
        ("see docs/promises.md#1 to #1000", True),
        ("see docs/nowhere.md", True),
        ("see PRODUCT.md", True),
        ("the answer of screen 13", True),
        ("(issue 5)", True),
        ("RFC 6238 §5.2", False),
    ],
)
def test_references_that_lead_nowhere_are_found(text: str, is_wrong: bool) -> None:
    assert bool(wrong_references(text, ROOT)) is is_wrong


@pytest.mark.parametrize(
    ("text", "is_wrong"),
    [
        (
            "[a](docs/screens.md#4) ![b](docs/pictures/side-by-side.png) [c](#nidankai) [d](https://example.com/x)",
            False,
        ),
        ("[a](docs/screens.md#400)", True),
        ("[a](docs/nowhere.md)", True),
        ('<img src="docs/pictures/nowhere.png">', True),
        ("```\n[a](docs/nowhere.md)\n```", False),
    ],
)
def test_links_that_lead_nowhere_are_found(text: str, is_wrong: bool) -> None:
    assert bool(wrong_links(text, ROOT / "README.md")) is is_wrong


def test_headings_get_the_anchors_that_github_gives_them() -> None:
    page = (
        '# One `two`, three\n\n## Rules\n\n## Rules\n\n```\n# no heading\n```\n\n### <a id="4"></a>4. Code\n'
    )
    assert anchors_in(page) == {"one-two-three", "rules", "rules-1", "4", "4-code"}


def test_wire_contracts_give_the_codes_of_the_providers() -> None:
    from mocksms.providers.twilio import errors

    text = (ROOT / "docs" / "wires.md").read_text()
    codes = {
        int(code): int(status)
        for code, status in re.findall(r"^\| (\d{5}) \| (\d{3}) \|", text, re.MULTILINE)
    }
    assert len(codes) > 15
    assert codes == {code: errors.Refusal(code).status for code in codes}
    rows = re.findall(r"^\| `(\+1500\d+)` \| (\d*)\s?\| ([^|]*?)\s?\|$", text, re.MULTILINE)
    assert {number: int(to) for number, to, _ in rows if to} == errors.MAGIC_TO
    assert {number: int(sender) for number, _, sender in rows if sender.isdigit()} == errors.MAGIC_FROM
    later = {int(code) for code in re.findall(r"\b(300\d\d)\b", text)}
    assert later <= errors.LATER.keys()
