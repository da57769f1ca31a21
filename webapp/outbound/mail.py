"""Send mail over SMTP, as a text and an HTML part, within one deadline."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Self

from webapp.config import Config
from webapp.errors import DeliveryKind, MailFailed
from webapp.outbound.deadline import Deadline, connect
from webapp.setting_checks import MAIL_ADDRESS
from webapp.setting_checks import sender as refuse_sender

# smtplib's code for a reply that begins with no number, and RFC 5321's "service not available".
_KINDS: dict[int, DeliveryKind] = {-1: "garbage", 421: "down"}
_Work = Callable[[smtplib.SMTP], object]


class Mailer:
    """A mail server. One connection a mail; safe to share between threads.

    ``sender`` is an address, with or without a name. ``headers`` go with every mail. ``send`` raises MailFailed:
    ``down``, ``slow`` (the exchange took more than ``deadline_seconds``), ``garbage`` (no SMTP), ``refused`` (a 4xx
    or 5xx reply).
    """

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        deadline_seconds: float = 4.0,
        user: str | None = None,
        password: str | None = None,
        starttls: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        refuse_sender(sender)
        name, address = parseaddr(sender)
        self._host = host
        self._port = port
        self._from = (name, address)
        self._deadline_seconds = deadline_seconds
        self._login = (user, password or "") if user else None
        self._starttls = starttls
        self._headers = dict(headers or {})

    @classmethod
    def of(cls, config: Config, headers: Mapping[str, str] | None = None) -> Self:
        """Return the mail server that the settings name."""
        return cls(
            config.smtp_host,
            config.smtp_port,
            config.mail_sender,
            config.outbound_deadline_seconds,
            config.smtp_user or None,
            config.smtp_password or None,
            config.smtp_starttls,
            headers,
        )

    def send(self, to: str, subject: str, text: str, html: str, key: str | None = None) -> None:
        """Send one mail to one address. Return once the server has accepted it. Raises MailFailed.

        Mails of one ``key`` have one Message-ID.
        """
        if not MAIL_ADDRESS.fullmatch(to):
            raise MailFailed("refused", "not an address")
        from webapp.outbound.mail_message import compose  # late: nothing is sent at a start

        message = compose(self._from, to, subject, text, html, key)
        for name, value in self._headers.items():
            message[name] = value
        self._within_deadline(lambda smtp: smtp.send_message(message, self._from[1], [to]))

    def check(self) -> None:
        """Greet the server (and sign in, if a user is set), sending nothing. Raises MailFailed."""
        self._within_deadline(lambda smtp: smtp.noop())

    def _within_deadline(self, work: _Work) -> None:
        deadline = Deadline(self._deadline_seconds)
        try:
            connection = connect(self._host, self._port, deadline)
            with (
                deadline.cuts(connection),
                _Smtp(connection, self._host, self._port, deadline.left()) as smtp,
            ):
                if self._starttls:
                    smtp.starttls(context=ssl.create_default_context())
                if self._login:
                    smtp.login(*self._login)
                work(smtp)
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            if deadline.is_over or isinstance(failure, TimeoutError):
                raise MailFailed("slow", f"not done in {self._deadline_seconds:g} s") from failure
            raise _explained(failure) from failure


class _Smtp(smtplib.SMTP):
    """smtplib over a connection that is already open, and that a deadline cuts off."""

    def __init__(self, connection: socket.socket, host: str, port: int, timeout: float) -> None:
        self._connection = connection
        # A fixed local name: else smtplib asks the resolver and waits.
        super().__init__(host, port, local_hostname="localhost", timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._connection


def _explained(failure: Exception) -> MailFailed:
    """Return what a failure means to the site, without the address that a reply may repeat."""
    match failure:
        case smtplib.SMTPResponseException(smtp_code=code):
            return MailFailed(_KINDS.get(code, "refused"), f"SMTP {code}")
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            codes = ", ".join(str(code) for code, _ in refused.values())
            return MailFailed("refused", f"SMTP {codes} for the recipient")
        case smtplib.SMTPNotSupportedError():
            return MailFailed("refused", "the server lacks what this mail needs")
        case smtplib.SMTPServerDisconnected() | ConnectionError() | socket.gaierror():
            return MailFailed("down", type(failure).__name__)
        case smtplib.SMTPException() | ValueError() | ssl.SSLError():
            return MailFailed("garbage", type(failure).__name__)
        case _:
            return MailFailed("down", type(failure).__name__)
