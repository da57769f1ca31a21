"""Each word of languages.toml can match, and means one thing in its language."""

import re
from collections import Counter
from pathlib import Path

import pytest

from mocksms.core.codes import languages, layout, naming, vocabulary
from mocksms.core.codes.candidates import Candidate
from mocksms.core.codes.points import Points
from tests.assertions import not_empty


def year_after(text: str) -> Points:
    """Return the points of 2025 behind a text."""
    return layout.of_digits(f"{text}2025", Candidate(len(text), len(text) + 4, "2025", "plain"))


@pytest.mark.parametrize("gap", [" ", ". ", " ("])
def test_every_word_before_a_year_is_read(gap: str) -> None:
    unread = [
        word for word in not_empty(languages.YEAR_WORDS) if year_after(word + gap) != year_after("1" + gap)
    ]
    assert not unread


def test_a_year_word_of_an_alphabet_with_blanks_is_whole() -> None:
    assert year_after("เดือนธันวาคม ") == year_after("in ") != year_after("cabin ")
    assert year_after("बजे ") == year_after("in ") != year_after("हमबजे ") == year_after("मीबजे ")


def test_every_word_between_a_name_and_its_number_can_be_there() -> None:
    for word in not_empty(languages.COPULAS):
        after = naming._NAMED_AFTER.match(f"number {word} 4821", 6)
        assert after and after.group(1) == word


def test_every_word_that_tells_a_language_is_one_run_of_letters() -> None:
    assert [
        word for word in not_empty(languages.TELLING) if vocabulary._RUNS.split(word)[1::2] != [word]
    ] == []


def test_every_word_that_stands_last_is_a_word_for_a_number() -> None:
    assert set(not_empty(naming._NAMED_LAST)) <= set(languages.NUMBERS)


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_every_word_is_once_in_its_language(language: str) -> None:
    kinds = languages._TABLES[language]
    words = [word for kind, all_of in kinds.items() if kind not in languages._NO_KINDS for word in all_of]
    counts = Counter(languages.key(word)[0] for word in not_empty(words))
    assert {word: count for word, count in counts.items() if count > 1} == {}


def test_every_kind_of_word_is_explained() -> None:
    text = Path(languages.__file__).with_suffix(".toml").read_text(encoding="utf-8")
    header, _, _ = text.partition("\n\n")
    explained = re.findall(r"^#   (\w+) +\S", header, re.M)
    assert sorted(not_empty(explained)) == sorted(
        {kind for kinds in languages._TABLES.values() for kind in kinds}
    )
