"""Events: what happened to an account, in UTC and without secrets."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from blinker import Signal

from webapp.store.engine import Connection, Row

added = Signal("Sent with account_id= and kind= for each event, inside the transaction that writes it.")


class Event(NamedTuple):
    """One event. ``kind`` is a dotted name such as ``sign_in.code_wrong``."""

    id: int
    at: float
    account_id: str | None
    kind: str
    device: str
    near: str
    data: dict[str, Any]


def from_row(row: Row) -> Event:
    """Return an event from its row."""
    return Event(
        row["id"],
        row["at"],
        row["account_id"],
        row["kind"],
        row["device"],
        row["near"],
        json.loads(row["data"]),
    )


def add(
    db: Connection, *, at: float, account_id: str | None, kind: str, device: str, near: str, **data: Any
) -> None:
    """Record an event; ``data`` must hold no code, token, secret or full number."""
    db.queue(
        "INSERT INTO events (at, account_id, kind, device, near, data) VALUES (?, ?, ?, ?, ?, ?)",
        (at, account_id, kind, device, near, json.dumps(data) if data else "{}"),
    )
    added.send(None, account_id=account_id, kind=kind)


def of_account(db: Connection, account_id: str, limit: int = 50) -> list[Event]:
    """Return an account's events, newest first."""
    return [
        from_row(row)
        for row in db.execute(
            """SELECT id, at, account_id, kind, device, near, data FROM events WHERE account_id = ?
               ORDER BY at DESC, id DESC LIMIT ?""",
            (account_id, limit),
        )
    ]


def count_since(db: Connection, account_id: str, kind: str, since: float) -> int:
    """Return how often something happened to an account after ``since``."""
    row = db.execute(
        "SELECT count(*) FROM events WHERE account_id = ? AND at > ? AND kind = ?", (account_id, since, kind)
    ).fetchone()
    return int(row[0])
