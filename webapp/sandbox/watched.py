"""The site's own parts, watched: what leaves is told to the timeline, and the database can be made slow or locked.

They do what their parents do; no test and no tool replaces them by something else.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blinker import Signal
from sqlite_utils import Database

from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer
from webapp.sandbox.facts import FactsFile
from webapp.store.database import Store

sent = Signal(
    "Sent after a message was taken by gateway or mail server, with channel=, to=, subject= and sid=."
)


class WatchedGateway(Gateway):
    """The gateway; each text and call that was taken is told."""

    def text(self, to_e164: str, body: str) -> str:
        """Send a text and return the message's sid. Raises GatewayFailed."""
        sid = super().text(to_e164, body)
        sent.send(self, channel="sms", to=to_e164, subject="", sid=sid)
        return sid

    def call(self, to_e164: str, twiml: str) -> str:
        """Place a call and return its sid. Raises GatewayFailed."""
        sid = super().call(to_e164, twiml)
        sent.send(self, channel="call", to=to_e164, subject="", sid=sid)
        return sid


class WatchedMailer(Mailer):
    """The mail server; each mail that was taken is told."""

    def send(self, to: str, subject: str, text: str, html: str) -> None:
        """Send one mail. Raises MailFailed."""
        super().send(to, subject, text, html)
        sent.send(self, channel="mail", to=to, subject=subject)


class WatchedStore(Store):
    """The database, as slow or as locked as the world's facts say."""

    def __init__(self, path: Path, facts: FactsFile) -> None:
        super().__init__(path.parent, path.stem)
        self._facts = facts
        self._spared = threading.local()

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Within it this thread's writes are a tool's: the site's faults are not for them."""
        self._spared.is_on = True
        try:
            yield
        finally:
            self._spared.is_on = False

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """One transaction; see `Store.writing`."""
        facts = self._facts.now()
        if not self.db().conn.in_transaction and not getattr(self._spared, "is_on", False):
            if facts.locked_database:
                raise sqlite3.OperationalError("database is locked")
            if facts.slow_database:
                time.sleep(facts.slow_database)
        with super().writing() as db:
            yield db
