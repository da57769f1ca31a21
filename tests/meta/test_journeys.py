"""Ids of the site's fields and buttons are in the page objects only, and the main job is written once."""

from __future__ import annotations

import ast
import re
from functools import cache

from tests.assertions import not_empty
from tests.meta.sources import ROOT, Module, modules
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.pages import Element

PAGE_OBJECTS = "webapp/sandbox/journeys/pages.py"
READERS = ("webapp/sandbox", "tools", "bench", "tests/browser")
OFFENDERS: dict[str, int] = {}
"""How many ids a file still writes. A number may only become smaller."""
_CONTROL = re.compile(r'<(?:input|button|select|textarea|a)\b[^>]*?\sid="([\w-]+)"')
_MACRO = re.compile(r'[(,]\s*id="([\w-]+)"')


@cache
def ids() -> frozenset[str]:
    """The ids of the fields, buttons and links of the shop's pages."""
    found: set[str] = set()
    for path in (ROOT / "templates" / "site").rglob("*.html"):
        if path.parent.name != "sandbox":
            found |= {*_CONTROL.findall(path.read_text()), *_MACRO.findall(path.read_text())}
    return frozenset(found)


def written(module: Module) -> list[str]:
    """The ids that a module writes in its texts, as selectors."""
    return [
        found
        for text, _line in module.strings()
        for found in re.findall(r"#([A-Za-z][\w-]*)", text)
        if found in ids()
    ]


def test_ids_of_fields_are_in_the_page_objects_only() -> None:
    read = [module for module in not_empty(modules(*READERS)) if module.path != PAGE_OBJECTS]
    found = {module.path: len(written(module)) for module in read if written(module)}
    assert found == OFFENDERS, f"take them from {PAGE_OBJECTS}; OFFENDERS may only shrink"


def test_page_objects_are_on_the_pages() -> None:
    """An id that a template makes of parts, as `method-{{ value }}`, counts as any text in its place."""
    texts = [path.read_text() for path in (ROOT / "templates" / "site").rglob("*.html")]
    given = {each for text in texts for each in re.findall(r'id="([^"]+)"', text)}
    made = {re.sub(r"\\{\\{.*?\\}\\}", ".+", re.escape(each)) for each in given} - {".+"}
    elements = [each for each in vars(pages).values() if isinstance(each, Element)]
    unknown = [
        each.id
        for each in not_empty(elements)
        if each.id and each.id not in ids() and not any(re.fullmatch(id_, each.id) for id_ in made)
    ]
    assert not unknown, "no template has them"


PARTS = ("main_job.SIGN_IN", "main_job.SET_UP_BY_SMS", "main_job.GIVE_CODE", "MAIN_JOB")
"""The parts of the main job that its readers take."""
OF_MAIN_JOB = r"pages\.(SEND_TO_NUMBER, \{pages\.NUMBER: (number|main_job)|NAV_SIGN_IN)"
OWN = "webapp/sandbox/journeys/main_job.py"


def test_main_job_is_written_once() -> None:
    """Nobody else presses the button that turns two-step verification on after a text, or gives the number first."""
    wrong = [
        module.path
        for module in not_empty(modules(*READERS))
        if module.path not in (PAGE_OBJECTS, OWN) and re.search(OF_MAIN_JOB, (ROOT / module.path).read_text())
    ]
    assert not wrong, f"take the steps of {OWN}"
    read = {
        part for part in PARTS for module in modules(*READERS) if part in (ROOT / module.path).read_text()
    }
    assert read == set(PARTS)


def test_page_objects_are_used() -> None:
    """Tests count here: page objects are theirs, too."""
    read = "".join(
        (ROOT / module.path).read_text() for module in modules(*READERS) if module.path != PAGE_OBJECTS
    )
    names = [name for name, each in vars(pages).items() if isinstance(each, Element)]
    assert not [name for name in not_empty(names) if f"pages.{name}" not in read]


def test_sandbox_calls_no_flow_but_to_open_a_session() -> None:
    """A browser gets into a state by pages. Only its session and a document's key are made by the flows' functions."""
    called = {
        f"{module.path}: {call.func.value.id}.{call.func.attr}"
        for module in not_empty(modules("webapp/sandbox"))
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and f"webapp.flows.{call.func.value.id}" in {name for name, _line, _inside in module.imports()}
    }
    assert called == {
        "webapp/sandbox/journeys/walker.py: sign_in.finish",
        "webapp/sandbox/personas/states.py: recovery.seal_context",
    }
