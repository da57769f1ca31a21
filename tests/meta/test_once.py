"""Things that exist in one place only. A list of offenders may only shrink."""

from __future__ import annotations

import ast
import re

import pytest

from tests.assertions import not_empty
from tests.meta.sources import ROOT, modules

ROOMS = ("webapp/pages", "webapp/flows", "webapp/challenges", "webapp/factors", "webapp/services")
ENGINE = "webapp/challenges/engine.py"

ONCE = {
    "raise WrongCode(": ENGINE,
    "def resend_in": ENGINE,
    "codes.prepare(": ENGINE,
    "codes.verify(": ENGINE,
    "except StaleFlow": "webapp/pages/flow_pages.py",
    "text_of(refusal)": "webapp/pages/error_messages.py",
}
"""A piece of source, and the one module of the site that has it, once."""


@pytest.mark.parametrize("piece", ONCE)
def test_codes_and_refusals_have_one_place_each(piece: str) -> None:
    found = {
        module.path: len(re.findall(re.escape(piece), (ROOT / module.path).read_text()))
        for module in modules(*ROOMS)
    }
    assert {path: count for path, count in found.items() if count} == {ONCE[piece]: 1}


KINDS = {"sms", "voice", "app"}
OUTSIDE = tuple(room for room in ROOMS if room != "webapp/factors")


def asks_for_kind(node: ast.AST) -> bool:
    """Whether a comparison looks at a method's kind, or at what only one factor's methods have."""
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    texts = [ast.unparse(side).strip("\"'[]") for side in sides]
    constants = {each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)}
    is_none = any(isinstance(side, ast.Constant) and side.value is None for side in sides)
    if is_none and any(text.endswith((".number", ".secret")) for text in texts):
        return True
    return bool(constants & KINDS) and any(text.endswith(("kind", "kinds")) for text in texts)


def test_factors_are_asked_and_never_told_apart_by_kind() -> None:
    wrong = [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for module in modules(*OUTSIDE, "webapp/store", "webapp/outbound", "webapp/sandbox")
        for node in ast.walk(module.tree)
        if asks_for_kind(node) and isinstance(node, ast.expr)
    ]
    wrong += [
        f"{path.relative_to(ROOT)} {found[0]}"
        for path in not_empty((ROOT / "templates" / "site").rglob("*.html"))
        for found in re.finditer(r"""(kind|channel) [!=]= ["'](sms|voice|app)["']""", path.read_text())
    ]
    assert not wrong, f"ask the factor (webapp/factors) or its view (webapp/pages/factors): {wrong}"


@pytest.mark.parametrize(
    "line",
    [
        'method.kind == "app"',
        'proof["kind"] != "app"',
        'choice.kind in ("sms", "voice")',
        "old.number is not None",
        "method.secret is None",
    ],
)
def test_factors_told_apart_by_kind_are_found(line: str) -> None:
    assert asks_for_kind(ast.parse(line, mode="eval").body)
