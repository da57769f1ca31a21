"""The outbox: outgoing messages, written in the transaction of their change."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from blinker import Signal

from webapp.store.engine import Connection, Row

COLUMNS = (
    "id, account_id, code_id, channel, recipient, kind, language, data, sealed, created_at, due_at, attempts,"
    " failures"
)

enqueued = Signal("Sent after a message was written, with message_id=; inside the transaction.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A row of ``outbox``, in the order of `COLUMNS`.

    ``data`` is what the text of ``kind`` needs. ``sealed`` holds what no row may show: a code or a link's token.
    Each attempt to send is counted before it begins. ``failures`` counts those that are known to have sent nothing.
    """

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    account_id: str | None = None
    code_id: str | None = None
    channel: str
    recipient: str = field(repr=False)
    kind: str
    language: str
    data: dict[str, Any] = field(repr=False, default_factory=dict)
    sealed: bytes | None = field(repr=False, default=None)
    created_at: float
    due_at: float
    attempts: int = 0
    failures: int = 0

    @property
    def is_awaited(self) -> bool:
        """Return whether the request that wrote this message sends it, before the answer."""
        return self.attempts > 0

    @property
    def is_in_doubt(self) -> bool:
        """Return whether an earlier attempt ended unknown: it may have sent the message."""
        return self.attempts - 1 > self.failures


def from_row(row: Row) -> Message:
    """Return a message from a row of `COLUMNS`."""
    values = {name: row[name] for name in Message.__dataclass_fields__}
    return Message(**{**values, "data": json.loads(values["data"])})


def add(db: Connection, message: Message) -> None:
    """Write a message. Call it in the transaction of its change."""
    values = {name: getattr(message, name) for name in Message.__dataclass_fields__}
    db.queue(
        f"INSERT INTO outbox ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tuple({**values, "data": json.dumps(message.data)}.values()),
    )
    enqueued.send(db, message_id=message.id)


def take_due(db: Connection, due_by: float, leased_until: float) -> Message | None:
    """Return a message that was due by then, and lease it: no other process sends it meanwhile.

    Those that were tried least come first, so that one that fails each time holds up no other.
    """
    row = db.execute(
        f"""UPDATE outbox SET due_at = ?, attempts = attempts + 1
            WHERE id = (SELECT id FROM outbox WHERE due_at <= ? ORDER BY attempts, created_at LIMIT 1)
            RETURNING {COLUMNS}""",
        (leased_until, due_by),
    ).fetchone()
    return from_row(row) if row else None


def next_due(db: Connection) -> float | None:
    """Return when the next message is due; None if nothing waits."""
    due_at: float | None = db.execute("SELECT min(due_at) FROM outbox").fetchone()[0]
    return due_at


def ack(db: Connection, message_id: str) -> None:
    """Delete a message that was sent or given up."""
    db.queue("DELETE FROM outbox WHERE id = ?", (message_id,))


def retry(db: Connection, message: Message, due_at: float, *, is_unsent: bool) -> None:
    """Try a message again at ``due_at``. With ``is_unsent`` this attempt is known to have sent nothing.

    That tells nothing of earlier attempts: a message in doubt stays in doubt.
    """
    failures = message.failures + is_unsent
    db.queue("UPDATE outbox SET due_at = ?, failures = ? WHERE id = ?", (due_at, failures, message.id))


def give_back(db: Connection, message: Message, due_at: float) -> None:
    """Leave a message that was leased, but not tried, for ``due_at``."""
    db.queue("UPDATE outbox SET due_at = ?, attempts = attempts - 1 WHERE id = ?", (due_at, message.id))
