"""Numbers as people type them, stored as E.164."""

from __future__ import annotations

import pytest

from webapp.errors import NotAPhoneNumber
from webapp.rules import phone_numbers


@pytest.mark.parametrize(
    "typed",
    [
        "090-1234-5678",
        "09012345678",
        "０９０−１２３４−５６７８",
        "090 1234 5678",
        "０９０ー１２３４ー５６７８",
        "(090) 1234-5678",
        "+81 90-1234-5678",
        "＋８１９０１２３４５６７８",
        "+81 (0)90-1234-5678",
        "010 81 90 1234 5678",
        "90-1234-5678",
        "\u200e090-1234-5678",
    ],
)
def test_parse_takes_every_spelling(typed: str) -> None:
    number = phone_numbers.parse(typed)
    assert number == phone_numbers.PhoneNumber(
        e164="+819012345678",
        kind="mobile",
        national="090-1234-5678",
        international="+81 90-1234-5678",
        last3="678",
    )


@pytest.mark.parametrize(
    ("typed", "region", "kind", "e164"),
    [
        ("03-1234-5678", "JP", "landline", "+81312345678"),
        ("080-8765-4321", "JP", "mobile", "+818087654321"),
        ("060-1234-5678", "JP", "mobile", "+816012345678"),
        ("090-0000-0000", "JP", "mobile", "+819000000000"),
        ("050-1234-5678", "JP", "other", "+815012345678"),
        ("0120-123-456", "JP", "landline", "+81120123456"),
        ("0570-012-345", "JP", "landline", "+81570012345"),
        ("+1 800 253 0000", "JP", "other", "+18002530000"),
        ("(415) 555-2671", "US", "mobile", "+14155552671"),
        ("020 7946 0018", "GB", "landline", "+442079460018"),
        ("+1 500 555 0001", "JP", "other", "+15005550001"),
        ("+81 90 1234 5678", "US", "mobile", "+819012345678"),
    ],
)
def test_parse_tells_kinds_apart(typed: str, region: str, kind: str, e164: str) -> None:
    number = phone_numbers.parse(typed, region)
    assert (number.kind, number.e164) == (kind, e164)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("　", "empty"),
        ("hanako", "not_a_number"),
        ("0120-FLOWERS", "not_a_number"),
        ("090-1234-5678 ext. 5", "not_a_number"),
        ("090-1234-5678;drop", "not_a_number"),
        ("---", "not_a_number"),
        ("119", "too_short"),
        ("090-1234-567", "too_short"),
        ("1234-5678", "too_short"),
        ("090-1234-56789", "too_long"),
        ("090-1234-5678" * 9, "too_long"),
        ("+999 12345678", "unknown_country"),
    ],
)
def test_parse_says_why_not(typed: str, reason: str) -> None:
    with pytest.raises(NotAPhoneNumber) as refused:
        phone_numbers.parse(typed)
    assert refused.value.reason == reason
    assert refused.value.field == "phoneNumber"


def test_parse_gives_e164_or_refuses() -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    @settings(deadline=None)
    @given(st.text(max_size=80), st.sampled_from(["JP", "US", "GB", "ZZ", ""]))
    def check(typed: str, region: str) -> None:
        try:
            number = phone_numbers.parse(typed, region)
        except NotAPhoneNumber:
            return
        assert number.e164.startswith("+")
        assert number.e164[1:].isdecimal()
        assert len(number.e164) <= 16
        assert phone_numbers.parse(number.e164).e164 == number.e164

    check()


def test_regions_begin_with_japan_and_carry_the_code() -> None:
    japanese, english = phone_numbers.regions("ja"), phone_numbers.regions("en")
    assert japanese[0] == ("JP", "日本 +81")
    assert english[0] == ("JP", "Japan +81")
    assert ("US", "United States +1") in english
    assert {region for region, _ in japanese} == {region for region, _ in english}
    assert english[1:] == sorted(english[1:], key=lambda pair: pair[1])
