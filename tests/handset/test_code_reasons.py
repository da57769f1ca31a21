"""Why a number is a code, in the page's language."""

from __future__ import annotations

import pytest
from flask import Flask

from mocksms.core.codes import finder
from mocksms.handset import code_reasons


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
