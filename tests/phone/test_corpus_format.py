"""The corpus of realistic messages is well formed. No finder runs here."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache

import pytest

from tests.phone.corpus import HERE, NEWEST, SEAL, Message, messages, normalised, seal

LEAST = {"ja": 70, "en": 40}  # rows of a wave; 15 of other languages
LANGUAGES = "ar de en es fa fr he hi id it ja ko nl pl pt ru th tr uk vi zh".split()  # noqa: SIM905
SCRIPTS = {  # how Unicode names the letters that a message in this language cannot do without
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "zh": ("CJK",),
    "ko": ("HANGUL",),
    "ru": ("CYRILLIC",),
    "uk": ("CYRILLIC",),
    "ar": ("ARABIC",),
    "fa": ("ARABIC",),
    "he": ("HEBREW",),
    "hi": ("DEVANAGARI",),
    "th": ("THAI",),
}
RESERVED = re.compile(r"(^|\.)(example\.(com|net|org)|example|test)$")
HOST = re.compile(r"(?:https?://|@)([a-z0-9.-]+[a-z0-9])", re.IGNORECASE)
GAP = 24  # at most so many characters between two of a code's: "4, and then, 8"


@cache
def corpus() -> tuple[Message, ...]:
    return tuple(messages())


@pytest.mark.parametrize("wave", range(1, NEWEST + 1))
@pytest.mark.parametrize("language", LANGUAGES)
def test_corpus_has_enough_of_each_language(language: str, wave: int) -> None:
    rows = [row for row in corpus() if row.language == language and row.wave == wave]
    assert len(rows) >= LEAST.get(language, 15)
    assert {row.channel for row in rows} == {"sms", "mail", "call"}
    assert {row.code is None for row in rows} == {True, False}


def test_corpus_is_whole() -> None:
    assert {path.stem for path in HERE.glob("*.toml")} == set(LANGUAGES)
    assert {row.wave for row in corpus()} | {0} == set(range(NEWEST + 1))


@pytest.mark.parametrize("wave", range(1, NEWEST + 1))
def test_corpus_waves_are_large_and_a_third_has_no_code(wave: int) -> None:
    rows = [row for row in corpus() if row.wave == wave]
    assert len(rows) >= 400
    assert 0.30 <= sum(row.code is None for row in rows) / len(rows) <= 0.36


@pytest.mark.parametrize("language", LANGUAGES)
def test_corpus_numbers_its_rows_without_gaps(language: str) -> None:
    ids = [row.id for row in corpus() if row.language == language]
    assert ids == [f"{language}-{number:03}" for number in range(1, len(ids) + 1)]


def test_corpus_counted_half_is_sealed() -> None:
    """A row that is edited, added or moved to another wave breaks the seal. So does the next wave."""
    assert seal(messages("counted")) == SEAL


def test_corpus_fields_have_their_shape() -> None:
    wrong = [
        row.id
        for row in corpus()
        if row.channel not in {"sms", "mail", "call"}
        or (row.channel == "mail") != bool(row.subject)
        or row.body != row.body.strip()
        or (row.code is not None and not re.fullmatch(r"[0-9A-Za-z]{4,10}", row.code))
    ]
    assert wrong == []


def test_corpus_codes_can_be_read_in_their_messages() -> None:
    wrong = [row.id for row in corpus() if row.code and not _readable(row.code, row.text)]
    assert wrong == []


def _readable(code: str, text: str) -> bool:
    """Tell whether the code's characters follow each other, with little between them."""
    spaced = "".join(normalised(char) or " " for char in unicodedata.normalize("NFKC", text))
    return re.search(f".{{0,{GAP}}}?".join(map(re.escape, code)), spaced) is not None


def test_corpus_rows_are_written_in_their_language() -> None:
    wrong = [row.id for row in corpus() if not _worded(row)]
    assert wrong == []


def _worded(row: Message) -> bool:
    scripts = SCRIPTS.get(row.language)
    if scripts is None:
        return len(re.findall(r"[^\W\d_]{2,}", row.text)) >= 3
    names = [unicodedata.name(char, "") for char in row.text if char.isalpha()]
    return sum(name.startswith(scripts) for name in names) >= 5


def test_corpus_has_no_two_messages_from_one_mould() -> None:
    lines = Counter(line for row in corpus() for line in {_mould(line) for line in row.text.splitlines()})
    assert [line for line, count in lines.items() if count > 1 and len(line) > 30] == []
    bodies = Counter(_mould(row.body) for row in corpus())
    assert [body for body, count in bodies.items() if count > 1] == []


def _mould(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalpha())


def test_corpus_names_reserved_hosts_only() -> None:
    hosts = {(row.id, host.lower()) for row in corpus() for host in HOST.findall(row.text)}
    assert [pair for pair in sorted(hosts) if not RESERVED.search(pair[1])] == []
