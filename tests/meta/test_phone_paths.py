"""Each path of the phone is written once: in its route, or in the constant of its blueprint."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mocksms import create_app
from tests.assertions import not_empty
from tests.meta.sources import ROOT, Module, modules


@cache
def bases(folder: Path) -> frozenset[str]:
    """Return the first segment of every route, such as /api or /handsets."""
    rules = create_app({"INSTANCE": str(folder)}).url_map.iter_rules()
    heads = {"/" + rule.rule.split("/")[1] for rule in rules}
    return frozenset(head for head in heads if "<" not in head and head not in ("/", "/static"))


def _texts(module: Module) -> Iterator[tuple[str, int]]:
    """Yield the texts of a module that are no docstring and no argument of a route's decorator."""
    routes = {
        id(node)
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef)
        for decorator in function.decorator_list
        for node in ast.walk(decorator)
    }
    docs = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in routes | docs:
            yield node.value, node.lineno


@pytest.fixture
def heads(tmp_path: Path) -> frozenset[str]:
    return bases(tmp_path)


def test_phone_paths_stand_once(heads: frozenset[str]) -> None:
    assert {"/api", "/handsets", "/_aws"} <= heads
    for head in not_empty(sorted(heads)):
        path = re.compile(rf"(?:\A|://[^/]*){re.escape(head)}(/|\Z)")
        found = [
            f"{module.path}:{line}"
            for module in modules("mocksms")
            for text, line in _texts(module)
            if path.search(text)
        ]
        assert len(found) <= 1, f"use url_for, or the constant of {head}: {found}"


def test_phone_paths_are_made_by_url_for_in_templates(heads: frozenset[str]) -> None:
    path = re.compile("|".join(rf"{re.escape(head)}[/?\"']" for head in heads) + r"|=\"/")
    found = [
        f"{file.name}: {line.strip()}"
        for file in sorted((ROOT / "templates" / "phone").rglob("*.html"))
        for line in file.read_text().splitlines()
        if path.search(line)
    ]
    assert not found, f"use url_for: {found}"
