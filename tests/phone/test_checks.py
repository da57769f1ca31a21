"""The phone's checks of a message: alphabet, parts, the line bound to a site, codes, links, language."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest

from mocksms.core import checks, inbox, segments
from mocksms.core.checks import Check
from mocksms.core.checks.language import NAMES, detect
from mocksms.core.models import Message
from mocksms.testing import Phone, PhoneError
from tests import cpu
from tests.phone import corpus

ME, SHOP = "+819012345678", "+15005550006"


def sms(body: str) -> dict[str, Check]:
    """The checks of a text by their names."""
    message = Message("SM1", "sms", "Mihon", ME, body=body)
    inbox.examine(message)
    return {check.name: check for check in checks.of(message)}


def mail(body: str, html: str, subject: str = "") -> list[Check]:
    message = Message("ML1", "mail", "a@x.example", "b@x.example", subject=subject, body=body, html=html)
    inbox.examine(message)
    return checks.of(message)


def test_what_is_no_sms_has_no_alphabet_and_no_parts() -> None:
    message = Message("SM1", "sms", SHOP, ME, body="確認 482913", details={"address_prefix": "whatsapp:"})
    assert not {"encoding", "parts"} & {check.name for check in checks.of(message)}
    assert {"encoding", "parts"} <= sms("確認 482913").keys()


def links(html: str, body: str = "") -> list[Check]:
    return [check for check in mail(body, html) if check.name == "link"]


@pytest.mark.parametrize(
    ("body", "ok", "said"),
    [
        ("482913 is your code", True, {"encoding": "GSM-7"}),
        ("Code 482913 für {Zürich} €5", True, {"encoding": "GSM-7"}),
        ("コード 482913", None, {"position": 1, "character": "コ", "code_point": "U+30B3", "count": 3}),
        ("Ваш код 482913", None, {"position": 1, "unicode_name": "CYRILLIC CAPITAL LETTER VE"}),
        ("Code: 482913 😀", None, {"position": 14, "code_point": "U+1F600"}),
        ("It’s 482913…", False, {"position": 3, "characters": ["’", "…"], "plain": "It's 482913..."}),
        ("Code\xa0482913", False, {"position": 5, "unicode_name": "NO-BREAK SPACE", "parts": 1}),
        ("“" + "a" * 100, False, {"position": 1, "parts": 1}),
        ("it’s 482913 für Łukasz", None, {"position": 3, "count": 2}),
    ],
)
def test_encoding_names_the_character_that_needs_ucs_2(body: str, ok: bool | None, said: Any) -> None:
    check = sms(body)["encoding"]
    assert check.ok is ok
    assert {name: check.details.get(name) for name in said} == said
    if not ok:
        assert f"Character {check.details['position']}" in check.text and "UCS-2" in check.text


@pytest.mark.parametrize(
    ("body", "parts", "used", "room"),
    [
        ("", 1, 0, 160),
        ("a" * 160, 1, 160, 160),
        ("a" * 161, 2, 161, 306),
        ("€" * 81, 2, 162, 306),
        ("あ" * 70, 1, 70, 70),
        ("あ" * 71, 2, 71, 134),
        ("😀" * 36, 2, 72, 134),
    ],
)
def test_parts_are_counted_with_their_room(body: str, parts: int, used: int, room: int) -> None:
    assert sms(body)["parts"].details == {"parts": parts, "used": used, "room": room}
    assert segments.count(body) == parts


@pytest.mark.parametrize(
    ("body", "ok", "said"),
    [
        ("482913 is your code.\n\n@mihon.example #482913", True, "482913 to mihon.example"),
        ("482913 is your code.\r\n@localhost #482913\r\n", True, "482913 to localhost"),
        ("482913 is your code.\n@shop.example #482913 @bank.example", True, "482913 to shop.example"),
        ("Ihr Code: 482-913.\n@bücher.example #482913", True, "482913 to bücher.example"),
        ("482913 is your code.\n@mihon.example #482913\nBye", False, "has to be the last line"),
        ("482913 is your code.\n@mihon.example  #482913", False, "isn't in the form"),
        ("482913 is your code.\n@mihon.example#482913", False, "isn't in the form"),
        ("482913 is your code.\n @mihon.example #482913", False, "isn't in the form"),
        ("482913 is your code.\n@https://mihon.example #482913", False, "isn't a host name"),
        ("482913 is your code.\n@mihon.example:8443 #482913", False, "isn't a host name"),
        ("482913 is your code.\n@shop.example #482913 @b.example/pay", False, "“b.example/pay” isn't a host"),
        ("482913 is your code.\n@mihon.example #482914", False, "has the code 482914, the text has 482913"),
    ],
)
def test_origin_bound_line_is_judged_by_its_format(body: str, ok: bool, said: str) -> None:
    check = sms(body)["origin_bound"]
    assert (check.ok, said in check.text) == (ok, True), check.text


@pytest.mark.parametrize("body", ["482913 is your code", "Follow @mihon for news", "mail hello@x.example #1"])
def test_origin_bound_line_is_not_seen_where_none_is_meant(body: str) -> None:
    assert "origin_bound" not in sms(body)


@pytest.mark.parametrize(
    ("body", "html", "ok"),
    [
        ("Your code is 482913.", "<p>Your code is</p><b>482 913</b>", True),
        ("認証コード：４８２９１３", "<p>認証コード<span>482913</span></p>", True),
        ("482913", "<h1>Your verification code</h1><p>482913</p>", True),
        ("Your code is 482913.", "<p>Your code is 482914.</p>", False),
        ("Your code is 482913.", "<p>Open the app to sign in.</p>", False),
        ("Open the app to sign in.", "<p>Your code is 482913.</p>", False),
    ],
)
def test_same_code_compares_text_and_html(body: str, html: str, ok: bool) -> None:
    found = [check for check in mail(body, html) if check.name == "same_code"]
    assert [check.ok for check in found] == [ok], found


def test_same_code_says_nothing_where_there_is_nothing_to_compare() -> None:
    for body, html in (("Your code is 482913.", ""), ("Hello", "<p>Hello</p>")):
        assert "same_code" not in [check.name for check in mail(body, html)]
    alone = Message(
        "ML1", "mail", "a@x.example", "b@x.example", body="Code 482913", html="<p>Code 482913</p>"
    )
    alone.details = {"text": {"part": "text/html"}}
    assert "same_code" not in [check.name for check in checks.of(alone)]


@pytest.mark.parametrize(
    ("html", "problems", "host"),
    [
        ('<a href="https://mihon.example/a">Open</a>', [], "mihon.example"),
        ('<a href="https://www.mihon.example/a">mihon.example</a>', [], "www.mihon.example"),
        ('<a href="https://click.mihon.example/a?b=1&amp;c=2">https://mihon.example/a</a>', [], "click.mihon.example"),
        ('<a href="http://localhost:8000/a">Open</a>', [], "localhost"),
        ('<a href="http://127.0.0.1:8000/a">Open</a>', [], "127.0.0.1"),
        ('<a href="https://mihon.example/f">Invoice.pdf</a>', [], "mihon.example"),
        ('<a href="http://mihon.example/a">Open</a>', ["plain_http"], "mihon.example"),
        ('<a href="https://evil.example/a"><b>https://mihon</b>.example/sign-in</a>', ["other_host"], "evil.example"),
        ('<a href="https://evil.example/a">mihon.example</a>', ["other_host"], "evil.example"),
        ('<a href="https://mihon.example@evil.example/">Open</a>', ["userinfo"], "evil.example"),
        ('<a href="https://192.0.2.7/a">Open</a>', ["ip_address"], "192.0.2.7"),
        ('<a href="https://mіhon.example/a">mihon.example</a>', ["other_host", "lookalike"], "xn--mhon-l9d.example"),
        ('<a href="https://раураӏ.example/a">Open</a>', ["lookalike"], "xn--80aa0cbo65f.example"),
        ('<a href="https://пример.example/a">Open</a>', [], "xn--e1afmkfd.example"),
        ('<a href="https://見本.example/a">見本</a>', [], "xn--8pvz87e.example"),
        ('<a href="https://bücher.example/a">bücher.example</a>', [], "xn--bcher-kva.example"),
        ('<a href="http://[::1/a">Open</a>', ["no_host"], ""),
    ],
)  # fmt: skip
def test_link_says_where_it_leads(html: str, problems: list[str], host: str) -> None:
    [check] = links(html)
    assert (check.details["problems"], check.details["host"]) == (problems, host)
    assert check.ok is (not problems)
    assert (host or "isn't an address") in check.text


def test_link_of_a_text_is_checked_too() -> None:
    assert sms("482913 http://mihon.example/a")["link"].details["problems"] == ["plain_http"]


@pytest.mark.parametrize("html", ["<a " * 16_000, '<a href="https://x.example">' * 16_000, "<" * 200_000])
def test_links_are_read_in_linear_time(html: str) -> None:
    def seconds(text: str) -> float:
        return cpu.seconds(lambda: checks.mail.links(("https://x.example",), text))

    seconds(html)
    assert seconds(html) < 20 * seconds(html[: len(html) // 4]) + 0.05


def test_language_is_right_for_real_messages() -> None:
    # The wave 0 was written to mend the finder of codes: much of it is too terse to have a language.
    rows = [row for row in corpus.messages("open") if row.wave > 0]
    wrong = [
        (row.language, detect(row.text), row.text[:60]) for row in rows if detect(row.text) != row.language
    ]
    assert len(wrong) <= len(rows) * 0.02, wrong
    assert {row.language for row in rows} <= set(NAMES)


@pytest.mark.parametrize("text", ["", "482913", "https://mihon.example/abc", "Mihon 482913", "😀"])
def test_language_is_left_out_where_nothing_tells_it(text: str) -> None:
    assert detect(text) is None and "language" not in sms(text)


def test_checks_come_with_a_single_message(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="482913 is your code.\n@mihon.example #482913")
    for found in (phone.sms(ME), phone.message(phone.last_id())):
        assert [check["name"] for check in found.checks] == ["encoding", "parts", "origin_bound", "language"]
        assert found.checks[2] == {
            "name": "origin_bound",
            "ok": True,
            "text": "The last line binds the code 482913 to mihon.example.",
            "details": {
                "line": "@mihon.example #482913",
                "host": "mihon.example",
                "code": "482913",
                "embedded": None,
            },
        }
    assert "checks" not in phone.messages()[0].fields


def test_a_mail_is_fetched_as_it_came(phone: Phone) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = (
        "a@x.example",
        phone.mailbox("hanako@example.com"),
        "見本",
    )
    letter.set_content("コード 482913", charset="iso-2022-jp")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as server:
        server.send_message(letter)
    found = phone.mail(phone.mailbox("hanako@example.com"))
    answer = phone.send("GET", f"/api/v1/messages/{found.id}/mail.eml")
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"] == f"attachment; filename=mail-{found.id}.eml"
    assert phone.eml(found.id).replace(b"\r\n", b"\n").strip() == letter.as_bytes().strip()


def test_only_mails_have_a_source(twilio: Any, phone: Phone) -> None:
    twilio.messages.create(to=ME, from_=SHOP, body="482913 is your code.")
    with pytest.raises(PhoneError, match=r"404.*only mails have one"):
        phone.eml(phone.last_id())
    with pytest.raises(PhoneError, match="There is no message 999"):
        phone.eml(999)
