"""The finder's work grows linearly with the length of a text, up to its limit."""

import itertools
import random
import re
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from mocksms.core.codes import frame
from mocksms.core.codes.finder import find
from mocksms.core.codes.text import LONGEST_TEXT
from tests import cpu
from tests.assertions import not_empty
from tests.phone.corpus import messages

PARTS = [
    *"1A-._/@#*:, \nxの、。٣",
    *(
        "12",
        "4829",
        "code ",
        "code",
        "コード",
        "your ",
        "Mat Khau ",
        "never ask ",
        "PJHL-HPHZ ",
        "one two ",
        "then ",
    ),
    *("https://", "a@", "¥", "2026", "0120-", "\u200b", "認証", "番号", "WOOL15 "),
]


def steps(text: str) -> int:
    """Return how many lines of Python the finder runs for a text."""
    ran = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal ran
        ran += 1
        return count

    before = sys.gettrace()
    with cpu.no_collection():
        sys.settrace(count)
        try:
            find(text)
        finally:
            sys.settrace(before)
    return ran


def test_twice_the_text_takes_twice_the_steps() -> None:
    from hypothesis import example, given, settings
    from hypothesis import strategies as st

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join))
    @example("1 ")
    @example("1-")
    @example("code 12 ")
    @example("a@")
    @example("1234 code ")
    @example("never ask code 1234. ")
    def doubled(part: str) -> None:
        once = part * (2_000 // len(part) + 1)
        find(once * 2)  # its words are known from here on
        assert steps(once * 2) <= 2.2 * steps(once) + 1_000

    doubled()


@pytest.mark.parametrize("gap", [" ", ", ", "-", " - ", ". "])
@pytest.mark.parametrize("highest", [9, 99, 999, 9_999, 99_999])
def test_numbers_without_an_end_take_steps_by_their_length(highest: int, gap: str) -> None:
    numbers = random.Random(highest)
    once = gap.join(str(numbers.randint(highest // 10 + 1, highest)) for _ in range(1_000))
    assert steps(once + gap + once) <= 2.2 * steps(once) + 1_000


@pytest.mark.parametrize("end", ["12", "code", "1.5"])
def test_digits_before_something_else_take_steps_by_their_length(end: str) -> None:
    assert steps("1 " * 2_000 + end) <= 2.2 * steps("1 " * 1_000 + end) + 1_000


@pytest.mark.parametrize("part", ["1 ", "code 4829 ", "コード１２３４。", "a@b/", "one two "])
def test_no_more_than_the_first_characters_are_looked_at(part: str) -> None:
    text = part * (LONGEST_TEXT // len(part))
    find(text)
    find(text * 8)  # each text's words are known from here on
    assert steps(text * 8) <= steps(text) + 100
    assert find("x" * LONGEST_TEXT + " code 482913").code is None


OTHER_DIGITS = str.maketrans("0123456789", "5190280473")


def test_what_a_template_shares_changes_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    some = list(messages("open"))[::8]
    texts = [message.text.translate(digits) for message in some for digits in ({}, OTHER_DIGITS)]
    shared = [find(text) for text in texts]
    monkeypatch.setattr(frame, "_kept", frame.Frame)
    assert [find(text) for text in texts] == shared


NUMBERS = re.compile(r"(?<![0-9A-Za-z])[0-9]{4,8}(?![0-9A-Za-z])")
VALUES = ("482913", "771204", "A1B2C3", "AB12CD", "4821")


def one_template() -> Iterator[list[str]]:
    """Yield texts that share a frame, but whose candidates have other values and shapes."""
    for verb, word in itertools.product(("are", "is"), ("and", "or", "to")):
        pairs = itertools.product(VALUES, VALUES)
        yield [f"Your verification codes {verb} {first} {word} {second}" for first, second in pairs]
    for message in list(messages("open"))[::4]:
        found = list(NUMBERS.finditer(message.text))[:3]
        if len(found) > 1:
            letters = [f"{message.text[: each.start()]}{{}}{message.text[each.end() :]}" for each in found]
            mixed = [
                each.replace("{}", "A1B2C3D4"[: len(number.group())])
                for each, number in zip(letters, found, strict=True)
            ]
            yield [message.text, *mixed, message.text.translate(OTHER_DIGITS)]


def test_no_code_depends_on_the_message_before() -> None:
    changed = []
    for texts in not_empty(list(one_template())):
        alone = []
        for text in texts:
            frame._kept.cache_clear()
            alone.append(find(text))
        for order in (1, -1):
            frame._kept.cache_clear()
            changed += [
                text for text, found in list(zip(texts, alone, strict=True))[::order] if find(text) != found
            ]
    assert not changed
