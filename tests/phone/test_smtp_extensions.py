"""Log-ins, encryption and parameters of the mail server, used by smtplib and by Django."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mocksms
from mocksms.config import SettingError
from mocksms.providers.registry import providers_of
from mocksms.providers.smtp import certificate, mail_server
from mocksms.testing import Phone, RunningPhone, run_phone

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")
MAIL = "Subject: Code\r\n\r\nYour code is 482913"


@pytest.fixture
def server(phone: Phone) -> Iterator[smtplib.SMTP]:
    """A connection to the phone's mail server."""
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as connection:
        yield connection


@pytest.fixture(scope="module")
def strict_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """A phone that takes two log-ins only."""
    accounts = "shop@example.com:s3:cret, käse:pässwörd"
    running = run_phone(str(tmp_path_factory.mktemp("strict")), SMTP_ACCOUNTS=accounts)
    yield running
    running.stop()


def log_in(server: smtplib.SMTP, mechanism: str, user: str, password: str) -> int:
    """Log in by one mechanism and return the answer's code."""
    server.ehlo()
    server.user, server.password = user, password
    names: dict[str, Any] = {
        "PLAIN": server.auth_plain,
        "LOGIN": server.auth_login,
        "CRAM-MD5": server.auth_cram_md5,
    }
    try:
        return server.auth(mechanism, names[mechanism])[0]
    except smtplib.SMTPAuthenticationError as refused:
        return refused.smtp_code


def trusting(running: RunningPhone) -> ssl.SSLContext:
    """Return a client's context that trusts this phone's certificate, and checks it by the strictest rules."""
    context = ssl.create_default_context(cafile=certificate.path(running.worlds.settings))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_any_log_in_is_taken(phone: Phone, server: smtplib.SMTP, mechanism: str) -> None:
    assert log_in(server, mechanism, "anybody", "anything") == 235
    server.sendmail("x@example.com", [mailbox := phone.mailbox("a@example.com")], MAIL)
    assert phone.wait_for_code(mailbox) == "482913"


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize(
    ("user", "password", "code"),
    [
        ("shop@example.com", "s3:cret", 235),
        ("shop@example.com", "wrong", 535),
        ("shop@example.com", "", 535),
        ("nobody", "s3:cret", 535),
    ],
)
def test_log_in_of_the_list_alone_is_taken(
    strict_phone: RunningPhone, mechanism: str, user: str, password: str, code: int
) -> None:
    with smtplib.SMTP("127.0.0.1", strict_phone.smtp_port, timeout=10) as server:
        server.ehlo()
        assert server.docmd("MAIL", "FROM:<x@example.com>")[0] == 530
        assert log_in(server, mechanism, user, password) == code
        assert server.docmd("MAIL", "FROM:<x@example.com>")[0] == (250 if code == 235 else 530)


def test_log_in_may_be_of_any_letters(strict_phone: RunningPhone) -> None:
    response = b64encode("\0käse\0pässwörd".encode()).decode()
    with smtplib.SMTP("127.0.0.1", strict_phone.smtp_port, timeout=10) as server:
        server.ehlo()
        assert server.docmd("auth", f"plain {response}")[0] == 235


def test_log_in_that_is_no_log_in_is_refused(server: smtplib.SMTP) -> None:
    assert server.docmd("AUTH", "PLAIN AGEAYg==")[0] == 503
    server.ehlo()
    assert set(server.esmtp_features["auth"].split()) == set(MECHANISMS)
    for command, code in [
        ("PLAIN !", 501),
        ("PLAIN YQ==", 501),
        ("GSSAPI", 504),
        ("CRAM-MD5 YQ==", 501),
        ("", 501),
    ]:
        assert server.docmd("AUTH", command)[0] == code
    for response, code in [("*", 501), ("!", 501), ("YQ==", 501)]:
        assert server.docmd("AUTH", "CRAM-MD5")[0] == 334
        assert server.docmd(response)[0] == code
    assert server.docmd("AUTH", "PLAIN AGEAYg==")[0] == 235


def test_accounts_that_are_no_pairs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="MOCKSMS_SMTP_ACCOUNTS must be pairs user:password"):
        mocksms.create_app({"INSTANCE": str(tmp_path), "SMTP_ACCOUNTS": "shop"})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_connection_is_encrypted_in_both_ways(phone_server: RunningPhone, host: str) -> None:
    context = trusting(phone_server)
    with smtplib.SMTP(host, phone_server.smtp_port, timeout=10) as server:
        assert server.starttls(context=context)[0] == 220
        server.ehlo()
        assert not server.has_extn("starttls")
        assert server.docmd("STARTTLS")[0] in (454, 503)
        assert server.login("any", "any")[0] == 235
    with smtplib.SMTP_SSL(host, phone_server.smtp_tls_port, timeout=10, context=context) as encrypted:
        encrypted.ehlo()
        assert not encrypted.has_extn("starttls")
        assert encrypted.login("any", "any")[0] == 235


def test_what_was_said_before_the_encryption_is_forgotten(phone: Phone, phone_server: RunningPhone) -> None:
    with smtplib.SMTP("127.0.0.1", phone.smtp_port or 0, timeout=10) as server:
        server.ehlo()
        server.docmd("MAIL", "FROM:<x@example.com>")
        server.starttls(context=trusting(phone_server))
        assert server.docmd("RCPT", "TO:<a@example.com>")[0] == 503


def test_certificate_is_made_once_and_its_key_is_nobody_elses(tmp_path: Path) -> None:
    settings = mocksms.create_app({"INSTANCE": str(tmp_path)}).extensions["mocksms"].settings
    certificate.context(settings)
    key = tmp_path / "phone" / certificate.KEY
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "PRIVATE" not in certificate.path(settings).read_text()
    before = key.read_bytes()
    certificate.path(settings).unlink()
    certificate.context(settings)
    assert key.read_bytes() == before
    assert certificate.path(settings).read_text() in before.decode()
    assert {path.name for path in key.parent.iterdir()} >= {certificate.KEY, certificate.CERTIFICATE}
    assert not list(key.parent.glob("mail_*.????????"))


@pytest.mark.parametrize(
    ("hello", "mail", "rcpt"),
    [
        ("EHLO", "AUTH=<>", ""),
        ("EHLO", "AUTH=x+3Dy@example.com BODY=8BITMIME SIZE=100", ""),
        ("EHLO", "RET=HDRS ENVID=QQ314159", "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@example.com"),
        ("EHLO", "ret=full body=7bit SMTPUTF8", "notify=never"),
        ("HELO", "BODY=8BITMIME", ""),
        ("HELO", "SIZE=100 BODY=7BIT", "NOTIFY=NEVER"),
    ],
)
def test_parameters_of_extensions_are_taken(server: smtplib.SMTP, hello: str, mail: str, rcpt: str) -> None:
    assert server.docmd(hello, "example.com")[0] == 250
    assert server.docmd("MAIL", f"FROM:<x@example.com> {mail}")[0] == 250
    assert server.docmd("RCPT", f"TO:<a@example.com> {rcpt}".strip())[0] == 250


@pytest.mark.parametrize(
    ("command", "argument", "code"),
    [
        ("MAIL", "FROM:<x@example.com> RET=ALL", 555),
        ("MAIL", "FROM:<x@example.com> NONSENSE=1", 555),
        ("MAIL", "FROM:<x@example.com> BODY=9BIT", 501),
        ("RCPT", "TO:<a@example.com> NOTIFY=NEVER,FAILURE", 555),
        ("MAIL", "FROM:x@example.com RET=FULL", 250),
        ("MAIL", "FROM:<>", 250),
        ("MAIL", None, 501),
    ],
)
def test_parameters_that_nobody_defined_are_refused(
    server: smtplib.SMTP, command: str, argument: str | None, code: int
) -> None:
    server.ehlo()
    if command == "RCPT":
        server.docmd("MAIL", "FROM:<x@example.com>")
    assert server.docmd(command, *([argument] if argument else []))[0] == code


def test_envelope_without_a_sender_is_taken(phone: Phone, server: smtplib.SMTP) -> None:
    mailbox = phone.mailbox("a@example.com")
    server.sendmail("", [mailbox], MAIL)
    assert phone.mail(mailbox).details["envelope_from"] == ""


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_host_may_be_of_ipv6(tmp_path: Path, host: str) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.fail("this machine has no IPv6 loopback")
    app = mocksms.create_app(
        {"INSTANCE": str(tmp_path), "SMTP_HOST": host, "SMTP_PORT": "0", "SMTP_TLS_PORT": "0"}
    )
    listener = providers_of(app).listen(app)["smtp"]
    assert isinstance(listener, mail_server.MailServer) and listener.tls_port
    try:
        context = ssl.create_default_context(cafile=certificate.path(app.extensions["mocksms"].settings))
        with smtplib.SMTP_SSL("::1", listener.tls_port, timeout=10, context=context) as server:
            server.sendmail("x@example.com", ["a@example.com"], MAIL)
        with smtplib.SMTP("::1", listener.port, timeout=10) as server:
            assert server.noop()[0] == 250
    finally:
        listener.stop()
    commands = [
        example[1] for each in providers_of(app).all if (example := each.example("http://x")) is not None
    ]
    assert any("smtp://[::1]:0 " in command for command in commands)


DJANGO = """
import sys
from django.conf import settings
port, encryption, mailbox = sys.argv[1:]
settings.configure(
    EMAIL_HOST="127.0.0.1", EMAIL_PORT=int(port), EMAIL_HOST_USER="shop", EMAIL_HOST_PASSWORD="secret",
    EMAIL_USE_TLS=encryption == "tls", EMAIL_USE_SSL=encryption == "ssl", EMAIL_TIMEOUT=10,
)
from django.core.mail import EmailMultiAlternatives
mail = EmailMultiAlternatives("認証コード", "認証コードは 482913 です。", "見本 <x@example.com>", [mailbox])
mail.attach_alternative("<p>認証コードは <b>482913</b> です。", "text/html")
assert mail.send() == 1
"""


@pytest.mark.parametrize("encryption", ["", "tls", "ssl"])
def test_django_sends_with_a_log_in_and_encryption(
    phone: Phone, phone_server: RunningPhone, encryption: str
) -> None:
    mailbox = phone.mailbox("a@example.com")
    port = phone_server.smtp_tls_port if encryption == "ssl" else phone_server.smtp_port
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", DJANGO, str(port), encryption, mailbox],
        env={**os.environ, "SSL_CERT_FILE": str(certificate.path(phone_server.worlds.settings))},
        check=True,
        timeout=60,
    )
    assert phone.wait_for_code(mailbox) == "482913"
    assert phone.mail(mailbox).details["from"] == "見本 <x@example.com>"
