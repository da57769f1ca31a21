"""Every reason that the finder of codes gives has a text for the handset, which the catalogue translates."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import mocksms
from mocksms.core.codes import points
from mocksms.handset.code_reasons import PLACES, TEXTS
from tests.assertions import not_empty

CODES = Path(mocksms.__file__).parent / "core" / "codes"


def written() -> Iterator[str]:
    """Yield each reason in the source of the finder: the text behind the points of a tuple."""
    for path in CODES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Tuple) and len(node.elts) in (2, 3):
                number, reason = node.elts[-2:]
                if isinstance(reason, ast.Constant) and isinstance(reason.value, str) and _is_points(number):
                    yield reason.value
    for places in (points.BEFORE, points.RIGHT_BEFORE, points.AFTER):
        yield from places.values()


def _is_points(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_points(node.body)
    if isinstance(node, ast.UnaryOp):
        return _is_points(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def has_text(reason: str) -> bool:
    """Return whether the handset knows a reason, whole or as a word and its place."""
    return reason in TEXTS or any(
        reason.endswith(place) and reason.removesuffix(place) in TEXTS for place in PLACES
    )


def test_every_reason_has_a_text() -> None:
    missing = {reason for reason in not_empty(list(written())) if reason and not has_text(reason)}
    assert not missing, f"add to mocksms/handset/code_reasons.py, and translate by `make i18n`: {missing}"
    assert not has_text("a reason of nobody") and not has_text("a reason of nobody before it")
