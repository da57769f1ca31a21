"""Refused passwords with their hints, and accepted ones."""

from __future__ import annotations

import pytest

from webapp.errors import WeakPassword
from webapp.rules.password_strength import refuse_weak


def reason(password: str) -> str | None:
    """Why hanako's password is not taken, or None when it is."""
    try:
        refuse_weak(password, name="花子", email="hanako@example.com", phone="+819012345678")
    except WeakPassword as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(
    "password",
    [
        "Kx9#vTq2",  # eight characters at random are enough, of whatever kind
        "8f3jq9zk",
        "8302957716",
        "correct horse battery staple",
        "みかんとねこのゆめ",
        "tulip harbour teapot",
        "hanako-tulip-harbour-teapot",  # a name in it is no harm when there is much else
        "x7!" + "Tulip harbour teapot window paper lantern" * 3,
    ],
)
def test_strong_passwords_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert reason(password) is None


def test_length_is_counted_in_characters_after_nfkc() -> None:
    assert reason("Kx9#vTq") == "too_short"
    assert reason("ｶﾞｶﾞｶﾞｶﾞ") == "too_short"  # half-width: eight signs, four characters
    assert reason("tulip harbour teapot window " * 4 + "lantern paper 12") is None  # 128
    assert reason("tulip harbour teapot window " * 4 + "lantern paper 123") == "too_long"


@pytest.mark.parametrize(
    ("password", "because"),
    [
        ("hanako123", "personal"),
        ("HANAKO-2026", "personal"),
        ("花子19850412", "personal"),
        ("hanako@example.com", "personal"),
        ("09012345678", "personal"),
        ("090-1234-5678", "personal"),
        ("+81 90 1234 5678", "personal"),
        ("０９０１２３４５６７８", "personal"),
        ("mihon1234", "personal"),
        ("19850412", "date"),
        ("1985/04/12", "date"),
        ("12041985", "date"),
        ("1985年4月12日", "date"),
        ("昭和60年4月12日", "date"),
        ("令和元年12月31日", "date"),
        ("S60.4.12", "date"),
        ("password1234", "common"),
        ("Password1", "common"),
        ("qwertyuiop", "common"),
        ("12345678", "common"),
        ("aaaaaaaaaaaa", "pattern"),
        ("abcdefghijkl", "pattern"),
    ],
)
def test_what_others_try_first_is_refused_with_the_reason(password: str, because: str) -> None:
    assert reason(password) == because


def test_what_is_known_of_one_person_says_nothing_of_another() -> None:
    refuse_weak("taro-quiet-paper", name="花子", email="hanako@example.com", phone=None)
    assert reason("Quiet-harbour-9-tulip") is None


def test_refusal_names_the_field_of_its_form() -> None:
    with pytest.raises(WeakPassword) as refused:
        refuse_weak("short", name="花子", email=None, phone="+819012345678", field="passwordNew")
    assert refused.value.field == "passwordNew"
