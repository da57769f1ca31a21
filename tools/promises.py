"""The promises of `docs/promises.md` and their tests, matched by the number at the end of a test's name."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "promises.md"
FIRST_PART = range(1, 71)
WITHDRAWN = "Withdrawn"
HEADING = re.compile(r'^### <a id="(\d+)"></a>(\d+)\. (.+)$', re.MULTILINE)
TEST = re.compile(r"^ *(?:async )?def (test_\w+_s(\d+))\(", re.MULTILINE)
LIST = re.compile(r"^Tests:\n(?:\n?- .*\n)*", re.MULTILINE)

Tests = dict[int, dict[str, list[str]]]
"""Names of tests by promise number, then by file path."""


def tests() -> Tests:
    """Return every test whose name ends in the number of a promise."""
    found: Tests = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for name, number in TEST.findall(path.read_text()):
            found.setdefault(int(number), {}).setdefault(path.relative_to(ROOT).as_posix(), []).append(name)
    return found


def sections(text: str) -> list[tuple[int, str, str]]:
    """Return number, title and text of each promise, in the page's order."""
    marks = list(HEADING.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [(int(mark[1]), mark[3], text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]


def page(text: str) -> str:
    """Return the page with the current list of tests of each promise."""
    found = tests()
    for _, title, body in sections(text):
        assert title == WITHDRAWN or LIST.search(body), f"{title}: a line `Tests:` is missing in {PAGE.name}"
    numbers = (number for number, title, _ in sections(text) if title != WITHDRAWN)
    return LIST.sub(lambda _: _listed(found.get(next(numbers), {})), text)


def _listed(found: dict[str, list[str]]) -> str:
    lines = [
        f"- [{path}](../{path}): {', '.join(f'`{name}`' for name in names)}\n"
        for path, names in found.items()
    ]
    return "Tests:\n" + ("\n" + "".join(lines) if lines else "")


def problems(text: str, found: Tests) -> list[str]:
    """Return the mismatches between the promises of the page and the tests."""
    listed = sections(text)
    numbers = [number for number, _, _ in listed]
    held = {number for number, title, _ in listed if title != WITHDRAWN}
    wrong = [
        f"promise {number} has no test whose name ends in _s{number:02}" for number in held - found.keys()
    ]
    for number in sorted(found.keys() - held):
        names = [name for names in found[number].values() for name in names]
        wrong.append(f"{names} hold promise {number}, which the page does not have")
    wrong += [f"promise {number} is missing" for number in FIRST_PART if number not in numbers]
    if numbers != sorted(set(numbers)):
        wrong.append("the numbers do not grow")
    wrong += [
        f"promise {n} has another anchor than its number" for a, n, _ in HEADING.findall(text) if a != n
    ]
    wrong += [
        f"promise {number} has no line that begins with `Source: `"
        for number, title, body in listed
        if title != WITHDRAWN and not re.search(r"^Source: \w", body, re.MULTILINE)
    ]
    return wrong
