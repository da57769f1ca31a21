"""Nodemailer sends mails to the phone with encryption and log-ins, and understands an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mocksms.providers.smtp import certificate
from mocksms.testing import Phone, RunningPhone, run_phone
from tests.check.node.conftest import Node, SdkError

SEND = """
const transport = sdk.nodemailer.createTransport({
  host: "127.0.0.1", auth: {user: "shop", pass: "secret"},
  ...given.options, tls: {ca: require("fs").readFileSync(given.certificate)},
});
const mail = {
  from: '"Mihon, Inc." <x@example.com>', to: given.to, subject: "認証コード", text: "認証コードは 482913 です。",
  html: "<p>認証コードは <b>482913</b> です。", attachments: [{filename: "請求(1).pdf", content: "%PDF-"}],
  dsn: {id: "x", return: "headers", notify: ["failure"], recipient: "x@example.com"},
};
return (await transport.sendMail(mail)).response;
""".replace("require(", "process.getBuiltinModule(")


def trusting(running: RunningPhone) -> str:
    """Return the file of the phone's certificate."""
    return str(certificate.path(running.worlds.settings))


@pytest.mark.parametrize(
    "options",
    [
        {"requireTLS": True},
        {"secure": True},
        {"requireTLS": True, "authMethod": "CRAM-MD5"},
        {"requireTLS": True, "authMethod": "LOGIN"},
        {"ignoreTLS": True, "authMethod": "PLAIN"},
    ],
    ids=str,
)
def test_mail_arrives_whole(
    node: Node, phone: Phone, phone_server: RunningPhone, options: dict[str, Any]
) -> None:
    mailbox = phone.mailbox("a@example.com")
    port = phone_server.smtp_tls_port if options.get("secure") else phone_server.smtp_port
    answer = node(SEND, to=mailbox, certificate=trusting(phone_server), options={**options, "port": port})
    assert answer.startswith("250")
    kept = phone.mail(mailbox)
    assert (kept.code, kept.subject, kept.sender) == ("482913", "認証コード", "x@example.com")
    assert [each["name"] for each in kept.details["attachments"]] == ["請求(1).pdf"]


def test_log_in_that_is_not_on_the_list_is_an_error(sdks: None, tmp_path: Path) -> None:
    running = run_phone(str(tmp_path), SMTP_ACCOUNTS="shop:other")
    try:
        node, options = Node(running.client()), {"requireTLS": True, "port": running.smtp_port}
        with pytest.raises(SdkError) as refused:
            node(SEND, to="a@example.com", certificate=trusting(running), options=options)
        assert (refused.value.code, refused.value.status) == ("EAUTH", 535)
    finally:
        running.stop()
