"""The SQL statements in the source of both apps' stores, as patterns for the recorded ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.meta.sources import Module, modules

_STARTS = re.compile(r"\s*\(?\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s")
_SPACE = re.compile(r"\s+")


def patterns(app: str) -> dict[str, re.Pattern[str]]:
    """Return a pattern for each statement of an app by its place (path:line); inserted parts match anything."""
    found = {}
    for module in modules(app):
        if (
            "store" in module.name.split(".")
            and ".engine" not in module.name
            and "migrations" not in module.name
        ):
            for node in _texts(module):
                parts = _parts(node)
                if _STARTS.match(parts[0]):
                    pattern = ".*".join(re.escape(normal(part)) for part in parts)
                    found[f"{module.path}:{node.lineno}"] = re.compile(pattern + ".*", re.S)
    return found


def normal(statement: str) -> str:
    """Return a statement with single spaces."""
    return _SPACE.sub(" ", statement).lstrip()


def _texts(module: Module) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield each string in the code; a string inside an f-string belongs to it."""
    inside = {
        id(part) for node in ast.walk(module.tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)
        if part is not node
    }  # fmt: skip
    for node in ast.walk(module.tree):
        if id(node) not in inside and (
            isinstance(node, ast.JoinedStr)
            or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        ):
            yield node


def _parts(node: ast.Constant | ast.JoinedStr) -> list[str]:
    """Return the fixed parts of a string, split where the code inserts something."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    parts = [""]
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts[-1] += str(each.value)
        else:
            parts.append("")
    return parts
