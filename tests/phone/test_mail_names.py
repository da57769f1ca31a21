"""Senders' names and file names, however the sender writes them."""

from __future__ import annotations

import pytest

from mocksms.core import display_names, mail
from mocksms.core.models import Message


def parse(source: str | bytes) -> Message:
    """Return the mail as the phone reads it."""
    return mail.parse(
        source.encode() if isinstance(source, str) else source, "a@example.com", "s@example.com"
    )


@pytest.mark.parametrize(
    ("written", "sender", "name"),
    [
        ("Mihon <b@example.com>", "b@example.com", "Mihon"),
        ("[Mihon] <b@example.com>", "b@example.com", "[Mihon]"),
        ("Mihon, Inc. <b@example.com>", "b@example.com", "Mihon, Inc."),
        ("Mihon; Support <B@example.com>", "b@example.com", "Mihon; Support"),
        ("a@example.com <b@example.com>", "b@example.com", "a@example.com"),
        ('"Mihon <x@example.com>" <b@example.com>', "b@example.com", "Mihon <x@example.com>"),
        ('"Mihon \\"Shop\\"" <b@example.com>', "b@example.com", 'Mihon "Shop"'),
        ("=?utf-8?B?6KaL5pys?= <b@example.com>", "b@example.com", "見本"),
        ('"=?utf-8?B?6KaL5pys?=" <b@example.com>', "b@example.com", "見本"),
        ("=?utf-8?q?x_=3Cy=40example=2Ecom=3E?= <b@example.com>", "b@example.com", "x <y@example.com>"),
        ("見本 <b@example.com>", "b@example.com", "見本"),
        ("b@example.com (Mihon)", "b@example.com", "Mihon"),
        ("b@example.com", "b@example.com", "b@example.com"),
        ("<b@example.com>", "b@example.com", "b@example.com"),
        ("<@relay.example:b@example.com>", "b@example.com", "b@example.com"),
        ("Mihon (Tokyo): <b@example.com>", "b@example.com", "Mihon (Tokyo):"),
        ("Mihon <>", "s@example.com", "Mihon"),
        ("Mihon", "s@example.com", "s@example.com"),
        ("", "s@example.com", "s@example.com"),
    ],
)
def test_sender_is_the_address_in_the_last_brackets(written: str, sender: str, name: str) -> None:
    found = parse(f"From: {written}\r\n\r\nx")
    assert (found.sender, display_names.sender(found)) == (sender, name)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("attachment; filename=bill.pdf", "bill.pdf"),
        ("attachment; filename*=utf-8''%E8%AB%8B%E6%B1%82.pdf; filename=bill.pdf", "請求.pdf"),
        ("attachment; filename=bill.pdf; filename*=utf-8''%E8%AB%8B%E6%B1%82.pdf", "請求.pdf"),
        ("attachment; filename=report(s).pdf", "report(s).pdf"),
        ("attachment; filename=my bill (1) 2026.pdf; size=5", "my bill (1) 2026.pdf"),
        ('attachment; filename="a;b.pdf"', "a;b.pdf"),
        ('attachment; filename="C:\\Users\\x\\bill.pdf"', "bill.pdf"),
        ('attachment; filename="a \\"b\\".pdf"', 'a "b".pdf'),
        ('attachment; filename="unclosed.pdf', "unclosed.pdf"),
        ("attachment; FileName = bill.pdf", "bill.pdf"),
        ("attachment;filename=", "attachment-1"),
        ('attachment; filename="=?utf-8?B?6KuL5rGCLnBkZg==?="', "請求.pdf"),
        ("attachment; filename==?iso-2022-jp?B?GyRCQEE1YRsoQi5wZGY=?=", "請求.pdf"),
        ("attachment; filename*0*=utf-8''%E8%AB; filename*1*=%8B; filename*2=.pdf", "請.pdf"),
        ("attachment; filename*1=.pdf; filename*0=bill", "bill.pdf"),
        ("attachment; filename*=%E8%AB%8B.pdf", "請.pdf"),
        ("attachment; filename*=shift_jis'ja'%90%BF%8B%81.pdf", "請求.pdf"),
        ("attachment; filename=請求.pdf", "請求.pdf"),
        ("attachment", "from-type.pdf"),
    ],
)
def test_file_name_is_read_as_it_was_meant(written: str, name: str) -> None:
    kind = 'application/pdf; name="from-type.pdf"' if written == "attachment" else "application/pdf"
    found = parse(f"Content-Type: {kind}\r\nContent-Disposition: {written}\r\n\r\nx")
    assert [each["name"] for each in found.attachments] == [name]


def test_head_without_a_charset_is_read_by_that_of_the_text() -> None:
    source = "Subject: 認証\r\nContent-Type: text/plain; charset=shift_jis\r\n\r\n本文".encode("cp932")
    assert parse(source).subject == "認証"


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("=?utf-8?Q?Your_code?= is =?utf-8?Q?_482913?=", "Your code is  482913"),
        ("=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
        ("=?utf-8?B?6KqN6Ki8?==?utf-8?B?44Kz44O844OJ?=", "認証コード"),
        ("=?utf-8?B?6KqN6Ki8?=コード", "認証コード"),
        ("=?utf-8*ja?B?6KqN6Ki8?=", "認証"),
        ("=?utf-8?Q?with blanks = and ? marks?=", "with blanks = and ? marks"),
        ("=?utf-8?B?YQ?=", "a"),
        ("=?x-nobody?Q?=E8=AA=8D?=", "認"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("long\r\n line", "long line"),
        ("\x1b$BG'>Z\x1b(B", "認証"),
    ],
)
def test_subject_is_read(written: str, subject: str) -> None:
    assert parse(f"Subject: {written}\r\n\r\nx").subject == subject
