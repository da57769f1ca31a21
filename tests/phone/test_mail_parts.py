"""Which part of a mail is its text; every other one is a file to download."""

from __future__ import annotations

import smtplib
from email import policy
from email.encoders import encode_base64
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from typing import Any

import pytest
from werkzeug.http import parse_options_header

from mocksms.core import mail
from mocksms.core.codes import finder
from mocksms.core.mail import files, structure
from mocksms.core.models import Message
from mocksms.testing import PhoneError
from tests.assertions import not_empty

PDF = b"%PDF-1.7\r\n\x00\xff\r\n"


def parse(source: bytes | str) -> Message:
    """Return the mail as the phone reads it."""
    return mail.parse(
        source.encode() if isinstance(source, str) else source, "a@example.com", "s@example.com"
    )


def pdf(name: str = "bill.pdf") -> MIMEBase:
    """Return a file."""
    part = MIMEBase("application", "pdf")
    part.set_payload(PDF)
    encode_base64(part)
    if name:
        part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def multipart(kind: str, *parts: Any) -> MIMEMultipart:
    """Return parts put together."""
    whole = MIMEMultipart(kind)
    for part in parts:
        whole.attach(part)
    return whole


@pytest.mark.parametrize(
    "whole",
    [
        multipart("mixed", MIMEText("text"), pdf()),
        multipart("alternative", MIMEText("text"), multipart("mixed", MIMEText("<p>h", "html"), pdf())),
        multipart("mixed", multipart("mixed", MIMEText("text"), pdf())),
        multipart(
            "mixed",
            multipart("alternative", MIMEText("text"), multipart("related", MIMEText("h", "html"), pdf())),
        ),
        multipart("related", multipart("alternative", MIMEText("text"), MIMEText("h", "html")), pdf()),
        multipart("signed", multipart("mixed", MIMEText("text"), pdf())),
    ],
)
def test_file_is_listed_and_fetched_wherever_it_is(whole: MIMEMultipart) -> None:
    source = whole.as_bytes()
    found = parse(source)
    assert found.body == "text"
    assert found.attachments == [{"name": "bill.pdf", "type": "application/pdf", "size": len(PDF)}]
    assert files.file(source, 0) == files.File("bill.pdf", "application/pdf", PDF)
    assert files.file(source, 1) is None
    assert files.listed(source) == found.attachments


def test_mail_that_is_a_file_lists_itself() -> None:
    for name, shown in (("bill.pdf", "bill.pdf"), ("", "attachment-1")):
        found = parse(pdf(name).as_bytes())
        assert (found.body, [each["name"] for each in found.attachments]) == ("", [shown])


def test_mail_within_a_mail_is_a_file_of_its_own() -> None:
    inner = EmailMessage(policy=policy.SMTP)
    inner["From"], inner["Subject"] = "x@example.com", "転送: 見本"
    inner.set_content("Your code is 111111\n", cte="8bit")
    outer = EmailMessage(policy=policy.SMTP)
    outer["Subject"] = "Fwd"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    source = outer.as_bytes()
    found = parse(source)
    assert found.body == "See below.\n"
    assert [(each["name"], each["type"]) for each in found.attachments] == [
        ("転送: 見本.eml", "message/rfc822")
    ]
    part = files.file(source, 0)
    assert part is not None and part.content.strip() == inner.as_bytes().strip()
    assert part.content in source


def test_mail_within_a_mail_is_decoded() -> None:
    source = (
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA0KDQpoaQ=="
    )
    part = files.file(source.encode(), 0)
    assert part is not None and part.content == b"Subject: x\r\n\r\nhi"


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("Content-Type: text/markdown\r\n\r\n# Code\r\n482913", "# Code\n482913"),
        ("Content-Type: multipart/mixed\r\n\r\nCode 482913", "Code 482913"),
        ("Content-Type: multipart/mixed; boundary=x\r\n\r\nCode 482913", "Code 482913"),
        ("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nCode 482913", "Code 482913"),
        ("Content-Type: text\r\n\r\nCode 482913", "Code 482913"),
        ("Content-Type:\r\n\r\nCode 482913", "Code 482913"),
        (
            "Content-Type: text/plain\r\nContent-Transfer-Encoding: BASE64 ;\r\n\r\nQ29kZSA0ODI5MTM=",
            "Code 482913",
        ),
        ('Content-Type: text/plain; name="code.txt"\r\n\r\nCode 482913', "Code 482913"),
        ("Content-Type: text/html; name=code.html\r\n\r\n<p>Code 482913", "Code 482913"),
        ("Code 482913", "Code 482913"),
        ("\r\nCode 482913", "Code 482913"),
    ],
)
def test_text_is_shown_whatever_the_head_says(source: str, body: str) -> None:
    assert parse(source).body == body


@pytest.mark.parametrize(
    "plain",
    [
        "",
        " \r\n\xa0\u200b\r\n",
        "This message needs an HTML viewer.",
        "To view this email, please enable HTML in your mail client.",
        "Your mail program does not support HTML mails!",
        "このメールはHTMLメールです。HTML形式に対応したメールソフトでご覧ください。",
        "Ihr E-Mail-Programm unterstützt kein HTML.",
    ],
)
def test_text_that_only_points_to_the_html_gives_way_to_it(plain: str) -> None:
    whole = multipart(
        "alternative", MIMEText(plain, _charset="utf-8"), MIMEText("<p>Your code is 482913", "html")
    )
    found = parse(whole.as_bytes())
    assert found.body == "Your code is 482913"
    assert found.details["text"]["part"] == "text/html"


@pytest.mark.parametrize(
    "plain", ["Your code is 482913. This mail has no HTML.", "See https://a.example/x.html", "OK"]
)
def test_text_of_its_own_stays(plain: str) -> None:
    whole = multipart("alternative", MIMEText(plain), MIMEText("<p>Welcome", "html"))
    assert parse(whole.as_bytes()).body == plain


def test_html_before_its_text_is_still_the_html() -> None:
    found = parse(multipart("alternative", MIMEText("<p>html", "html"), MIMEText("text")).as_bytes())
    assert (found.body, found.html) == ("text", "<p>html")


def test_foot_of_a_mailing_list_is_not_the_text() -> None:
    found = parse(
        multipart("mixed", MIMEText("<p>Code 482913", "html"), MIMEText("-- \nunsubscribe")).as_bytes()
    )
    assert found.body == "Code 482913"


def test_any_tree_lists_all_its_leaves() -> None:
    from hypothesis import given, settings
    from hypothesis import strategies as st

    kinds = [
        "text/plain",
        "text/html",
        "text/markdown",
        "application/pdf",
        "image/png",
        "text/calendar",
        "x/y",
    ]
    leaf = st.tuples(st.sampled_from(kinds), st.booleans(), st.booleans())
    tree = st.recursive(
        leaf,
        lambda inner: st.tuples(
            st.sampled_from(["mixed", "alternative", "related", "digest", "signed", "report", "x"]),
            st.lists(inner, min_size=1, max_size=4),
        ),
        max_leaves=15,
    )

    @settings(deadline=None, max_examples=150)
    @given(tree)
    def check(drawn: Any) -> None:
        contents: list[bytes] = []
        source = _built(drawn, contents).as_bytes()
        found, parts = parse(source), structure.read(source)
        shown = [part.content for part in (*parts.plains, *parts.htmls)]
        fetched = [files.file(source, number) for number in range(len(found.attachments))]
        assert sorted([*shown, *(part.content for part in fetched if part)]) == sorted(contents)
        assert files.file(source, len(found.attachments)) is None

    check()


def _built(drawn: Any, contents: list[bytes]) -> Any:
    if len(drawn) == 2:
        return multipart(drawn[0], *(_built(each, contents) for each in drawn[1]))
    kind, is_attached, is_named = drawn
    contents.append(f"content {len(contents)} of {kind}".encode())
    part = MIMEBase(*kind.split("/"))
    part.set_payload(contents[-1].decode())
    if is_attached:
        part["Content-Disposition"] = "attachment"
    if is_named:
        part.set_param("name", f"file {len(contents)}")
    return part


@pytest.mark.parametrize(
    ("whole", "body", "html", "files_left"),
    [
        (multipart("mixed", MIMEText("one"), pdf(), MIMEText("two")), "one\ntwo", "", 1),
        (multipart("mixed", MIMEText("one"), MIMEText("two"), MIMEText("three")), "one\ntwo\nthree", "", 0),
        (
            multipart("mixed", MIMEText("<p>1", "html"), pdf(), MIMEText("<p>2", "html")),
            "1\n2",
            "<p>1\n<p>2",
            1,
        ),
        (
            multipart(
                "mixed",
                multipart("alternative", MIMEText("1"), MIMEText("<p>1", "html")),
                pdf(),
                multipart("alternative", MIMEText("2"), MIMEText("<p>2", "html")),
            ),
            "1",
            "<p>1\n<p>2",
            2,
        ),
        (multipart("alternative", MIMEText("one"), MIMEText("two")), "one", "", 1),
        (multipart("mixed", MIMEText("one"), MIMEText("<p>2", "html"), MIMEText("foot")), "one", "<p>2", 1),
    ],
    ids=["around_a_file", "three", "html", "alternatives", "one_of_two", "foot"],
)
def test_inline_texts_are_one_text(whole: MIMEMultipart, body: str, html: str, files_left: int) -> None:
    found = parse(whole.as_bytes())
    assert (found.body, found.html, len(found.attachments)) == (body, html, files_left)


def test_a_code_after_a_picture_is_found(phone: Any) -> None:
    whole = multipart("mixed", MIMEText("Hello!"), pdf(), MIMEText("Your code is 482913"))
    mailbox = phone.mailbox("a@example.com")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port, timeout=10) as server:
        server.sendmail("x@example.com", [mailbox], whole.as_bytes())
    assert phone.wait_for_code(mailbox) == "482913"


def test_attachments_are_listed_and_fetched_by_the_api(phone: Any) -> None:
    page = MIMEText("<script>alert(1)</script>", "html")
    page.add_header("Content-Disposition", "attachment", filename=("utf-8", "", '請求 "1"\r\n.html'))
    strange = MIMEBase("x", "y z")
    strange.set_payload("?")
    mailbox = phone.mailbox("a@example.com")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port, timeout=10) as server:
        whole = multipart("mixed", MIMEText("text"), pdf(), page, strange)
        server.sendmail("x@example.com", [mailbox], whole.as_bytes())
    mail_id = phone.mail(mailbox).id
    listed = phone.attachments(mail_id)
    assert [(each["number"], each["name"], each["type"]) for each in listed][:2] == [
        (0, "bill.pdf", "application/pdf"), (1, listed[1]["name"], "text/html"),
    ]  # fmt: skip
    assert phone.attachment(mail_id) == PDF and listed[0]["size"] == len(PDF)
    assert b"alert" in phone.attachment(mail_id, 1)
    device = f"/handsets/{mailbox}/mail/{mail_id}/attachments"
    for each in not_empty(listed):
        assert phone.send("GET", f"{device}/{each['number']}").content == phone.attachment(
            mail_id, each["number"]
        )
        answer = phone.send("GET", each["url"])
        kind, names = parse_options_header(answer.headers["content-disposition"])
        assert (kind, names["filename"]) == ("attachment", each["name"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        kind = "application/octet-stream" if " " in each["type"] else each["type"]
        assert answer.headers["content-type"] == kind
    with pytest.raises(PhoneError, match="no attachment 3"):
        phone.attachment(mail_id, 3)


def test_only_mails_have_attachments(phone: Any, twilio: Any) -> None:
    twilio.messages.create(to="+819012345678", from_="+15005550006", body="x")
    with pytest.raises(PhoneError, match="only mails have one"):
        phone.attachments(phone.last_id())


def test_code_in_the_html_alone_is_found(phone: Any) -> None:
    whole = multipart("alternative", MIMEText("Hello!"), MIMEText("<p>Your code is <b>482913</b>", "html"))
    assert finder.find("Hello!").code is None
    mailbox = phone.mailbox("a@example.com")
    with smtplib.SMTP("127.0.0.1", phone.smtp_port, timeout=10) as server:
        server.sendmail("x@example.com", [mailbox], whole.as_bytes())
    assert phone.wait_for_code(mailbox) == "482913"
    assert phone.mail(mailbox).body == "Hello!"
