"""The finder of codes against the corpus: the open half exactly, and the cases of real life."""

import sys
import unicodedata

import pytest

from mocksms.core.codes.finder import find
from mocksms.core.codes.text import normalise
from tests.phone.corpus import Message, messages

UNSOLVED = {"en-108", "fa-015", "zh-025"}
"""Rows of the first two waves that are not right yet; the list only shrinks."""


@pytest.mark.parametrize("message", messages("open"), ids=lambda message: message.id)
def test_open_half(message: Message) -> None:
    found = find(message.text)
    assert found.reason
    assert (found.code == message.code) is (message.id not in UNSOLVED), found.reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("受付番号 482913 確認コード 7391", "7391"),
        ("本人確認\nお客様番号：20481234", None),
        ("code 1234 5678", "12345678"),
        ("code 12345 678", "12345678"),
        ("code 482\u2011913", "482913"),
        ("code 482\u2013913", "482913"),
        ("Your code is 482\u200b913", "482913"),
        ("code 482  913", "482913"),
        ("*518204* is your verification code", "518204"),
        ("_518204_ is your code", "518204"),
        ("VerifyCode:736136", "736136"),
        ("card *8823 was used", None),
        ("2024 is your verification code", "2024"),
        ("【2024】が認証コードです", "2024"),
        ("Use 1999 as your login code", "1999"),
        ("482913", "482913"),
        ("TeamViewer-like code QGFDAE", "QGFDAE"),
        ("Your sign-in code is PJHL-HPHZ", "PJHLHPHZ"),
        ("Your verification code is 123ABC78", "123ABC78"),
        ("Your code is 1234567890", "1234567890"),
        ("認証コード ٤٨٢٩١٣", "482913"),
        ("कोड ४८२९१३", "482913"),
        ("کد ۴۸۲۹۱۳", "482913"),
        ("@example.com #482913\r\n", "482913"),
        ("@example.com #482913 %apple.com", "482913"),
        ("@example.com #482913 @b.example", "482913"),
        ("Mihon: 482913", "482913"),
        ("482913 is your Mihon login", "482913"),
        ("Enter 482913 in the app", "482913"),
        ("照合番号：482913", "482913"),
        ("次の番号を画面に入力してください\n482913", "482913"),
        ("6자리 숫자 482913", "482913"),
        ("4 8 2 9 1 3 4 8 2 9 1 3 4 8 2 9 1 3", "482913"),
        ("Plate 品川 300 あ 12-34, PIN not needed", None),
        ("Use code SAVE20 at checkout", None),
        ("Your password was changed in 2026.", None),
        ("PNR QGFDAE for your flight", None),
        ("WARNING: ENTER YOUR PASSWORD NOW", None),
    ],
)
def test_cases(text: str, code: str | None) -> None:
    assert find(text).code == code


def test_counted_half() -> None:
    """Hold the half that nobody reads to the figures in docs/phone.md."""
    counts = {"found": 0, "missed": 0, "wrong": 0, "false": 0}
    for message in messages("counted"):
        code = find(message.text).code
        if message.code is None:
            counts["false"] += code is not None
        else:
            counts["found" if code == message.code else "wrong" if code else "missed"] += 1
    assert counts["found"] >= 305
    assert counts["wrong"] <= 2
    assert counts["false"] <= 13


def test_every_invisible_character_vanishes_and_every_digit_is_plain() -> None:
    chars = [chr(code) for code in range(sys.maxunicode + 1)]
    invisible = [char for char in chars if unicodedata.category(char) == "Cf"]
    assert [char for char in invisible if normalise(char) != ""] == []
    digits = [char for char in chars if char.isdecimal()]
    assert [char for char in digits if normalise(char) != str(unicodedata.decimal(char))] == []


def test_digits_as_emoji_are_digits() -> None:
    assert (
        find("Code: 4\ufe0f\u20e38\ufe0f\u20e32\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e33\ufe0f\u20e3").code
        == "482913"
    )
