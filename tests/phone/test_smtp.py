"""The mail server, used by smtplib over a real socket."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mocksms.providers.smtp import mail_server
from mocksms.testing import Phone, run_phone

LINK = "http://localhost:8000/a/c/r/abc?x=1&y=2"


@pytest.fixture
def server(phone: Phone) -> Iterator[smtplib.SMTP]:
    """A connection to the phone's mail server."""
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as connection:
        yield connection


def a_mail(to: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Mihon <no-reply@example.com>"
    mail["To"] = to
    mail["Subject"] = "Mihonセキュリティ警告: アカウントデータアクセスの試行が検出されました"
    mail.set_content(f"承認または否認してください\n{LINK}\nコードは 482913 です。")
    mail.add_alternative(
        "<p>コードは 482913 です。</p>"
        f'<a href="{LINK.replace("&", "&amp;")}"><b>承認</b>または否認してください</a>',
        subtype="html",
    )
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="案内.pdf")
    return mail


def test_a_mail_is_kept_whole(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("Hanako@example.com")
    server.send_message(a_mail(mailbox))
    kept = phone.mail(mailbox)
    assert kept.subject.startswith("Mihonセキュリティ警告")
    assert (kept.sender, kept.to) == ("no-reply@example.com", mailbox.lower())
    assert kept.link("承認") == LINK
    assert kept.links == [LINK]
    assert phone.wait_for_code(mailbox) == "482913"
    assert kept.details["attachments"] == [{"name": "案内.pdf", "type": "application/pdf", "size": 5}]
    assert "Content-Type: multipart/mixed" in phone.message(kept.id).raw


def test_each_recipient_gets_the_mail_once(phone: Phone, server: smtplib.SMTP) -> None:
    first, second = phone.mailbox("a@example.com"), phone.mailbox("b@example.com")
    server.send_message(
        a_mail(first), to_addrs=[first, second, first.upper().replace(phone.world.upper(), phone.world)]
    )
    assert sorted(mail.to for mail in phone.messages()) == [first, second]


def test_html_alone_gives_a_text(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("a@example.com")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@example.com", mailbox, "Code"
    mail.set_content(
        "<style>p {}</style><p>Your code is</p><p>73 9210</p><script>x()</script>", subtype="html"
    )
    server.send_message(mail)
    assert phone.mail(mailbox).body == "Your code is\n73 9210"


def test_garbage_is_kept_and_shown_as_far_as_it_goes(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("a@example.com")
    source = (
        b"From: =?bad?q?\xff\r\nSubject: \xe3\x81\r\nContent-Type: text/plain; charset=no\r\n\r\n\xff\x00body"
    )
    server.sendmail("a@example.com", [mailbox], source)
    assert phone.mail(mailbox).to == mailbox


def test_a_line_may_be_long(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("a@example.com")
    html = b"<p>Your code is 482913</p>" + b"<p>one line</p>" * 5000
    server.sendmail("a@example.com", [mailbox], b"Content-Type: text/html\r\n\r\n" + html + b"\r\n")
    assert phone.wait_for_code(mailbox) == "482913"


def test_a_character_set_nobody_knows_is_read_as_far_as_it_goes(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("a@example.com")
    head = b"Content-Type: text/plain; charset=x-mihon\r\n\r\n"
    server.sendmail("a@example.com", [mailbox], head + b"Your code is 482913 \xff")
    assert phone.mail(mailbox).body == "Your code is 482913 ÿ\n"


def test_parts_inside_parts_without_end_are_refused(phone: Phone, server: smtplib.SMTP) -> None:
    inner = b"\r\n\r\ntext"
    for depth in range(600):
        inner = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth) + inner
    with pytest.raises(smtplib.SMTPDataError) as refused:
        server.sendmail("a@example.com", [phone.mailbox("a@example.com")], inner)
    assert refused.value.smtp_code == 554
    assert server.noop()[0] == 250
    assert phone.messages() == []


def test_a_mail_too_large_is_refused_with_552(phone: Phone, server: smtplib.SMTP) -> None:
    server.ehlo()
    assert server.esmtp_features["size"] == "25000000"
    assert server.docmd("MAIL", "FROM:<a@example.com> SIZE=25000001")[0] == 552


def test_bad_commands_get_their_codes(server: smtplib.SMTP) -> None:
    assert server.docmd("NONSENSE")[0] == 500
    server.ehlo()
    assert server.docmd("DATA")[0] == 503
    assert server.docmd("MAIL", "FROM:<a@example.com>")[0] == 250
    assert server.docmd("RCPT", "TO:<not a mailbox>")[0] == 553
    assert server.docmd("RCPT", "TO:<nobody>")[0] == 553


def test_an_unknown_plus_tag_belongs_to_the_default_world(phone: Phone, server: smtplib.SMTP) -> None:
    mail = a_mail("hanako+shopping@example.com")
    server.send_message(mail)
    assert phone.messages() == []
    with Phone(phone.url) as default:
        assert default.mail("hanako+shopping@example.com").links == [LINK]


def test_the_last_plus_tag_names_the_world(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("hanako+shop@example.com")
    assert mailbox == f"hanako+shop+{phone.world}@example.com"
    server.send_message(a_mail(mailbox))
    assert phone.mail(mailbox).links == [LINK]


def test_a_header_names_the_world(phone: Phone, server: smtplib.SMTP) -> None:
    mail = a_mail("hanako@example.com")
    mail["X-World"] = phone.world
    server.send_message(mail)
    assert phone.mail("hanako@example.com").subject.startswith("Mihon")


@pytest.mark.parametrize(
    ("accounts", "answer"), [("", 550), ("shop:secret", 250)], ids=["anybody", "with-a-log-in"]
)
def test_a_mail_from_the_network_makes_no_world_without_a_log_in_s94(
    accounts: str, answer: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peers: list[str] = []
    monkeypatch.setattr(
        mail_server, "is_loopback", peers.append
    )  # nobody is near: a test has no second machine
    phone = run_phone(str(tmp_path), SMTP_ACCOUNTS=accounts)
    try:
        phone.client("there").make_world()
        for world, code in (("there", 250), ("made", answer)):
            mail = a_mail("hanako@example.com")
            mail["X-World"] = world
            with smtplib.SMTP("127.0.0.1", phone.smtp_port) as connection:
                if accounts:
                    connection.login(*accounts.split(":"))
                assert sent(connection, mail) == code
        made = ["made"] if answer == 250 else []
        assert phone.worlds.names() == ["default", *made, "there"]
        assert peers == ["127.0.0.1"] * 2
    finally:
        phone.stop()


def sent(connection: smtplib.SMTP, mail: EmailMessage) -> int:
    """Return the code of the server's answer."""
    try:
        connection.send_message(mail)
    except smtplib.SMTPDataError as refused:
        return refused.smtp_code
    return 250


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (b"Subject: Hi\r\nx-world: qa-1\r\n\r\nX-World: qa-2", "qa-1"),
        (b"Subject: Hi\n\nX-World: qa-2", None),
        (b"\r\nX-World: qa-2\r\n\r\nHello", None),
        (b"X-World:\r\n qa-1\r\nSubject: Hi", "qa-1"),
        (b"Subject: Hi\r\n" + b"X-Long: a\r\n" * 50_000 + b"X-World: qa-1\r\n\r\nHello", "qa-1"),
        (b"Subject: Hi\r\n" + b"X-Long: a\r\n" * 500_000 + b"X-World: qa-1\r\n", None),
    ],
    ids=["head", "body", "no-head", "folded", "long", "endless"],
)
def test_a_world_is_named_by_the_head_alone(source: bytes, named: str | None) -> None:
    assert mail_server.named_world(source) == named


def test_a_mail_is_searched_for_its_world_once(
    phone: Phone, server: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []

    def named(source: bytes) -> str:
        searched.append(source)
        return phone.world

    monkeypatch.setattr(mail_server, "named_world", named)
    server.send_message(a_mail("a@example.com"), to_addrs=["a@example.com", "b@example.com"])
    assert len(searched) == 1
    assert sorted(mail.to for mail in phone.messages()) == ["a@example.com", "b@example.com"]


def test_a_mail_for_a_world_that_cannot_be_is_refused(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("hanako@example.com")
    mail = a_mail(mailbox)
    mail["X-World"] = "../../etc"
    with pytest.raises(smtplib.SMTPDataError, match="X-World"):
        server.send_message(mail)
    assert phone.messages() == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("../../.bashrc", "bashrc"),
        ("C:\\Users\\x\\bill.pdf", "bill.pdf"),
        ("bill\u202efdp.exe", "billfdp.exe"),
        ("請求書 .pdf", "請求書 .pdf"),
        ("..", "attachment-1"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_an_attachment_is_named_harmlessly(
    phone: Phone, server: smtplib.SMTP, written: str, kept: str
) -> None:
    mailbox = phone.mailbox("a@example.com")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "x@example.com", mailbox, "Bill"
    mail.set_content("See the file.")
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename=written)
    server.send_message(mail)
    assert [each["name"] for each in phone.mail(mailbox).details["attachments"]] == [kept]
