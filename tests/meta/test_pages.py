"""A page, its template and its tests share a name; none is left over."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT, modules, test_names
from webapp.pages.framework.page_environment import PageEnvironment
from webapp.pages.framework.page_names import bound
from webapp.sandbox.vocabulary.page_titles import TITLES

if TYPE_CHECKING:
    from tests.app_fixture import AppFixture

# Where pages are rendered, by which function, and where their templates lie.
HOMES = {
    "webapp.pages": ("page", "templates/site", ""),
    "mocksms.handset": ("render", "templates/phone", "handset."),
}
NAME = re.compile(r"[a-z_]+(\.[a-z_]+)?")
PARTS = re.compile(r"""(?:\{%-?\s*(?:extends|include|import|from)\s+|cached_part\()["']([^"']+)["']""")
RENDERING = ("page", "render_template")
# Their dictionaries hold an edition's functions, and settings.
OTHER_DICTIONARIES = ("webapp/pages/framework/i18n_cache.py", "webapp/sandbox/testing.py")
SHARED = ("layouts/", "components/", "mail/", "problems/", "sandbox/")


def pages(home: str) -> dict[str, str]:
    """Each page rendered in this package, with the line that renders it."""
    function, _, prefix = HOMES[home]
    found = {}
    for module in modules(*[home.replace(".", "/")]):
        for node in ast.walk(module.tree):
            if not (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function
            ):
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[prefix + first.value] = f"{module.path}:{node.lineno}"
    return found


@pytest.mark.parametrize("home", HOMES)
def test_pages_have_templates_of_their_name(home: str) -> None:
    folder = HOMES[home][1]
    lost = {
        name: place
        for name, place in pages(home).items()
        if not (ROOT / folder / f"{name.replace('.', '/')}.html").is_file()
    }
    assert pages(home) and not lost, f"{folder}/ has no template for {lost}"


@pytest.mark.parametrize("home", HOMES)
def test_pages_are_each_tested_by_name(home: str) -> None:
    names = test_names()
    untested = {
        name: place
        for name, place in pages(home).items()
        if not any(test.startswith(f"test_{name.split('.')[1]}_") for test in names)
    }
    wanted = [f"test_{name.split('.')[1]}_…" for name in untested]
    assert not untested, f"write a test called {wanted}: {untested}"


def test_pages_have_titles_for_the_tools() -> None:
    untitled = {name: place for name, place in pages("webapp.pages").items() if name not in TITLES}
    assert not untitled, f"add a title in webapp/sandbox/vocabulary/page_titles.py: {untitled}"


@pytest.mark.parametrize("home", HOMES)
def test_pages_leave_no_template_over(home: str) -> None:
    folder = ROOT / HOMES[home][1]
    texts = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.html")}
    used = {name.split("/", 1)[1] for text in texts.values() for name in PARTS.findall(text) if "/" in name}
    prefix = HOMES[home][2]
    for module in modules(home.split(".", maxsplit=1)[0]):
        for text, _line in module.strings():
            if NAME.fullmatch(text):
                used.add(f"{(prefix + text).replace('.', '/')}.html")
            elif text.endswith(".html"):
                used.add(text.split("/", 1)[-1])
    over = [name for name in texts if name not in used and not name.startswith(SHARED)]
    assert not over, f"nothing shows or includes these templates in {HOMES[home][1]}: {over}"


def test_no_page_hands_in_a_name_of_its_edition(apps: AppFixture) -> None:
    """It would be ignored where the edition's own is known when the template is compiled."""
    with apps.site.test_request_context("/"):
        environment = apps.site.jinja_env.get_template("site/layouts/base.html").environment
    assert isinstance(environment, PageEnvironment) and environment.edition is not None
    names = environment.edition.functions.keys() | environment.edition.values.keys()
    assert {"_", "url_for", "cached_part", "sandbox"} <= names
    given = [
        f"{module.path}:{node.lineno}: {key}"
        for module in modules("webapp")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call | ast.Dict)
        for key in (*_keywords(node), *(_keys(node) if module.path not in OTHER_DICTIONARIES else ()))
        if key in names
    ]
    templates = not_empty(name for name in environment.list_templates() if name.startswith("site/"))
    given += [f"{name}: {key}" for name in templates for key in bound(environment.parsed(name)) & names]
    assert not given, "these names belong to the edition, use others"


def _keywords(node: ast.expr) -> list[str]:
    """Return the names that a call gives to a template."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RENDERING):
        return []
    return [each.arg for each in node.keywords if each.arg]


def _keys(node: ast.expr) -> list[str]:
    """Return the names that a dictionary could give to a template."""
    keys = node.keys if isinstance(node, ast.Dict) else []
    return [each.value for each in keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]
