"""The project's own files, parsed once for all meta-tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("webapp", "mocksms")


@dataclass(frozen=True)
class Module:
    """A Python file: its dotted name, and its path from the root."""

    name: str
    path: str
    is_package: bool

    @cached_property
    def tree(self) -> ast.Module:
        """Return the syntax tree, made on first use, so that collecting the tests doesn't parse."""
        return ast.parse((ROOT / self.path).read_text(), self.path)

    def imports(self) -> Iterator[tuple[str, int, bool]]:
        """Yield each import as (dotted name, line, inside a function); relative ones are made absolute."""
        inside = {id(node) for function in _functions(self.tree) for node in ast.walk(function)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno, id(node) in inside
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                for alias in node.names:
                    yield f"{base}.{alias.name}", node.lineno, id(node) in inside

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - node.level + (1 if self.is_package else 0)]
        return ".".join([*parts, *([node.module] if node.module else [])])

    def strings(self) -> Iterator[tuple[str, int]]:
        """Return each string in the code except docstrings, f-strings by their fixed parts."""
        docs = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                yield node.value, node.lineno


def _functions(tree: ast.Module) -> list[ast.AST]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return every module below these folders of the root; without folders, both apps'."""
    paths = sorted(path for folder in folders or APPS for path in (ROOT / folder).rglob("*.py"))
    return tuple(_module(path) for path in paths)


def _module(path: Path) -> Module:
    relative = path.relative_to(ROOT)
    parts = relative.with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, str(relative), is_package)


@cache
def test_names() -> frozenset[str]:
    """Yield the name of every test function in tests/."""
    return frozenset(
        node.name
        for module in modules("tests")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


test_names.__test__ = False  # type: ignore[attr-defined]  # a helper, whatever its name
