"""No mail within the limits costs more than a second of CPU, whatever it contains."""

from __future__ import annotations

from contextlib import suppress

import pytest

from mocksms.core import inbox, mail
from mocksms.core.mail import files, structure
from mocksms.handset import mail_html
from tests import cpu, more

MOST_SECONDS = 1.0


def is_quick(source: bytes) -> bool:
    """Return whether reading a mail, finding its code and links, and showing it costs less than a second of CPU."""

    def read() -> None:
        with suppress(structure.TooManyParts):
            found = mail.parse(source, "a@example.com", "s@example.com")
            inbox.examine(found)
            files.listed(source)
            mail_html.document(found.html, found.subject, {}, "dark")

    return cpu.is_below(MOST_SECONDS, read)


HTML = "Content-Type: text/html\r\n\r\n"


@pytest.mark.parametrize(
    "source",
    [
        "Content-Type: text/plain" + "".join(f"; p{number}=v" for number in range(3_000)) + "\r\n\r\nx",
        "Content-Type: text/plain" + '; a="' * 20_000 + "\r\n\r\nx",
        "Content-Type: text/plain" + "; a*0*=" * 20_000 + "\r\n\r\nx",
        "To: " + ", ".join(f"a{number}@example.com" for number in range(20_000)) + "\r\n\r\nx",
        "From: " + "a" * 20_000 + "\r\n\r\nx",
        "From: " + "<" * 20_000 + "\r\n\r\nx",
        "From: " + '"' * 20_000 + "\r\n\r\nx",
        "From: " + "(" * 20_000 + "\r\n\r\nx",
        "From: " + "a@" * 20_000 + "\r\n\r\nx",
        "Subject: " + "=?utf-8?q?" * 16_000 + "\r\n\r\nx",
        "Subject: " + "=?a?q?a?=" * 16_000 + "\r\n\r\nx",
        "Subject: " + " \r\n" * 50_000 + "\r\nx",
        "".join(f"X-{number}: y\r\n" for number in range(50_000)) + "\r\nx",
        "Content-Disposition: attachment; filename=" + "a.b " * 50_000 + "\r\n\r\nx",
        HTML + "<a " * 16_000,
        HTML + "<a href=" * 100_000,
        HTML + "<a href " * 100_000,
        HTML + "<!--" * 100_000,
        HTML + "<style>" * 100_000,
        HTML + "<meta " * 100_000,
        HTML + "<b>" * 30_000,
        HTML + "<a><b><p>" * 10_000,
        HTML + "<div>" * 60_000,
        HTML + "<div><p>" * 40_000,
        HTML + "<div>" * 250 + "<p>x</p>" * 20_000,
        HTML + "<style>color-scheme:" + "color-scheme:" * 50_000,
        HTML + "<style>p{" + "@media(" * 50_000 + "</style>",
        HTML + "<p style=\"" + "a:b;" * 50_000 + "\">",
        HTML + "<body " * 50_000,
        HTML + "<meta name=color-scheme " * 20_000,
        HTML + "<table><tr><td>" * 7_000,
        HTML + "<p style='" + "display" * 100_000,
        HTML + "data:a/b;base64," * 50_000,
        HTML + "&" * 300_000,
        "\r\n" + "http://" * 50_000,
        "\r\n" + "1 " * 500_000,
        "\r\n" + "html " * 200_000,
        "Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + "\x1b$B" * 100_000,
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "--b\r\n\r\nx\r\n" * 3_000,
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3_000,
    ],
    ids=lambda source: repr(source[:60].replace("\r\n", " ").strip()),
)  # fmt: skip
def test_mail_that_is_all_one_thing_takes_no_time_s73(source: str) -> None:
    assert is_quick(source.encode())


@more.examples(25, 60)
def test_mail_of_any_repeated_pieces_takes_no_time_s73(examples: int) -> None:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    pieces = ["<a ", "href=", "<p>", "<td>", "<!--", "-->", '"', "'", "=?utf-8?q?", "?=", ";", "a", "=", "*", "<", ">",
              "@", ",", "(", ")", "\\", " ", "\r\n ", "http://", "1", "&", "data:", "style=", "\u3042",
              "\x1b$B"]  # fmt: skip
    heads = ["From: ", "To: ", "Subject: ", "Content-Type: ", "Content-Type: text/plain; ", HTML, "\r\n",
             "Content-Disposition: attachment; ", "Content-Type: text/html; charset=x\r\n\r\n"]  # fmt: skip

    @settings(deadline=None, max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(heads), st.lists(st.sampled_from(pieces), min_size=1, max_size=4))
    def check(head: str, drawn: list[str]) -> None:
        source = (head + "".join(drawn) * 12_000 + "\r\n\r\nx").encode()
        assert is_quick(source)

    check()
