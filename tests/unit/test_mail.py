"""Mail: what the server gets, and the meaning of each kind of failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from mocksms.testing import run_phone
from tests import faulty_gateway
from webapp.config import Config
from webapp.errors import MailFailed
from webapp.outbound.mail import Mailer

SENDER = "Mihon <no-reply@mihon.example.com>"


@dataclass
class Mailbox:
    """An aiosmtpd handler that keeps what it gets and answers what it is told."""

    answer: str = "250 taken"
    taken: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, message))
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Mailer]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=faulty_gateway.unused_port())
    controller.start()
    try:
        yield box, Mailer("127.0.0.1", controller.port, SENDER)
    finally:
        controller.stop()


def test_send_brings_both_parts(mailbox: tuple[Mailbox, Mailer]) -> None:
    box, mailer = mailbox
    mailer.send(
        "hanako@example.com", "Mihonセキュリティ警告", "承認または否認してください\n", "<p>承認</p>\n"
    )
    ((sender, recipients, message),) = box.taken
    assert (sender, recipients) == ("no-reply@mihon.example.com", ["hanako@example.com"])
    assert message["From"] == SENDER
    assert message["To"] == "hanako@example.com"
    assert message["Subject"] == "Mihonセキュリティ警告"
    assert message["Message-ID"].endswith("@mihon.example.com>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime is not None
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines() == ["承認または否認してください"]
    assert html.get_content().splitlines() == ["<p>承認</p>"]


@pytest.mark.parametrize(
    "to",
    [
        "",
        "hanako",
        "a@b@c",
        "hanako@example.com, taro@example.com",
        "Hanako <hanako@example.com>",
        "hanako@example.com\nBcc: all@example.com",
        '"x y"@example.com',
    ],
)
def test_send_takes_one_plain_address(to: str) -> None:
    with pytest.raises(MailFailed) as failed:
        Mailer("127.0.0.1", 1, SENDER).send(to, "x", "x", "x")
    assert failed.value.kind == "refused"
    if to:
        assert to not in str(failed.value)


def test_sender_must_be_an_address() -> None:
    with pytest.raises(ValueError, match="must be an address"):
        Mailer("127.0.0.1", 1, "Mihon")


def test_sender_may_have_the_dots_that_japanese_carriers_once_allowed(
    mailbox: tuple[Mailbox, Mailer],
) -> None:
    box, mailer = mailbox
    sender = "Mihon <hana..ko.@docomo.ne.jp>"
    Mailer("127.0.0.1", mailer._port, sender).send("hanako@example.com", "x", "x", "x")
    ((given, _recipients, message),) = box.taken
    assert given == "hana..ko.@docomo.ne.jp"
    assert "docomo.ne.jp" in message["From"]


def test_check_sends_nothing(mailbox: tuple[Mailbox, Mailer]) -> None:
    box, mailer = mailbox
    mailer.check()
    assert box.taken == []


@pytest.mark.parametrize(
    ("answer", "kind"), [("550 no such user", "refused"), ("451 later", "refused"), ("421 closing", "down")]
)
def test_replies_of_the_server(mailbox: tuple[Mailbox, Mailer], answer: str, kind: str) -> None:
    box, mailer = mailbox
    box.answer = answer
    with pytest.raises(MailFailed) as failed:
        mailer.send("hanako@example.com", "x", "x", "x")
    assert failed.value.kind == kind


def test_recipient_refused_does_not_repeat_the_address() -> None:
    replies = [
        b"220 hi\r\n",
        b"250 hi\r\n",
        b"250 ok\r\n",
        b"550 hanako@example.com unknown\r\n",
        b"250 ok\r\n",
    ]

    def behave(connection: Any, over: Any) -> None:
        for reply in [*replies, b"221 bye\r\n"]:
            connection.sendall(reply)
            connection.recv(65536)

    with faulty_gateway.server(behave) as port, pytest.raises(MailFailed) as failed:
        Mailer("127.0.0.1", port, SENDER).send("hanako@example.com", "x", "x", "x")
    assert failed.value.kind == "refused"
    assert "hanako" not in str(failed.value)


def test_starttls_is_not_skipped_where_the_server_lacks_it(mailbox: tuple[Mailbox, Mailer]) -> None:
    box, _ = mailbox
    with faulty_gateway.server(faulty_gateway.greets(b"220 hi\r\n250 hi\r\n221 bye\r\n")) as port:
        mailer = Mailer("127.0.0.1", port, SENDER, starttls=True)
        with pytest.raises(MailFailed) as failed:
            mailer.send("hanako@example.com", "x", "x", "x")
    assert failed.value.kind == "refused"
    assert box.taken == []


@pytest.mark.parametrize("user", ["shop", None])
def test_site_logs_in_and_encrypts_at_the_phone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str | None
) -> None:
    running = run_phone(str(tmp_path), SMTP_ACCOUNTS="shop:secret" if user else "")
    try:
        config = Config(
            smtp_port=running.smtp_port,
            smtp_user=user or "",
            smtp_password="secret" if user else "",
            smtp_starttls=True,
        )
        with pytest.raises(MailFailed):
            Mailer.of(config).check()  # nothing makes the certificate trusted
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "phone" / "mail_certificate.pem"))
        Mailer.of(config).send("hanako@example.com", "認証コード", "認証コードは482913です。", "<p>482913")
        with running.client() as phone:
            assert phone.wait_for_code("hanako@example.com") == "482913"
        if user:
            with pytest.raises(MailFailed) as refused:
                Mailer.of(replace(config, smtp_password="wrong")).check()
            assert refused.value.kind == "refused"
    finally:
        running.stop()
