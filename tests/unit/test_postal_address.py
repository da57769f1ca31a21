"""Postal addresses: codes as people type them, and the order of the reader's language."""

from __future__ import annotations

import pytest

from webapp.rules.postal_address import PostalAddress, read_postal_code

SAKURA = PostalAddress("100-0000", "東京都", "見本区", "二段階町 2-2-2", "見本荘101")
LATIN = PostalAddress("SW1A 1AA", "", "London", "10 Sample Street")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1000000", "100-0000"),
        ("〒100-0000", "100-0000"),
        ("〒 １００ー００００", "100-0000"),
        ("100\u200b\u2212000 0\n", "100-0000"),
        ("sw1a 1aa", "SW1A 1AA"),
        ("12345\u20136789", "12345-6789"),
        ("", ""),
        ("\u200b ", ""),
        ("-", None),
        ("東京", None),
        ("<b>", None),
        ("1" * 13, None),
    ],
    ids=str,
)
def test_postal_code_as_typed(typed: str, code: str | None) -> None:
    assert read_postal_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "place", "code"),
    [
        ("6423906", "Tel Aviv", "6423906"),
        ("６４２３９０６", "תל אביב", "6423906"),
        ("832 0000", "Santiago 12", "832 0000"),
        ("832\u20130000", "Santiago", "832-0000"),
        ("1000000", "東京都 Chiyoda", "100-0000"),
        ("1000000", "トウキョウ", "100-0000"),
        ("〒1000000", "Tokyo", "100-0000"),
        ("1000000", "1-2-3", "100-0000"),
    ],
    ids=str,
)
def test_postal_code_of_seven_digits_abroad_stays_as_typed(typed: str, place: str, code: str) -> None:
    assert read_postal_code(typed, place) == code


def test_lines_follow_the_readers_language() -> None:
    assert SAKURA.lines("ja") == ["〒100-0000", "東京都見本区二段階町 2-2-2", "見本荘101"]
    assert SAKURA.lines("en") == ["見本荘101", "二段階町 2-2-2", "見本区, 東京都 100-0000"]
    assert LATIN.lines("ja") == ["SW1A 1AA", "London 10 Sample Street"]
    assert LATIN.lines("en") == ["10 Sample Street", "London, SW1A 1AA"]


def test_stored_text_gives_the_address_again() -> None:
    assert PostalAddress.from_stored(SAKURA.stored) == SAKURA
    assert PostalAddress.from_stored(LATIN.stored) == LATIN
