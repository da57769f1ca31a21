"""The mail server: accepts any recipient, keeps each mail unchanged, one message per recipient."""

import asyncio
import logging
import re
import socket
import ssl
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import AnyStr, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from mocksms.core import inbox, intake, mail, phone_numbers
from mocksms.core.faults import SLOW
from mocksms.core.mail.structure import TooManyParts
from mocksms.core.worlds import BadWorld, TooManyWorlds, World, Worlds
from mocksms.providers.smtp import certificate, mail_requests
from mocksms.providers.smtp.session import Connection, Limits
from mocksms.shared.network import is_loopback
from mocksms.store import Unavailable, UnknownWorld
from mocksms.store.requests import ChosenBy

log = logging.getLogger("mocksms.smtp")
WORKERS = 32
MOST_RECIPIENTS = 100
LONGEST_HEAD = 1 << 20
"""Bytes of a mail's headers in which X-World is looked for; the longest head of a real mail is far shorter."""
_END_OF_HEADERS = re.compile(rb"(?:\A|\n)\r?\n")
_X_WORLD = re.compile(rb"^x-world:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)
SMTP_CODES = range(400, 600)
REFUSED = ("4", "5")  # first digits of the answer to a refused command
REJECTED = 550
_TAG = re.compile(r"[^@]+\+([^@+]+)@")


def named_world(source: bytes) -> str | None:
    """Return the name in a mail's header X-World, None for a mail without one."""
    end = _END_OF_HEADERS.search(source, 0, LONGEST_HEAD)
    found = _X_WORLD.search(source, 0, end.start() if end is not None else LONGEST_HEAD)
    return b" ".join(found[1].split()).decode("utf-8", "replace") if found is not None else None


def world_of(
    worlds: Worlds, mailbox: str, named: str | None = None, may_make: bool = True
) -> tuple[World, ChosenBy]:
    """Return the world of a mail, and what chose it.

    It is the world `named` by its header X-World, created if necessary and `may_make`; else the one that the mailbox
    is leased to; else an existing one named by the mailbox's plus-tag; else the default one. Tags create no worlds,
    because people use plus-tags for other purposes.

    Raise :class:`BadWorld`, :class:`UnknownWorld`, :class:`TooManyWorlds`: the mail is refused, never kept elsewhere.
    """
    if named is not None:
        return worlds.make(named)[0] if may_make else worlds.get(named), "header"
    if (world := worlds.of_lease(mailbox)) is not None:
        return world, "lease"
    tag = _TAG.match(mailbox)
    if tag is not None and (world := worlds.find(tag.group(1))) is not None:
        return world, "tag"
    return worlds.get(), "default"


@dataclass
class _Handler:
    """The commands of one connection (the names are aiosmtpd's)."""

    worlds: Worlds
    workers: ThreadPoolExecutor
    noted: str = ""
    """The answer that is already in the log."""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not re.fullmatch(r"[^\s@<>\x00-\x1f]{1,64}@[^\s@<>\x00-\x1f]{1,255}", address):
            return "553 5.1.3 The address is not a mailbox"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        cast(Connection, server).mail_is_in()
        loop = asyncio.get_running_loop()
        answer, slow = await loop.run_in_executor(self.workers, self._take, envelope, self._may_make(session))
        self.noted = answer
        await asyncio.sleep(slow)
        if not answer and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return answer or "421 4.7.0 Hung up"

    def _may_make(self, session: Session) -> bool:
        """Return whether X-World may create a world: of this machine's mails, or after a log-in that is checked."""
        peer = cast("tuple[str, int] | str", session.peer)  # a text: of a socket without addresses
        is_near = isinstance(peer, str) or is_loopback(peer[0])
        return is_near or bool(self.worlds.settings.smtp_accounts)

    def _take(self, envelope: Envelope, may_make: bool) -> tuple[str, float]:
        """Keep a mail, and return the answer and the seconds that it waits."""
        SLOW.set(0.0)
        copies = [
            mail_requests.RecordedMail(each) for each in map(phone_numbers.normalise, envelope.rcpt_tos)
        ]
        copies = list({each.mailbox: each for each in copies}.values())
        answer = self._keep(envelope, copies, may_make)
        for each in copies:
            mail_requests.record(self.worlds, envelope, each, answer)
        return answer, SLOW.get()

    def _keep(self, envelope: Envelope, copies: Sequence[mail_requests.RecordedMail], may_make: bool) -> str:
        source = envelope.original_content or b""
        named = named_world(source)
        try:
            for copy in copies:  # check all before saving the first: a mail is refused as a whole
                copy.world, copy.chosen_by = world_of(self.worlds, copy.mailbox, named, may_make)
            read = mail.parse(source, "", (envelope.mail_from or "").strip("<>"))
            for copy in copies:
                assert copy.world is not None
                message = replace(
                    read,
                    sid=inbox.new_sid("ML"),
                    recipient=copy.mailbox,
                    details={**read.details},
                    history=[],
                )
                arrival = intake.meet(copy.world, "mail", copy.mailbox, message.sender, over_http=False)
                copy.message = arrival.keep(message, source)
        except intake.Interrupted:
            return ""
        except intake.Rejected as rejection:
            code = rejection.code if rejection.code in SMTP_CODES else REJECTED
            return f"{code} {code // 100}.7.1 A fault asked for this"
        except BadWorld as error:
            return f"554 5.6.0 X-World: {error}"
        except UnknownWorld:
            return "550 5.7.1 X-World: there is no such world, and a mail from the network makes none"
        except TooManyWorlds:
            return "452 4.3.1 There are as many worlds as there may be; delete some"
        except Unavailable as error:
            log.error("a mail could not be kept: %s", error)
            return "451 4.3.0 The mail cannot be kept now; try again"
        except (TooManyParts, RecursionError):
            return "554 5.6.0 The mail has too many parts or headers"
        return "250 2.0.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        log.exception("a mail connection failed", exc_info=error)
        return "451 4.3.0 The server failed"


class _Server(Connection):
    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        answer = status if isinstance(status, str) else status.decode("utf-8", "replace")
        handler = cast(_Handler, self.event_handler)
        if answer[:1] in REFUSED and answer != handler.noted:
            recipients = self.envelope.rcpt_tos if self.envelope else []
            refused = mail_requests.RecordedMail(", ".join(recipients))
            mail_requests.record(handler.worlds, self.envelope or Envelope(), refused, answer)


@dataclass
class MailServer:
    """A running mail server. `tls_port` is its port with TLS from the first byte, if there is one."""

    port: int
    tls_port: int | None
    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread
    _workers: ThreadPoolExecutor
    _stopped: bool = field(default=False)

    @property
    def ports(self) -> list[int]:
        """Return all ports that it listens on."""
        return [self.port] if self.tls_port is None else [self.port, self.tls_port]

    def stop(self) -> None:
        """Stop listening and close all connections. Return when that is done."""
        if not self._stopped:
            self._stopped = True
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._workers.shutdown()


def start(
    app: Flask,
    host: str = "127.0.0.1",
    port: int = 0,
    sock: socket.socket | None = None,
    tls_port: int = -1,
) -> MailServer:
    """Start the mail server of an app in its own thread; port 0 takes a free one.

    `sock` is a bound socket to use instead. `tls_port` is the port with TLS from the first byte; -1 for none. Raise
    OSError when a port is taken.
    """
    worlds = cast(Worlds, app.extensions["mocksms"])
    settings = worlds.settings
    encryption = certificate.context(settings)
    listening = [sock or _listening(host, port)] + ([_listening(host, tls_port)] if tls_port >= 0 else [])
    workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="smtp")
    loop = asyncio.new_event_loop()
    limits = Limits(settings.body_idle_seconds, settings.body_seconds)

    def protocol(starttls: ssl.SSLContext | None) -> SMTP:
        return _Server(
            _Handler(worlds, workers),
            settings.smtp_accounts,
            limits,
            data_size_limit=settings.max_mail_bytes,
            enable_SMTPUTF8=True,
            hostname="mocksms",
            ident="mocksms",
            tls_context=starttls,
            loop=loop,
        )

    async def serve() -> list[asyncio.Server]:
        # The first port begins unencrypted and offers STARTTLS; the second one is encrypted from the start.
        ways = zip(listening, (None, encryption), (encryption, None), strict=False)
        return [
            await loop.create_server(partial(protocol, starttls), sock=each, ssl=at_once)
            for each, at_once, starttls in ways
        ]

    def run() -> None:
        asyncio.set_event_loop(loop)
        servers = loop.run_until_complete(serve())
        try:
            loop.run_forever()
        finally:
            for server in servers:
                server.close()
            for task in (tasks := asyncio.all_tasks(loop)):
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.close()

    ports = [each.getsockname()[1] for each in listening]
    thread = threading.Thread(target=run, name="smtp-server", daemon=True)
    thread.start()
    return MailServer(ports[0], ports[1] if len(ports) > 1 else None, loop, thread, workers)


def _listening(host: str, port: int) -> socket.socket:
    bare = host.strip("[]")
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    return socket.create_server((bare, port), family=family, backlog=128)
