"""Every kind of event has a text for the owner's list, and every notice has a mail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest
from flask import Flask
from flask.ctx import RequestContext

from tests.app_fixture import AppFixture
from tests.meta.sources import modules
from webapp.outbound import notice_templates
from webapp.pages.activity_labels import event_text
from webapp.services.audit import NOTIFY_KINDS
from webapp.store.events import Event

KIND = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded() -> dict[str, str]:
    """Each kind that is recorded somewhere in the site, with a place."""
    found: dict[str, str] = {}
    for module in modules("webapp"):
        for function in ast.walk(module.tree):
            if isinstance(function, ast.FunctionDef):
                for call in _recording(function):
                    place = f"{module.path}:{call.lineno}"
                    kinds = _kinds(function, call.args[3]) or _of_texts([module.tree])
                    if not kinds:
                        found.setdefault("", place)
                    for kind in kinds or ():
                        found.setdefault(kind, place)
    return found


def _recording(function: ast.FunctionDef) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "record"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
        and len(node.args) > 3
    ]


def _kinds(function: ast.FunctionDef, argument: ast.expr) -> set[str]:
    """The kinds that an argument may be: written there, or put into its name in the same function."""
    if isinstance(argument, ast.Constant):
        return {str(argument.value)}
    if not isinstance(argument, ast.Name):
        return _of_texts([argument])
    return _of_texts(
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and argument.id in _names(node)
    )


def _of_texts(parts: Iterable[ast.AST]) -> set[str]:
    """The texts in ``parts`` that have the form of a kind."""
    return {
        node.value
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value)
    }


def _names(assignment: ast.Assign) -> set[str]:
    return {
        node.id for target in assignment.targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }


def test_activity_kinds_are_written_where_they_are_recorded() -> None:
    kinds = recorded()
    assert len(kinds) > 20
    assert "" not in kinds, (
        f"write the kind of the event into the call, so that this test sees it: {kinds['']}"
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_activity_has_words_for_each_kind(apps: AppFixture, language: str) -> None:
    wordless = {}
    with _speaking(apps.site, language):
        for kind, place in recorded().items():
            is_page = kind in apps.site.view_functions  # a text of the same form, in a flow's table
            if not is_page and event_text(Event(1, 0.0, None, kind, "", "", {})) == kind:
                wordless[kind] = place
    assert not wordless, f"webapp/pages/activity_labels.py has no words for {wordless}"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", sorted(NOTIFY_KINDS))
def test_activity_that_is_mailed_has_a_mail(apps: AppFixture, kind: str, language: str) -> None:
    data = {"method": "sms", "to": "h***@example.com", "reason": "-", "count": 1, "name": "-"}
    with _speaking(apps.site, language):
        words = notice_templates.notice_text(kind, data, language)
    assert words.headline and words.body and words.advice


def test_activity_that_is_mailed_is_recorded_somewhere() -> None:
    never = NOTIFY_KINDS - set(recorded())
    assert not never, f"nothing records these: {sorted(never)}"


def _speaking(site: Flask, language: str) -> RequestContext:
    return site.test_request_context(f"/?lang={language}")
