"""Rules for every file of the project."""

from __future__ import annotations

import ast
import re
import subprocess

from tests.meta.sources import ROOT, modules

LONGEST = 350  # lines; the house's wish is 300
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
CODE = (".py", ".html", ".css", ".js", ".sh", ".txt", ".md")


def tracked(*suffixes: str) -> list[str]:
    """Paths of the files that git knows, or would take, with these endings."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    return [p for p in listing.splitlines() if p.endswith(suffixes) and (ROOT / p).is_file()]


def test_files_are_short() -> None:
    exempt = ("requirements",)
    lengths = {
        path: len((ROOT / path).read_text().splitlines())
        for path in tracked(".py", ".html", ".css", ".js")
        if not path.startswith(exempt)
    }
    long = {path: length for path, length in lengths.items() if length > LONGEST}
    assert not long, f"a file that long has two subjects; give each its own (at most {LONGEST} lines): {long}"


def test_styles_keep_has_apart() -> None:
    """A browser without `:has()` drops a whole rule, with the selectors beside it that it knows."""
    wrong = []
    for path in tracked(".css"):
        css = re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(), flags=re.S)
        for selectors in re.findall(r"([^{}]+)\{", css):
            lines = selectors.strip().split(",\n")
            if len({":has(" in line for line in lines}) > 1:
                wrong.append(f"{path}: {' '.join(selectors.split())}")
    assert not wrong, f"give each its own rule: {wrong}"


def test_files_hold_nothing_unfinished() -> None:
    here = "tests/meta/test_files.py"
    wrong = [p for p in tracked(*CODE) if p != here and UNFINISHED.search((ROOT / p).read_text())]
    assert not wrong, f"finish it, or write it down where work is planned: {wrong}"


def test_files_leave_no_test_out() -> None:
    """Only tests/left_out.py does: by programs that are missing, and what a part of `make check` runs."""
    names = {"skip", "skipif", "xfail", "importorskip", "SkipTest", "collect_ignore", "collect_ignore_glob"}
    hooks = {"pytest_ignore_collect", "pytest_collection_modifyitems", "pytest_deselected"}
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules("tests")
        if module.path not in ("tests/left_out.py", "tests/groups.py")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.Name | ast.FunctionDef) and _names(node) & (names | hooks)
    ]
    assert not wrong, f"a test that is left out proves nothing: {wrong}"
    options = (ROOT / "pyproject.toml").read_text()
    assert not re.findall(r"--ignore|--deselect|collect_ignore|norecursedirs|\"-[km]\"", options)


def _names(node: ast.AST) -> set[str]:
    """Return the names that a piece of code uses or defines."""
    return {value for key in ("attr", "id", "name") if isinstance(value := getattr(node, key, None), str)}


def test_files_explain_every_public_name() -> None:
    wrong = [
        f"{module.path}:{node.lineno} {node.name}"
        for module in modules("webapp", "mocksms")
        for node in _public(module.tree)
        if ast.get_docstring(node) is None
    ]
    assert not wrong, f"a public name says in its docstring what it means: {wrong}"


def _public(tree: ast.Module) -> list[ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef]:
    kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]


def test_files_that_a_newcomer_looks_for_exist() -> None:
    wanted = ("README.md", "CHANGELOG.md", "LICENSE", "docs/decisions.md", "docs/contributing.md", "Makefile")
    missing = [name for name in wanted if not (ROOT / name).is_file()]
    assert not missing, f"missing: {missing}"


def test_files_serve_apps_by_one_runner_an_app() -> None:
    runners = {"webapp/sandbox/server.py", "mocksms/testing.py", "tests/phone/django_site/__main__.py"}
    users = {
        m.path
        for m in modules("webapp", "mocksms", "tests", "tools", "bench")
        if "make_server" in _imported(m.tree)
    }
    assert users == runners, "sites are served in threads by webapp.sandbox.server, phones by mocksms.testing"


def _imported(tree: ast.Module) -> set[str]:
    return {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
