"""Every place of both apps that takes outside text, with the longest text that it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, parse_cookie, parse_options_header

from mocksms.core import authenticator, domains, inbox, mail, phone_numbers, segments
from mocksms.core.checks import language
from mocksms.core.checks import mail as mail_checks
from mocksms.core.codes import finder, pattern
from mocksms.core.mail import charsets, headers, html_text, structure
from mocksms.handset import mail_html, mail_styles
from mocksms.providers.twilio import twiml_parser
from mocksms.search import tokenizer
from webapp.rules import contacts, devices, digits, password_strength, passwords, return_to
from webapp.rules import phone_numbers as site_numbers
from webapp.shared import basic_log_in

PIECES = (
    "a", "1", " ", "<a ", "<!--", "<style>p{", "=?utf-8?q?", "a@", "a.", "http://", "; a=", ";q=0.", "&", "%2e", "(",
    '"', "\\", "\r\n ", "+81", "code 482913 ", "コード", "\u0315\u0300", "\uff9e\u0315", "😀", "\x8b", "\xa0",
)  # fmt: skip
"""What a hostile text repeats."""

_hasher = passwords.Hasher(1, 64, 1)


def _mail(head: str, text: str) -> None:
    with suppress(structure.TooManyParts):
        inbox.examine(mail.parse((head + text + "\r\n\r\nx").encode(), "a@example.com", "s@example.com"))


def _twiml(document: str, text: str) -> None:
    with suppress(twiml_parser.BadTwiml):
        twiml_parser.parse(document.format(text))


def _pattern(text: str) -> None:
    with suppress(pattern.BadPattern):
        pattern.read(r"(\d{6})").find(text)


def _weak(text: str) -> None:
    password_strength.refuse_weak(text, name=text[:40], email="a@example.com", phone=None)


PLACES: Mapping[str, tuple[Callable[[str], Any], int]] = MappingProxyType(
    {
        "phone.from": (partial(_mail, "From: "), 50_000),
        "phone.to": (partial(_mail, "To: "), 400_000),
        "phone.subject": (partial(_mail, "Subject: "), 50_000),
        "phone.content_type": (partial(_mail, "Content-Type: text/plain; "), 50_000),
        "phone.disposition": (partial(_mail, "Content-Disposition: attachment; filename="), 50_000),
        "phone.html": (partial(_mail, "Content-Type: text/html\r\n\r\n"), 100_000),
        "phone.body": (partial(_mail, "\r\n"), 100_000),
        "phone.charset": (lambda text: charsets.decode(text.encode(), "iso-2022-jp"), 100_000),
        "phone.header_name": (headers.name, structure.LONGEST_HEADER),
        "phone.header_address": (headers.address, structure.LONGEST_HEADER),
        "phone.html_text": (html_text.text_of_html, 100_000),
        "phone.html_page": (lambda text: mail_html.document(text, "", {}, "dark"), 100_000),
        "phone.sheet": (lambda text: mail_styles.sheet(f"<style>{text}</style>"), 100_000),
        "phone.style": (lambda text: mail_styles.fit(text, mail_styles.is_harmless(text)), 100_000),
        "phone.twiml": (partial(_twiml, "{}"), 99_000),
        "phone.twiml_say": (partial(_twiml, "<Response><Say>{}</Say></Response>"), 99_000),
        "phone.code": (finder.find, 100_000),
        "phone.language": (language.detect, 100_000),
        "phone.links": (lambda text: mail_checks.links((), f"<a href=x>{text}"), 200_000),
        "phone.segments": (segments.fill, 100_000),
        "phone.domains": (domains.shown, 100_000),
        "phone.address": (phone_numbers.normalise, 100_000),
        "phone.look_up": (phone_numbers.look_up, 100_000),
        "phone.search": (partial(tokenizer.query, grow=lambda _: None), 100_000),
        "phone.indexed": (tokenizer.of_text, 100_000),
        "phone.pattern": (_pattern, 100_000),
        "phone.key": (authenticator.clean_key, 100_000),
        "site.contact": (lambda text: contacts.read(text, None), 100_000),
        "site.mail": (lambda text: contacts.read_mail(f"a@{text}", None), 100_000),
        "site.number": (site_numbers.parse, 100_000),
        "site.code": (digits.clean_code, 100_000),
        "site.password": (partial(_hasher.matches, None), 100_000),
        "site.new_password": (_weak, 100_000),
        "site.return_to": (lambda text: return_to.safe_path(f"/{text}"), 100_000),
        "site.user_agent": (devices.device_label, 64_000),
        "both.accept_language": (
            lambda text: parse_accept_header(text, LanguageAccept).best_match(["ja", "en"]), 64_000,
        ),
        "both.authorization": (lambda text: basic_log_in.read(f"Basic {as_header(text)}"), 64_000),
        "both.cookie": (lambda text: parse_cookie(as_header(text)), 64_000),
        "both.content_type": (parse_options_header, 64_000),
    }
)  # fmt: skip


def as_header(text: str) -> str:
    """Return a text as WSGI hands over a header that holds it (PEP 3333)."""
    return text.encode().decode("latin-1")


def of_length(piece: str, length: int) -> str:
    """Return a text of this length that repeats a piece."""
    return (piece * (length // len(piece) + 1))[:length]
