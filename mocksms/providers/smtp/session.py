"""One SMTP connection: log-in by three mechanisms, and the parameters that senders add to MAIL and RCPT."""

import asyncio
import collections
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session, syntax

# RFC 5321 requires 1,000; receivers accept longer lines, and apps with HTML in one line rely on it.
LONGEST_LINE = 1_000_000
LONGEST_COMMAND = 12_288  # required by RFC 4954 for AUTH
MOST_CONNECTIONS = 1000
MOST_HELD_BYTES = 256 << 20  # of all mails that are under way
# Parameters of other extensions, without effect: the phone sends no delivery notices.
_TAKEN = re.compile(
    r"\s+(?:AUTH=\S+|ENVID=\S+|RET=(?:FULL|HDRS)|ORCPT=[\w.-]+;\S+"
    r"|NOTIFY=(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*))(?=\s|\Z)",
    re.IGNORECASE,
)
# Parameters that some senders add after HELO too, though only EHLO allows them.
_TAKEN_AFTER_HELO = re.compile(r"\s+(?:BODY=(?:7BIT|8BITMIME)|SIZE=\d+|SMTPUTF8)(?=\s|\Z)", re.IGNORECASE)
_ADDRESS = re.compile(r"(\w+:\s*(?:<[^>]*>|[^\s<]+))(.*)", re.DOTALL)


@dataclass
class Limits:
    """What all connections of a mail server may take together, and the seconds of a mail: without a byte, in all."""

    idle_seconds: float
    whole_seconds: float
    connections: int = 0
    held: int = 0


class Connection(SMTP):
    """aiosmtpd's protocol with features of real servers.

    `accounts` are user names and passwords, one of which is then required; empty allows any log-in, and none.
    """

    line_length_limit = LONGEST_LINE
    command_size_limit = LONGEST_COMMAND
    command_size_limits: dict[str, int] = collections.defaultdict(lambda: LONGEST_COMMAND)  # noqa: RUF012
    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def __init__(self, handler: Any, accounts: Mapping[str, str], limits: Limits, **options: Any) -> None:
        self._accounts = accounts
        self._limits = limits
        self._data_until = 0.0
        self._held = 0
        super().__init__(handler, auth_require_tls=False, authenticator=self._judge, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection, unless there are too many. Called once more after STARTTLS."""
        if self.transport is None:
            self._limits.connections += 1
        super().connection_made(transport)
        if self._limits.connections > MOST_CONNECTIONS:
            self._end("421 4.7.0 Too many connections; try again")

    def connection_lost(self, error: Exception | None) -> None:
        """Give back what the connection held."""
        self._forget_mail()
        self._limits.connections -= 1
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Take some bytes; those of a mail move its deadline."""
        if self._data_until:
            self._held += len(data)
            self._limits.held += len(data)
            if self._limits.held > MOST_HELD_BYTES:
                self._end("452 4.3.1 Too many mails are under way; try again")
                return
            left = self._data_until - self.loop.time()
            self._reset_timeout(max(0.001, min(left, self._limits.idle_seconds)))
        super().data_received(data)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take a mail within its deadlines."""
        self._data_until = self.loop.time() + self._limits.whole_seconds
        self._reset_timeout(min(self._limits.idle_seconds, self._limits.whole_seconds))
        try:
            await super().smtp_DATA(arg or "")
        finally:
            self.mail_is_in()

    def mail_is_in(self) -> None:
        """Take the deadlines of the mail away: what comes now is the server's own work."""
        self._forget_mail()
        if self.transport is not None:
            self._reset_timeout()

    def _forget_mail(self) -> None:
        self._data_until = 0.0
        self._limits.held -= self._held
        self._held = 0

    def _timeout_cb(self) -> None:
        self._end("421 4.4.2 Nothing came for too long")

    def _end(self, words: str) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.write(f"{words}\r\n".encode())
            self.transport.close()

    async def check_auth_needed(self, caller_method: str) -> bool:
        """Refuse a command before a required log-in. aiosmtpd's own way warns without TLS."""
        if not self._accounts or (self.session is not None and self.session.authenticated):
            return False
        await self.push("530 5.7.0 Authentication required")
        return True

    def _judge(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: Any
    ) -> AuthResult:
        """Return whether a log-in is accepted."""
        assert isinstance(login, LoginPassword)
        known = self._accounts.get(login.login.decode("utf-8", "replace"))
        success = not self._accounts or (
            known is not None and hmac.compare_digest(known.encode(), login.password)
        )
        return AuthResult(success=success, handled=False, auth_data=login)

    async def auth_CRAM__MD5(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Check a log-in by RFC 2195: the password is never sent."""
        if len(args) > 1:
            await self.push("501 5.5.2 CRAM-MD5 has no initial response")
            return AuthResult(success=False, handled=True)
        challenge = f"<{secrets.token_hex(8)}.{time.time_ns()}@mocksms>".encode()
        answer = await self.challenge_auth(challenge)
        if answer is MISSING:
            return AuthResult(success=False, handled=True)
        assert isinstance(answer, bytes)
        user, _blank, digest = answer.rpartition(b" ")
        if not user:
            await self.push("501 5.5.2 The response must be user name and digest")
            return AuthResult(success=False, handled=True)
        known = self._accounts.get(user.decode("utf-8", "replace"))
        success = not self._accounts or (
            known is not None
            and hmac.compare_digest(
                hmac.new(known.encode(), challenge, hashlib.md5).hexdigest().encode(), digest.lower()
            )
        )
        return AuthResult(success=success, handled=False, auth_data=LoginPassword(user, b""))

    @syntax("AUTH <mechanism>")
    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        mechanism, blank, initial = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{mechanism.upper()}{blank}{initial}")

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        if self.session is not None and self.session.ssl is not None:
            await self.push("503 5.5.1 The connection is encrypted already")
        else:
            await super().smtp_STARTTLS(arg or "")

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        await super().smtp_MAIL(self._without_taken(arg))

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await super().smtp_RCPT(self._without_taken(arg))

    def _without_taken(self, arg: str | None) -> str | None:
        found = _ADDRESS.match(arg or "")
        if found is None:
            return arg
        parameters = _TAKEN.sub("", found[2])
        if self.session is not None and not self.session.extended_smtp:
            parameters = _TAKEN_AFTER_HELO.sub("", parameters)
        return found[1] + parameters
