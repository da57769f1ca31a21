"""The largest accepted mail costs less than a second of CPU to read and to show, whatever it contains."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress

import pytest

from mocksms.config import Settings
from mocksms.core import checks, inbox, mail
from mocksms.core.mail import charsets, files, html_text, structure
from mocksms.core.models import Message
from mocksms.handset import mail_html, template_filters
from tests import cpu

pytestmark = pytest.mark.xdist_group("timing")  # another test on the second core would cost it time
LARGEST = Settings().max_mail_bytes
MOST_SECONDS = 1.0
PLAIN = b"Content-Type: text/plain\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
JAPANESE = "確認コードは482913です。お客様番号\r\n"


def full(head: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """Return a mail of the largest size that repeats a piece."""
    room = LARGEST - len(head) - len(end)
    return head + (piece * (room // len(piece) + 1))[:room] + end


def bytes_of_every_value(size: int) -> bytes:
    """Return bytes in no order, the same each time."""
    import random

    return random.Random(1).randbytes(size)


def in_base64(size: int) -> bytes:
    return base64.encodebytes(bytes_of_every_value(size)).replace(b"\n", b"\r\n")


def nested(depth: int, line: bytes) -> bytes:
    """Return multiparts inside each other, with lines in the innermost."""
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each)
        for each in range(depth)
    )
    return full(heads + b"\r\n", line)


def two_texts() -> bytes:
    part = b"Content-Transfer-Encoding: base64\r\n\r\n" + in_base64(LARGEST // 3)
    return (
        MIXED.replace(b"mixed", b"alternative")
        + b"--b\r\nContent-Type: text/plain\r\n" + part
        + b"--b\r\nContent-Type: text/html\r\n" + part + b"--b--\r\n"
    )  # fmt: skip


def with_a_file() -> bytes:
    head = b"--b\r\n\r\ncode 482913\r\n--b\r\nContent-Type: application/pdf\r\n"
    return (
        MIXED
        + head
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + in_base64(LARGEST * 7 // 10)
        + b"\r\n--b--\r\n"
    )


def picture_in_html() -> bytes:
    content = base64.b64encode(bytes_of_every_value(LARGEST * 7 // 10))
    return HTML + b"<p>code 482913<img src='data:image/png;base64," + content + b"'>"


SOURCES: dict[str, Callable[[], bytes]] = {
    "empty_lines": lambda: full(PLAIN, b"\r\n"),
    "lone_cr": lambda: full(PLAIN, b"\r"),
    "words": lambda: full(PLAIN, b"word "),
    "codes": lambda: full(PLAIN, b"code 482913\r\n"),
    "links": lambda: full(PLAIN, b"http://a.example/x "),
    "utf_8": lambda: full(PLAIN, JAPANESE.encode()),
    "cp932": lambda: full(PLAIN, JAPANESE.encode("cp932")),
    "iso_2022_jp": lambda: full(PLAIN, JAPANESE.encode("iso-2022-jp")),
    "euc_jp": lambda: full(PLAIN.replace(b"plain", b"plain; charset=euc-jp"), JAPANESE.encode("euc-jp")),
    "big5": lambda: full(PLAIN.replace(b"plain", b"plain; charset=big5"), "驗證碼 482913\r\n".encode("big5")),
    "latin": lambda: full(PLAIN, "café déjà vu\r\n".encode("latin1")),
    "noise": lambda: PLAIN + bytes_of_every_value(LARGEST - len(PLAIN)),
    "two_texts": two_texts,
    "parts": lambda: full(MIXED, b"--b\r\n\r\nx\r\n"),
    "files": lambda: full(MIXED, b"--b\r\nContent-Type: application/pdf; name=a\r\n\r\nx\r\n"),
    "boundaries": lambda: full(MIXED, b"--bx\r\n"),
    "nested_lines": lambda: nested(9, b"a" * 76 + b"\r\n"),
    "nested_empty": lambda: nested(180, b"\r\n"),
    "headers": lambda: full(b"", b"X-A: y\r\n"),
    "folded": lambda: full(b"Subject: x\r\n", b" y\r\n"),
    "file": with_a_file,
    "html": lambda: full(HTML, b"<p>Your code is 482913</p>\r\n"),
    "html_links": lambda: full(HTML, b"<a href='http://a.example/x'>a</a>\r\n"),
    "html_signs": lambda: full(HTML, b"&"),
    "html_entities": lambda: full(HTML, b"&amp;"),
    "html_picture": picture_in_html,
    "html_style": lambda: full(HTML + b"<style>", b"p{color:red}\n", b"</style>x"),
}


@pytest.mark.parametrize("made", SOURCES.values(), ids=SOURCES.keys())
def test_the_largest_mail_is_read_and_shown_within_a_second_s73(made: Callable[[], bytes]) -> None:
    source, found = made(), Message("", "mail", "", "")

    def read() -> None:
        nonlocal found
        with suppress(structure.TooManyParts):
            found = mail.parse(source, "a@example.com", "s@example.com")
            inbox.examine(found)

    def lay_out() -> None:
        pictures = files.pictures(source) if "cid:" in found.html else {}
        mail_html.document(found.html, found.subject, pictures, "dark")

    def show() -> None:
        files.listed(source)
        checks.of(found)
        template_filters.body_markup(found)

    assert len(source) <= LARGEST
    for work in (read, lay_out, show):
        assert cpu.is_below(MOST_SECONDS, work), work.__name__


@pytest.mark.parametrize("entities", [1, 4])
def test_many_signs_in_a_row_take_time_by_their_number(entities: int) -> None:
    html = "&" * (html_text.MOST_ESCAPED // 4 * entities)
    assert cpu.is_below(MOST_SECONDS, lambda: mail_html.clean(html))


def test_a_mail_of_very_many_lines_is_read_from_its_beginning_and_says_so() -> None:
    found = mail.parse(full(PLAIN, b"code 482913\r\n"), "a@example.com", "s@example.com")
    inbox.examine(found)
    assert found.body.count("\n") == structure.MOST_LINES - 2
    assert (found.code, found.details["cut"]) == ("482913", True)


def test_a_large_file_is_whole() -> None:
    source = with_a_file()
    found = mail.parse(source, "a@example.com", "s@example.com")
    [file] = files.listed(source)
    assert file["size"] == LARGEST * 7 // 10 and "cut" not in found.details
    part = files.file(source, 0)
    assert part is not None and part.content == bytes_of_every_value(LARGEST * 7 // 10)


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("shift_jis", "cp932"),
        ("iso-2022-jp", "iso-2022-jp"),
        ("euc-jp", "euc-jp"),
        ("utf-16le", "utf-16-le"),
        ("", "cp932"),
    ],
    ids=["shift_jis", "iso_2022_jp", "euc_jp", "utf_16", "undeclared"],
)
def test_a_very_long_text_ends_at_a_character(charset: str, codec: str) -> None:
    text = JAPANESE * 20_000
    read = charsets.decode(text.encode(codec), charset).text
    assert text.startswith(read) and len(read) > charsets.LONGEST_SLOW // 4


def test_a_very_long_text_in_utf_8_is_whole() -> None:
    text = JAPANESE * 20_000
    assert charsets.decode(text.encode(), "shift_jis").text == charsets.decode(text.encode()).text == text
