"""Find one-time codes in a corpus of realistic texts, and nothing in its traps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mocksms.core import segments
from mocksms.core.codes.finder import find, find_links

CORPUS = Path(__file__).with_name("codes_corpus.txt")
Row = tuple[str, str | None, str]


def rows() -> list[Row]:
    found = []
    for line in CORPUS.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, code, text = line.split("\t")
            found.append((kind, None if code == "-" else code, text.replace("\\n", "\n")))
    return found


def test_the_corpus_is_large_enough_and_reported(record_property: Callable[[str, object], None]) -> None:
    texts = [row for row in rows() if row[0] != "trap"]
    hits = sum(find(text).code == code for _, code, text in texts)
    record_property("code_hit_rate", f"{hits}/{len(texts)}")
    assert len(rows()) >= 150
    assert hits / len(texts) >= 0.98


@pytest.mark.parametrize("kind", sorted({row[0] for row in rows()}))
def test_each_text(kind: str) -> None:
    wrong = {row[2]: find(row[2]).code for row in rows() if row[0] == kind and find(row[2]).code != row[1]}
    assert not wrong


def test_long_texts_are_looked_at_in_reasonable_work() -> None:
    """Texts made to be slow; the whole suite would hang on a quadratic look."""
    line = "A line with 12345 words, 2026 prices of $4999 and a code\n"
    for text in (
        line * 5_000,
        "コード1234 " * 30_000,
        "1 " * 50_000,
        "9" * 100_000,
        "a@" * 50_000,
        "one two " * 9_000,
    ):
        find(text)
    assert find("コード " + "1 " * 50_000).code is None
    assert find("code " * 3_000 + "482913").code == "482913"


def test_links_come_once_and_unquoted() -> None:
    html = "<a href=\"https://example.com/a?x=1&amp;y=2\">a</a><a href='https://example.com/b'>b</a>"
    assert find_links("見る: https://example.com/a?x=1&y=2。", html) == (
        "https://example.com/a?x=1&y=2",
        "https://example.com/b",
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("あ" * 66 + "😀" + "あ" * 66, 3),
    ],
)
def test_segments(text: str, parts: int) -> None:
    assert segments.count(text) == parts
