"""Only the engines know which database there is (docs/decisions.md, "Engine seam")."""

from __future__ import annotations

import ast

import pytest

from tests.meta.sources import APPS, ROOT, modules

DRIVERS = {"sqlite3", "sqlite_utils", "psycopg", "psycopg_pool"}


SHARED = ("store/engine", "edge", "shared")
"""Folders that both apps have, because neither may import the other."""


def shared_files(app: str, folder: str) -> dict[str, bytes]:
    """The files of such a folder by name."""
    return {path.name: path.read_bytes() for path in (ROOT / app / folder).glob("*.py")}


@pytest.mark.parametrize("app", APPS)
def test_engines_are_all_that_knows_a_driver(app: str) -> None:
    known = {
        module.path
        for module in modules(app)
        for name, _, _ in module.imports()
        if name.split(".")[0] in DRIVERS and "store" not in module.name.split(".")
    }
    assert not known, f"outside of {app}/store know a driver: {sorted(known)}"


@pytest.mark.parametrize("folder", SHARED)
def test_engines_of_both_apps_are_alike_byte_for_byte(folder: str) -> None:
    assert shared_files("webapp", folder) == shared_files("mocksms", folder), (
        "copy what changed into the other app"
    )
    assert len(shared_files("webapp", folder)) >= 4


@pytest.mark.parametrize("folder", SHARED)
def test_engines_know_neither_app(folder: str) -> None:
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules(f"webapp/{folder}")
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.ImportFrom | ast.Import) and any(app in ast.unparse(node) for app in APPS))
        or (isinstance(node, ast.ImportFrom) and node.level > 1)
    ]
    assert not wrong, f"it imports from its own folder and from libraries only: {wrong}"
