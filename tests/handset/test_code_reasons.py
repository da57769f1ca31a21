"""Why a number is a code, in the page's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

import mocksms
from mocksms.core.codes import finder, points
from mocksms.handset import code_reasons
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


def test_every_reason_is_translated(phone_app: Flask) -> None:
    with phone_app.test_request_context("/?lang=ja"):
        for reason in not_empty(sorted({each for each in written() if each})):
            assert not code_reasons.translated(reason).isascii(), reason


@pytest.mark.parametrize(
    ("text", "japanese"),
    [
        ("Your code is 482913.", "直前に「コード」を表す語、ほかの記載がほとんどない、6桁"),
        ("お荷物をお届けしました。", "コードになりうる番号がない"),
        ("注文番号は4821です。", "最も可能性の高い番号4821も、コードとする根拠が足りません: "),
    ],
    ids=["code", "none", "little"],
)
def test_reason_is_in_the_pages_language(phone_app: Flask, text: str, japanese: str) -> None:
    reason = finder.find(text).reason
    with phone_app.test_request_context("/?lang=ja"):
        assert japanese in code_reasons.translated(reason)
    with phone_app.test_request_context("/?lang=en"):
        assert code_reasons.translated(reason) == reason


def test_language_is_looked_up_in_order_of_preference(phone_app: Flask) -> None:
    for accepted, language in {"ja-JP,en;q=0.1": "ja", "en-GB,ja;q=0.9": "en", "fr": "ja"}.items():
        page = phone_app.test_client().get("/", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}"' in page.text
