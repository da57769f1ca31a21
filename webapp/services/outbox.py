"""The outbox: write outgoing messages in the transaction of their change. `challenges.delivery` sends them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from webapp.rules import phone_numbers
from webapp.rules.encryption import Seal
from webapp.rules.visitor import Visitor
from webapp.store import outbox
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.outbox import Message

LEASE_SECONDS = 30.0
"""For so long a message belongs to the one who sends it. Longer than any exchange with gateway or mail server."""


def message_language(visitor: Visitor, chosen: str | None) -> str:
    """Return the language of a message: the one its account's owner chose, else that of the page that causes it."""
    return chosen or visitor.language


def enqueue(db: Connection, visitor: Visitor, account: Account, kind: str, now: float, **data: Any) -> None:
    """Write a notice to the account's mail address, else to its number."""
    channel, recipient = ("mail", account.email) if account.email else ("sms", account.phone)
    assert recipient is not None  # the table's CHECK: an account has one or the other
    enqueue_notice(db, visitor, account, channel, recipient, kind, now, **data)


def enqueue_notice(
    db: Connection,
    visitor: Visitor,
    account: Account,
    channel: str,
    recipient: str,
    kind: str,
    now: float,
    **data: Any,
) -> None:
    """Write a notice about what the visitor did, to an address or number of the account."""
    message = Message(
        account_id=account.id,
        channel=channel,
        recipient=recipient,
        kind=kind,
        language=message_language(visitor, account.language),
        data={**data, "when": now, "device": visitor.device, "near": visitor.near},
        created_at=now,
        due_at=now,
    )
    outbox.add(db, message)


def enqueue_to_number(
    db: Connection, visitor: Visitor, account: Account, number: str, kind: str, now: float, **data: Any
) -> None:
    """Write a text to a number that is no longer the account's, beside the other notices (docs/promises.md#18).

    A landline gets none: it takes no texts.
    """
    if phone_numbers.parse(number).kind == "landline":
        return
    enqueue_notice(db, visitor, account, "sms", number, kind, now, **data)


def enqueue_secret(
    db: Connection, seal: Seal, message: Message, secret: dict[str, str], *, is_awaited: bool
) -> Message:
    """Write a message with a code or a link's token, which no row shows. Return it.

    One that ``is_awaited`` belongs to this request from the beginning: it is sent before the answer.
    """
    written = replace(
        message,
        sealed=seal.seal(json.dumps(secret).encode(), _context(message)),
        due_at=message.due_at + LEASE_SECONDS if is_awaited else message.due_at,
        attempts=1 if is_awaited else 0,
    )
    outbox.add(db, written)
    return written


def open_secret(seal: Seal, message: Message) -> dict[str, str]:
    """Return the code or token of a message. Raise SealBroken."""
    assert message.sealed is not None
    opened: dict[str, str] = json.loads(seal.open(message.sealed, _context(message)))
    return opened


def _context(message: Message) -> str:
    """Return the context that a message's secret is sealed for."""
    return f"outbox:{message.id}"
