"""Which package may import which (docs/contributing.md#packages-and-what-each-may-import)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from tests.meta.sources import ROOT, Module, modules

# From the top down: a room may use itself, those below it, and the leaves.
ROOMS = ("pages", "flows", "challenges", "factors", "services", "store")
LEAVES = {"config", "clock", "errors", "home", "paths", "setting_checks", "shared"}
MAY_USE = {
    **{room: {*ROOMS[at + 1 :], "rules", *LEAVES} for at, room in enumerate(ROOMS)},
    # Pure: values in, values or a refusal out.
    "rules": {"errors", "shared"},
    # Handed in by app.py. It implements what the services ask for, so it may know their records.
    "outbound": {"services", "store", "rules", *LEAVES},
    **dict.fromkeys(LEAVES, LEAVES),
    # Between the wire and the app: knows neither, and is the same in both apps.
    "edge": set(),
}
ASSEMBLY = {
    "",
    "__main__",
    "app",
    "cli",
    "command",
    "doctor",
    "instances",
    "keys",
    "run",
    "sandbox",
    "transfer",
}
"""What puts the site together, starts it or looks after it: may use everything, and only these may."""
IMPURE = {"os", "pathlib", "socket", "ssl", "subprocess", "tempfile", "time", "datetime", "logging", "sqlite3",
          "sqlite_utils", "httpx", "httpcore", "smtplib"}  # fmt: skip
FLASKLESS = {*ROOMS[1:], "rules", *LEAVES}
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
    allowed = MAY_USE[here] | {here}
    wrong = [
        f"line {line}: {name}"
        for name, line, _inside in module.imports()
        if name.startswith("webapp.") and room(name) not in allowed
    ]
    assert not wrong, f"{module.path} is in the room {here!r}, which may use {sorted(allowed)}: {wrong}"


def test_imports_leave_no_module_outside_of_the_rooms() -> None:
    lost = {module.path for module in modules("webapp") if room(module.name) not in MAY_USE.keys() | ASSEMBLY}
    assert not lost, f"put these into a room of docs/contributing.md: {sorted(lost)}"


def test_imports_of_rules_are_pure() -> None:
    wrong = [
        f"{module.path}:{line} {name}"
        for module in modules("webapp/rules")
        for name, line, _ in module.imports()
        if name.split(".")[0] in IMPURE | FLASK
    ]
    assert not wrong, f"a rule takes values and returns values; files, sockets, clocks are handed in: {wrong}"


def test_imports_of_the_pages_framework_know_no_page() -> None:
    wrong = [
        f"{module.path}:{line} {name}"
        for module in modules("webapp/pages/framework")
        for name, line, _ in module.imports()
        if name.startswith("webapp.pages.") and not name.startswith("webapp.pages.framework")
    ]
    assert not wrong, f"pages use the framework, never the other way: {wrong}"


def test_clock_is_handed_in() -> None:
    """Nothing below app.py makes a clock, or asks the system for the time of day."""
    makes = re.compile(r"(^|[^\w.])(Clock|time\.time|datetime\.(now|today|utcnow)|date\.today)$")
    wrong = [
        f"{module.path}:{node.lineno} {ast.unparse(node.func)}"
        for module in SITE
        if room(module.name) != "clock"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and makes.search(ast.unparse(node.func))
    ]
    assert not wrong, f"take the time from services.clock: a test or a tester moves it: {wrong}"


@pytest.mark.parametrize("module", SITE, ids=lambda module: module.path)
def test_imports_of_flask_stay_out_of_everything_below_pages(module: Module) -> None:
    if room(module.name) not in FLASKLESS:
        return
    wrong = [f"line {line}: {name}" for name, line, _ in module.imports() if name.split(".")[0] in FLASK]
    assert not wrong, f"{module.path} must not know that it is on the web: {wrong}"


@pytest.mark.parametrize("name", ["webapp", "webapp.paths", "webapp.sandbox.client", "webapp.command"])
def test_imports_of_the_package_load_no_app(name: str) -> None:
    """The package is lazy: the client and the command run where Flask is not installed."""
    code = f"import sys, {name}; print(*(sys.modules.keys() & {FLASK | {'sqlite3'}}))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


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


TOOLS = (
    "start",
    "stage",
    "state_diagram",
    "refusals",
    "timeline",
    "controls",
    "personas",
    "journeys",
    "world",
    "store",
    "vocabulary",
)
"""The sandbox's folders from the top down; ``world`` are the modules at its root: which world a request is in, and
what is watched and set there. `sandbox/app.py` puts them together."""


def tool(name: str) -> str:
    """The folder of a name in the sandbox: `webapp.sandbox.personas.page` → `personas`."""
    folder = ([*name.split("."), ""])[2]
    return folder if folder in TOOLS else "world"


def test_imports_of_the_tools_lead_down_only() -> None:
    folders = {path.parent.name for path in (ROOT / "webapp" / "sandbox").glob("*/__init__.py")}
    assert folders == set(TOOLS) - {"world"}, "a folder of the tools has its place in TOOLS"
    wrong = [
        f"{module.path}:{line} {name}"
        for module in modules("webapp/sandbox")
        if module.name != "webapp.sandbox.app"
        for name, line, _ in module.imports()
        if name.startswith("webapp.sandbox.") and TOOLS.index(tool(name)) < TOOLS.index(tool(module.name))
    ]
    assert not wrong, f"each folder of the sandbox may use those after it in TOOLS: {wrong}"


def test_sql_is_in_the_stores_only() -> None:
    wrong = [
        f"{module.path}:{line} {' '.join(text.split())[:60]}"
        for module in modules()
        if not module.name.startswith(SQL_ROOMS)
        for text, line in module.strings()
        if SQL.search(text)
    ]
    assert not wrong, f"SQL belongs into webapp/store and mocksms/store: {wrong}"
