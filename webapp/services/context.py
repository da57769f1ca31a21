"""What every flow gets: settings, time, rows, keys, and outgoing messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, Self

from webapp.clock import Clock
from webapp.config import Config
from webapp.rules.encryption import Seal
from webapp.rules.links import Signer
from webapp.rules.passwords import Hasher
from webapp.rules.visitor import Attempt
from webapp.services.codes import Limits
from webapp.store.accounts import Account
from webapp.store.engine import Store
from webapp.store.outbox import Message


class Outbound(Protocol):
    """Outgoing messages. Every method may raise ``DeliveryFailed`` and then changes nothing here."""

    def attempt(self, key: str, in_doubt_since: float | None) -> Self:
        """Return the same for one attempt at the message ``key``.

        With ``in_doubt_since`` an earlier attempt, begun then or later, may have sent it: ask before sending again.
        """

    def send_code(self, *, channel: str, to: str, code: str, language: str) -> str | None:
        """Send a one-time code by ``sms``, ``voice`` (E.164) or ``mail`` (an address). Return a call's sid, else
        None."""

    def call_status(self, sid: str) -> str:
        """Return the state of a call by the provider's name: queued, ringing, in-progress, completed, busy …"""

    def send_approval_mail(self, account: Account, attempt: Attempt, token: str, language: str) -> None:
        """Send the mail with the link 承認または否認してください."""

    def send_approval_text(self, account: Account, code: str, token: str, language: str) -> None:
        """Send the text with the approval code and the link to deny."""

    def send_no_account_notice(self, *, kind: str, channel: str, to: str, language: str) -> None:
        """Send a notice instead of a code: ``register.known`` or ``forgot_password.unknown``."""

    def send_notice(self, notice: Message, account: Account) -> None:
        """Send a security notice, by mail or text."""


@dataclass(frozen=True)
class Services:
    """One site's parts, made by ``create_app`` and passed to every flow."""

    config: Config
    clock: Clock
    store: Store
    hasher: Hasher
    seal: Seal
    signer: Signer
    outbound: Outbound
    dispatcher: Callable[[Services], None] = field(repr=False)
    """Sends all that is due in a world, once the answer of this request has left."""
    pepper: bytes = field(repr=False)
    limits: Limits

    @staticmethod
    def limits_of(config: Config) -> Limits:
        """Return the limits, taken from the settings of the same names."""
        return Limits(**{name: getattr(config, name) for name in Limits._fields})
