"""The site's gateway and mailer, with a signal for each message they sent.

They do what their parents do. No test and no tool replaces them.
"""

from __future__ import annotations

from blinker import Signal

from webapp.outbound.gateway import Gateway
from webapp.outbound.mail import Mailer

sent = Signal(
    "Sent after a message was taken by gateway or mail server, with channel=, to=, subject= and sid=."
)


class InstrumentedGateway(Gateway):
    """The gateway. It reports each text and call that was accepted."""

    def text(self, to_e164: str, body: str, in_doubt_since: float | None = None) -> str:
        """Send a text and return the message's sid. Raises GatewayFailed."""
        sid = super().text(to_e164, body, in_doubt_since)
        sent.send(self, channel="sms", to=to_e164, subject="", sid=sid)
        return sid

    def call(self, to_e164: str, twiml: str, in_doubt_since: float | None = None) -> str:
        """Place a call and return its sid. Raises GatewayFailed."""
        sid = super().call(to_e164, twiml, in_doubt_since)
        sent.send(self, channel="call", to=to_e164, subject="", sid=sid)
        return sid


class InstrumentedMailer(Mailer):
    """The mail server. It reports each mail that was accepted."""

    def send(self, to: str, subject: str, text: str, html: str, key: str | None = None) -> None:
        """Send one mail. Raises MailFailed."""
        super().send(to, subject, text, html, key)
        sent.send(self, channel="mail", to=to, subject=subject)
