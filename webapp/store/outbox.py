"""The outbox: notices to send, written in the transaction of the change that they report."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from webapp.store.engine import Connection, Row

COLUMNS = "id, account_id, channel, recipient, kind, data, created_at, attempts, due_at"


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of ``notices``; ``data`` is what the wording of ``kind`` needs."""

    id: str
    account_id: str
    channel: str
    recipient: str
    kind: str
    data: dict[str, Any]
    created_at: float
    attempts: int
    due_at: float


def from_row(row: Row) -> Notice:
    """A notice from a row of `COLUMNS`."""
    return Notice(
        row["id"],
        row["account_id"],
        row["channel"],
        row["recipient"],
        row["kind"],
        json.loads(row["data"]),
        row["created_at"],
        row["attempts"],
        row["due_at"],
    )


def enqueue(
    db: Connection,
    *,
    account_id: str,
    channel: str,
    recipient: str,
    kind: str,
    data: dict[str, Any],
    now: float,
) -> None:
    """Write a notice; call it in the transaction of the change that it reports."""
    db.execute(
        f"INSERT INTO notices ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (secrets.token_hex(8), account_id, channel, recipient, kind, json.dumps(data), now, now),
    )


def take_due(db: Connection, now: float, lease_seconds: float, limit: int = 20) -> list[Notice]:
    """Notices that are due, leased so that no other process sends them meanwhile."""
    return [
        from_row(row)
        for row in db.execute(
            f"""UPDATE notices SET due_at = ?, attempts = attempts + 1
                WHERE id IN (SELECT id FROM notices WHERE due_at <= ? ORDER BY due_at LIMIT ?)
                RETURNING {COLUMNS}""",
            (now + lease_seconds, now, limit),
        ).fetchall()
    ]


def ack(db: Connection, notice_id: str) -> None:
    """Delete a notice that was delivered or given up."""
    db.execute("DELETE FROM notices WHERE id = ?", (notice_id,))


def retry(db: Connection, notice_id: str, due_at: float) -> None:
    """Try a notice again at ``due_at``."""
    db.execute("UPDATE notices SET due_at = ? WHERE id = ?", (due_at, notice_id))
