"""Codes as people type them."""

from __future__ import annotations

import re

import pytest

from webapp.rules.digits import clean_code


@pytest.mark.parametrize(
    "typed",
    [
        "123456",
        " 123456 ",
        "123 456",
        "123-456",
        "１２３４５６",
        "１２３　４５６",
        "１２３ー４５６",
        "123−456",
        "123–456",
        "\u200b123456\u200b",
        "1 2 3 4 5 6",
        "123\u00a0456",
        "123456\r\n",
    ],
)
def test_clean_code_takes_what_people_type(typed: str) -> None:
    assert clean_code(typed) == "123456"


def test_clean_code_keeps_leading_zeros() -> None:
    assert clean_code("000 012") == "000012"


@pytest.mark.parametrize(
    "typed",
    ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123.456", "+123456", "123456 " * 20, "-" * 80, "1e5000"],
)
def test_clean_code_guesses_nothing(typed: str) -> None:
    assert clean_code(typed) is None


def test_clean_code_returns_six_ascii_digits_or_none() -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    @settings(deadline=None)
    @given(st.text() | st.text("0123456789０１２３４５６７８９ -", min_size=6, max_size=9))
    def check(typed: str) -> None:
        assert re.fullmatch("[0-9]{6}|None", str(clean_code(typed)))

    check()
