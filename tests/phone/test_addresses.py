"""Spellings of numbers and accounts, allowed host names, and no proxy in between."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from mocksms.core import phone_numbers
from mocksms.core.authenticator import parse_uri
from mocksms.testing import Phone, twilio_client
from tests.phone.listener import listening

ME, SHOP = "+819012345678", "+15005550006"


@pytest.mark.parametrize(
    "typed",
    [
        "+8109012345678",
        "+81 (0)90-1234-5678",
        "tel:+81-90-1234-5678",
        "TEL:+819012345678;ext=1",
        "tel:090-1234-5678;phone-context=+81",
        *(
            f"090{hyphen}1234{hyphen}5678"
            for hyphen in "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff70\uff0d\ufe63"
        ),
        "０９０ー１２３４ー５６７８",
        "\u202a+81 90 1234 5678\u202c",
        "090\u200b12345678",
        " 819012345678",
    ],
)
def test_a_number_has_one_spelling(typed: str) -> None:
    assert phone_numbers.normalise(typed) == ME


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+4402079460018", "+442079460018"),
        ("+390612345678", "+390612345678"),  # Italy keeps its 0
        ("+819012345670", "+819012345670"),
        ("+8190", "+8190"),
        ("ユーザー", "ユーザー"),
        ("Mihon–Shop", "Mihon–Shop"),
        ("hanako@example.com", "hanako@example.com"),
        ("tel:nobody", "tel:nobody"),
    ],
)
def test_other_spellings_are_left_alone(typed: str, kept: str) -> None:
    assert phone_numbers.normalise(typed) == kept


def test_a_text_to_another_spelling_reaches_the_handset(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to="tel:+81(0)90-1234-5678", from_=SHOP, body="482913 is your code")
    assert phone.wait_for_code("+8109012345678") == "482913"


@pytest.mark.parametrize(
    ("label", "issuer", "expected"),
    [
        ("Test%3A%20Foo%3AUser", "Test%3A%20Foo", ("Test: Foo", "User")),
        ("Test%3A%20Foo:User", "Test%3A%20Foo", ("Test: Foo", "User")),
        ("Test%3A%20Foo:User", "", ("Test: Foo", "User")),
        ("Mihon:%20hanako%40example.com", "Mihon", ("Mihon", "hanako@example.com")),
        ("Mihon%3Ahanako", "", ("Mihon", "hanako")),
        ("Old%20name:hanako", "Mihon", ("Mihon", "hanako")),
        ("mihon:hanako", "Mihon", ("Mihon", "hanako")),
        ("hanako", "Mihon", ("Mihon", "hanako")),
        ("hanako", "", ("", "hanako")),
    ],
)
def test_a_label_is_parted_into_issuer_and_account(
    label: str, issuer: str, expected: tuple[str, str]
) -> None:
    query = "secret=JBSWY3DPEHPK3PXP" + (f"&issuer={issuer}" if issuer else "")
    entry = parse_uri(f"otpauth://totp/{label}?{query}")
    assert (entry.issuer, entry.name) == expected


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/", lambda answer: answer.text),
        ("/api/v1/messages", lambda answer: answer.json()["detail"]),
        ("/2010-04-01/Accounts/AC1/Messages.json", lambda answer: answer.json()["message"]),
        ("/v1/Services", lambda answer: answer.json()["message"]),
        ("/_aws/sns/sms-messages", lambda answer: answer.text.partition("<Message>")[2]),
    ],
)
def test_a_host_that_is_refused_is_told_the_setting(phone: Phone, path: str, read: Any) -> None:
    answer = httpx.get(f"{phone.url}{path}", headers={"Host": "host.docker.internal:8001"})
    assert answer.status_code == 421
    assert "MOCKSMS_ALLOWED_HOSTS" in read(answer) and "host.docker.internal" in read(answer)


def test_no_proxy_comes_between_the_sdk_and_a_phone_on_this_machine(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        twilio_client(phone.url, phone.account_sid).messages.create(to=ME, from_=SHOP, body="x")
        assert proxy.came.empty()
        proxy.answers = [(407, "{}")]
        with pytest.raises(TwilioRestException):
            twilio_client("http://phone.example:8001").messages.create(to=ME, from_=SHOP, body="x")
        assert proxy.next()[0].startswith("http://phone.example:8001/")
