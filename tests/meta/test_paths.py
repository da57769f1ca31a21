"""URL paths and the flags of cookies are written once (docs/contributing.md#how-to-add-a-page)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.app_fixture import AppFixture
from tests.meta.sources import ROOT, Module, modules
from webapp import paths

PATHS = {name: value for name, value in vars(paths).items() if name.isupper()}
OF_THE_PHONE = {
    "webapp/sandbox/phone.py": {"/api/v1/", "/handsets/"},
    "webapp/run.py": {"/healthz"},
}
"""Paths of the phone, which has its own."""
OF_TESTS = "webapp/sandbox/testing.py"  # hands a test client the cookies of a persona
STATIC = "|".join(re.escape(path.split("<")[0].rstrip("/")) for path in PATHS.values() if path != paths.HOME)
# A path in a text: /account is one in `href="/account"`, but not in `/accounting` or `my/account`.
WRITTEN = re.compile(rf"(?<![\w/.-])({STATIC})(?![\w-])")
QUOTED = re.compile(rf"[\"'`(=]({STATIC})(?![\w-])")
BUILT_ON = re.compile(r"paths\.\w+|[A-Z_]+")


def literal_paths(module: Module) -> Iterator[tuple[int, str]]:
    """Each text in the code that writes a path by hand: a whole one, or the rest behind one of `paths`."""
    docs = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    follows = {
        id(part): ast.unparse(before.value) if isinstance(before, ast.FormattedValue) else ""
        for node in ast.walk(module.tree)
        if isinstance(node, ast.JoinedStr)
        for before, part in zip([None, *node.values], node.values, strict=False)
    }
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docs:
            continue
        begins = not follows.get(id(node)) or BUILT_ON.fullmatch(follows[id(node)])
        if WRITTEN.search(node.value) or (begins and re.match(r"/[a-z]", node.value)):
            yield node.lineno, node.value


@pytest.mark.parametrize(
    "module", [module for module in modules("webapp") if module.name != "webapp.paths"], ids=lambda m: m.path
)
def test_paths_are_written_once(module: Module) -> None:
    wrong = [
        f"{module.path}:{line} {text!r}"
        for line, text in literal_paths(module)
        if text not in OF_THE_PHONE.get(module.path, ())
    ]
    assert not wrong, f"take these from webapp/paths.py, or from url_for: {wrong}"


def test_paths_are_never_written_in_templates_and_scripts() -> None:
    files = [*(ROOT / "templates" / "site").rglob("*.*"), *(ROOT / "webapp" / "static").rglob("*.js")]
    wrong = [
        f"{file.relative_to(ROOT)}:{at} {line.strip()[:80]}"
        for file in files
        for at, line in enumerate(file.read_text().splitlines(), 1)
        if QUOTED.search(line)
    ]
    assert len(files) > 80
    assert not wrong, f"templates use url_for, scripts read a data attribute: {wrong}"


def test_paths_are_the_routes(apps: AppFixture) -> None:
    rules = {rule.rule for rule in apps.site.url_map.iter_rules() if rule.endpoint != "static"}
    again = {paths.MUSIC + path for path in PATHS.values()}  # the sign-in once more, as the music app's
    assert rules - again <= set(PATHS.values()), "each route takes its path from webapp/paths.py"
    unused = {name for name, path in PATHS.items() if not any(rule.startswith(path) for rule in rules)}
    assert not unused, f"no route has or begins with these: {unused}"
    assert len(set(PATHS.values())) == len(PATHS), "one name for each path"


def test_cookies_get_their_flags_in_one_place() -> None:
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules("webapp")
        if module.path not in {"webapp/pages/framework/cookies.py", OF_TESTS}
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"set_cookie", "delete_cookie"})
        or (isinstance(node, ast.keyword) and str(node.arg).lower().endswith(("samesite", "httponly")))
    ]
    assert not wrong, f"use pages/framework/cookies.py: {wrong}"
