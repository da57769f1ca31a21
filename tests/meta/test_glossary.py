"""Public names and docstrings keep to docs/glossary.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.meta.sources import ROOT, Module, modules

ROOMS = ("webapp", "mocksms", "tools", "bench")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()

NOUN_FIRST = re.compile(
    r"(a|all|an|and|another|any|as|at|back|both|by|each|every|everybody|everything|for|from|how|in|instead|its?|no|"
    r"nobody|nothing|of|on|one|only|or|other|ours?|right|same|some|something|such|that|the|their|these|this|those|"
    r"to|what|when|where|whether|which|who|whole|whose|why|with)?(?![a-z])",
    re.I,
)
"""First words of a docstring that is no command. Verbs in a wrong form are refused by ruff (D401)."""


def _column(heading: str) -> tuple[str, ...]:
    """Return what the first column of a table quotes, below a heading of the glossary."""
    part = GLOSSARY.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")]
    return tuple(word for row in rows for word in re.findall(r"`([^`]+)`", row))


WORDS = re.compile(rf"\b({'|'.join(map(re.escape, _column('Words not used')))})\b", re.I)
NAMES = frozenset(_column("Names not used"))


def _public(node: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Yield the public classes and functions, methods included, with their names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef) and not child.name.startswith("_"):
            yield f"{inside}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from _public(child, f"{child.name}.")


def _parts(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())


def _is_property(node: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(each) for each in node.decorator_list)


def problems(module: Module) -> Iterator[str]:
    """Yield what a module has against the glossary."""
    names = {part for part in _parts(module.name) if part in NAMES}
    yield from (f"{module.path}: name {name}" for name in names)
    texts: list[tuple[str, ast.AST]] = [("the module", module.tree), *_public(module.tree)]
    for name, node in texts:
        yield from (f"{module.path}: {name}: name {part}" for part in _parts(name) if part in NAMES)
        text = ast.get_docstring(node) or ""  # type: ignore[arg-type]
        yield from (f"{module.path}: {name}: {found[0]!r}" for found in WORDS.finditer(text))
        is_function = isinstance(node, ast.FunctionDef) and not _is_property(node)
        if text and is_function and NOUN_FIRST.match(text):
            yield f"{module.path}: {name}: begins with {text.split()[0]!r}, not with a verb"


@pytest.mark.parametrize("room", ROOMS)
def test_public_names_and_docstrings_keep_to_the_glossary(room: str) -> None:
    wrong = [text for module in modules(room) for text in problems(module)]
    assert not wrong, "docs/glossary.md says what to write instead:\n" + "\n".join(wrong)


def test_glossary_has_its_tables_and_no_term_twice() -> None:
    terms = re.findall(r"^\| ([a-z][^|`]+) \|", GLOSSARY, re.M)
    assert len(terms) > 30 and len(set(terms)) == len(terms)
    assert terms == sorted(terms), "the terms are in order of the alphabet"
    assert "anew" in _column("Words not used") and "parcel" in NAMES


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("def tell_owner(): ...", 1),
        ("class Letter: ...", 1),
        ('def find():\n    """The row."""', 1),
        ('def find():\n    """Return the row, made anew."""', 1),
        ('def find():\n    """優先する: make it the first."""', 1),
        ('def find():\n    """Return the row."""', 0),
        ('class Row:\n    """A row."""\n    @property\n    def size(self):\n        """The bytes."""', 0),
        ('def _find():\n    """The row is told anew."""', 0),
    ],
    ids=["name", "class", "noun", "word", "label", "verb", "property", "private"],
)
def test_problems_are_found(text: str, count: int) -> None:
    module = Module("sample", "sample.py", is_package=False)
    module.__dict__["tree"] = ast.parse(text)
    assert len(list(problems(module))) == count
