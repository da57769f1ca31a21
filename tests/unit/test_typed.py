"""Addresses and numbers as they are pasted: with invisible characters, extensions, another country's prefix."""

from __future__ import annotations

import pytest

from webapp.errors import NotAMailAddress, NotAPhoneNumber
from webapp.rules import contacts, identifiers, phone_numbers
from webapp.rules.typed import one_line, without_joiners

INVISIBLE = ("\u200b", "\ufeff", "\u2060", "\u00ad", "\u200e", "\u202a", "\u202e", "\ufe0f", "\t", "\n")


@pytest.mark.parametrize("char", INVISIBLE, ids=[f"{ord(each):04x}" for each in INVISIBLE])
def test_invisible_characters_are_dropped(char: str) -> None:
    address, number = f"{char}hana{char}ko@exam{char}ple.com{char}", f"{char}090{char}-1234-5678{char}"
    assert contacts.read(address, None).value == identifiers.read(address).value == "hanako@example.com"
    assert phone_numbers.parse(number).e164 == identifiers.read(number).value == "+819012345678"


@pytest.mark.parametrize("mark", ["#12", ",12", ";12", "～9", "*3", " ext 5", " 内線5"])
def test_extension_is_refused(mark: str) -> None:
    with pytest.raises(NotAPhoneNumber) as refused:
        phone_numbers.parse(f"03-1111-2222{mark}")
    assert refused.value.reason == "not_a_number"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("0081 90 1234 5678", "+819012345678"),
        ("００８１-90-1234-5678", "+819012345678"),
        ("0044 7911 123456", "+447911123456"),
        ("001 202 555 0143", "+12025550143"),
    ],
)
def test_two_zeros_are_a_plus(typed: str, e164: str) -> None:
    assert phone_numbers.parse(typed).e164 == e164


@pytest.mark.parametrize("typed", ["00", "0099 1234 5678 9012"])
def test_two_zeros_before_no_country_are_refused(typed: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        phone_numbers.parse(typed)


def test_local_part_has_64_letters_at_most() -> None:
    assert contacts.read_mail("a" * 64 + "@example.com", None).value.startswith("aaa")
    with pytest.raises(NotAMailAddress):
        contacts.read_mail("a" * 65 + "@example.com", None)


FAMILY, PERSIAN = "👩\u200d👩\u200d👧", "می\u200cخواهم"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (f" {FAMILY} ", FAMILY), (PERSIAN, PERSIAN), ("❤\ufe0f", "❤\ufe0f"), ("a\u200b\tb\n", "a b"),
        ("\u202eabc", "abc"), ("\u200da \u200c b\u200d", "a b"), ("\u200d\u200c", ""), ("\u202e\u202c", ""),
        ("\u200b", ""), ("\ufe0f", ""),
        ("\u3164", ""), ("\u2800 \u115f", ""), ("\u0301", ""), ("a" * 9, "aaaaaaaa"), ("aaaaaaa\u200db", "aaaaaaa"),
        ("\u3164" * 8 + "a", ""),
    ],
    ids=[f"{at}" for at in range(16)],
)  # fmt: skip
def test_names_keep_what_is_seen(typed: str, name: str) -> None:
    assert one_line(typed, 8) == name


def test_joiners_between_letters_are_no_invisible_characters() -> None:
    assert without_joiners(PERSIAN) == "میخواهم" and without_joiners(FAMILY) == "👩👩👧"
    assert without_joiners("\u200da\u200d") == "\u200da\u200d"
