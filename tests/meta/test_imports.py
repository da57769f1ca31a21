"""The rooms of the house and the doors between them (docs/contributing.md#the-rooms)."""

from __future__ import annotations

import re

import pytest

from tests.meta.sources import ROOT, Module, modules

# A room may use itself, the rooms named here, and the leaves. Whatever is not named here (create_app, the
# command line, the sandbox's tools) puts the house together and may use everything.
LEAVES = {"config", "clock", "errors", "home"}
MAY_USE = {
    "pages": {"flows", "services", "rules", "store"},
    "flows": {"services", "rules", "store"},
    "services": {"rules", "store"},
    "rules": set(),
    "store": set(),
    # It implements what the services ask for, so it may know their records; nobody below may know it.
    "outbound": {"services", "rules", "store"},
    **{leaf: set() for leaf in LEAVES},
}
FLASKLESS = {"flows", "services", "rules", "store", *LEAVES}
FLASK = {"flask", "werkzeug", "flask_login", "flask_wtf", "flask_babel", "wtforms", "jinja2"}
SQL = re.compile(
    r"\b(SELECT\s[\s\S]*\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+TABLE"
    r"|PRAGMA|BEGIN\s+IMMEDIATE)\b"
)
SQL_ROOMS = ("webapp.store", "webapp.sandbox.store", "mocksms.store")


def room(name: str) -> str:
    """The room of a module of the site: `webapp.store.codes` → `store`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


SITE = [module for module in modules("webapp") if room(module.name) in MAY_USE]


@pytest.mark.parametrize("module", SITE, ids=lambda module: module.path)
def test_imports_lead_down_only(module: Module) -> None:
    here = room(module.name)
    allowed = MAY_USE[here] | LEAVES | {here}
    wrong = [
        f"line {line}: {name}"
        for name, line, _inside in module.imports()
        if name.startswith("webapp.") and room(name) not in allowed
    ]
    assert not wrong, f"{module.path} is in the room {here!r}, which may use {sorted(allowed)}: {wrong}"


@pytest.mark.parametrize("module", SITE, ids=lambda module: module.path)
def test_imports_of_flask_stay_out_of_everything_below_pages(module: Module) -> None:
    if room(module.name) not in FLASKLESS:
        return
    wrong = [f"line {line}: {name}" for name, line, _ in module.imports() if name.split(".")[0] in FLASK]
    assert not wrong, f"{module.path} must not know that it is on the web: {wrong}"


def test_imports_never_cross_between_site_and_phone() -> None:
    wrong = [
        f"{module.path}:{line} {name}"
        for module in modules()
        for name, line, _ in module.imports()
        if name.split(".")[0] in {"webapp", "mocksms"} - {module.name.split(".")[0]}
    ]
    assert not wrong, f"the two apps speak over the wire only: {wrong}"


def test_imports_of_the_house_stand_at_the_top_or_give_their_reason() -> None:
    wrong = [
        f"{module.path}:{line} {name}"
        for module in modules()
        for name, line, inside in module.imports()
        if inside and name.split(".")[0] in ("webapp", "mocksms") and not has_reason(module, line)
    ]
    assert not wrong, (
        f"an import inside a function hides a circle: break it, or say beside it why not: {wrong}"
    )


def has_reason(module: Module, line: int) -> bool:
    """Whether a comment stands on this line, or on the first of the imports that it is one of."""
    lines = (ROOT / module.path).read_text().splitlines()
    while "#" not in lines[line - 1] and lines[line - 2].strip().startswith(("import ", "from ")):
        line -= 1
    return "#" in lines[line - 1]


def test_imports_of_the_sandbox_are_made_by_the_factory_only() -> None:
    wrong = [
        module.path
        for module in modules("webapp")
        if room(module.name) in MAY_USE
        for name, _, _ in module.imports()
        if name.startswith("webapp.sandbox")
    ]
    assert not wrong, f"nothing may need QA's tools: {wrong}"


def test_sql_is_in_the_stores_only() -> None:
    wrong = [
        f"{module.path}:{line} {' '.join(text.split())[:60]}"
        for module in modules()
        if not module.name.startswith(SQL_ROOMS)
        for text, line in module.strings()
        if SQL.search(text)
    ]
    assert not wrong, f"SQL belongs into webapp/store and mocksms/store: {wrong}"
