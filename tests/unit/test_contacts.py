"""Mail addresses and numbers as people type them when they register."""

from __future__ import annotations

import pytest

from webapp.errors import MailDomainRefused, MobileNeeded, NotAMailAddress, NotAPhoneNumber
from webapp.rules import contacts, identifiers
from webapp.rules.contacts import Contact

DOMAINS = ("example.com", "test")


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        (" Yuki@Example.COM ", Contact("mail", "yuki@example.com")),
        ("ｙｕｋｉ＠example.com", Contact("mail", "yuki@example.com")),
        ("yuki+shop@mail.example.com", Contact("mail", "yuki+shop@mail.example.com")),
        ("yuki@mihon.test", Contact("mail", "yuki@mihon.test")),
        ("Yuki..k@example.com", Contact("mail", "yuki..k@example.com")),
        ("yuki-.@example.com", Contact("mail", "yuki-.@example.com")),
        ("080-2222-3333", Contact("sms", "+818022223333")),
        ("０８０２２２２３３３３", Contact("sms", "+818022223333")),
        ("+44 7911 123456", Contact("sms", "+447911123456")),
    ],
)
def test_addresses_and_numbers_are_told_apart(typed: str, contact: Contact) -> None:
    assert contacts.read(typed, DOMAINS) == contact


@pytest.mark.parametrize(
    "typed",
    [
        "yuki",
        "yuki@",
        "@example.com",
        "yu ki@example.com",
        "y@example..com",
        ".y@example.com",
        "..@example.com",
    ],
)
def test_no_address_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(NotAMailAddress):
        contacts.read(typed, None)


def test_address_with_a_line_break_is_no_address() -> None:
    with pytest.raises(NotAMailAddress):
        contacts.read("yuki@example.com\nBcc: all@example.com", None)


@pytest.mark.parametrize("typed", ["yuki@gmail.com", "yuki@notexample.com", "yuki@example.com.evil.net"])
def test_sandbox_takes_reserved_domains_only(typed: str) -> None:
    with pytest.raises(MailDomainRefused) as refused:
        contacts.read(typed, DOMAINS)
    assert refused.value.domains == DOMAINS
    assert contacts.read(typed, None).channel == "mail"


def test_landline_cannot_be_signed_in_with() -> None:
    with pytest.raises(MobileNeeded) as refused:
        contacts.read("03-1234-5678", DOMAINS)
    assert refused.value.field == "email"


def test_half_a_number_is_refused_beside_the_one_field() -> None:
    with pytest.raises(NotAPhoneNumber) as refused:
        contacts.read("090-12", DOMAINS)
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("+819012345678", "090-1234-5678"),
        ("０９０１２３４５６７８", "090-1234-5678"),
        ("03 1234 5678", "03-1234-5678"),
        ("+442079460018", "+44 20 7946 0018"),
        (" Yuki@Example.com\u200b", "Yuki@Example.com"),
        ("hanako", "hanako"),
        (None, ""),
    ],
    ids=str,
)
def test_shown_is_the_owners_spelling(typed: str | None, shown: str) -> None:
    assert identifiers.shown(typed) == shown
