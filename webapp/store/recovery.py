"""Resets of two-step verification: their cases (flows that last days), their documents, and decisions."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from webapp.store import flows
from webapp.store.engine import Connection
from webapp.store.flows import Flow

KIND = "recovery"
_DOCUMENT = "id, case_id, kind, size, created_at"
_DECISION = "case_id, account_id, at, by_account, decision, reason"


class StoredDocument(NamedTuple):
    """A row of ``documents``. ``id`` is random; ``size`` is in bytes, before sealing."""

    id: str
    case_id: str
    kind: str
    size: int
    created_at: float


class Decision(NamedTuple):
    """A row of ``decisions``. ``by_account`` is the reviewer, or None if no reviewer had a part in it."""

    case_id: str
    account_id: str
    at: float
    by_account: str | None
    decision: str
    reason: str


def find_case(db: Connection, case_id: str, now: float) -> Flow | None:
    """Return one live case. A visit or the desk has been checked before."""
    row = db.execute(
        f"SELECT {flows.COLUMNS} FROM flows WHERE id = ? AND kind = ? AND expires_at > ?",
        (case_id, KIND, now),
    ).fetchone()
    return None if row is None else flows.from_row(row)


def newest_of_account(db: Connection, account_id: str, states: tuple[str, ...], now: float) -> Flow | None:
    """Return the account's newest live case in one of these states."""
    row = db.execute(
        f"""SELECT {flows.COLUMNS} FROM flows
            WHERE account_id = ? AND kind = ? AND state IN ({_marks(states)}) AND expires_at > ?
            ORDER BY created_at DESC LIMIT 1""",
        (account_id, KIND, *states, now),
    ).fetchone()
    return None if row is None else flows.from_row(row)


def in_states(db: Connection, states: tuple[str, ...], now: float, limit: int = 100) -> list[Flow]:
    """Return the live cases in these states, oldest first."""
    return [
        flows.from_row(row)
        for row in db.execute(
            f"""SELECT {flows.COLUMNS} FROM flows WHERE kind = ? AND state IN ({_marks(states)}) AND expires_at > ?
                ORDER BY created_at, id LIMIT ?""",
            (KIND, *states, now, limit),
        )
    ]


def add_document(db: Connection, document: StoredDocument, sealed: bytes) -> None:
    """Insert a document with its sealed content."""
    db.execute(
        f"INSERT INTO documents ({_DOCUMENT}, sealed) VALUES (?, ?, ?, ?, ?, ?)",
        (document.id, document.case_id, document.kind, document.size, document.created_at, sealed),
    )


def sealed_content(db: Connection, document_id: str) -> bytes | None:
    """Return a document's sealed content, or None if the document was deleted."""
    row = db.execute("SELECT sealed FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None or row[0] is None else bytes(row[0])


def documents_of(db: Connection, case_id: str) -> list[StoredDocument]:
    """Return a case's documents in the order in which they came."""
    return [
        StoredDocument(*row)
        for row in db.execute(
            f"SELECT {_DOCUMENT} FROM documents WHERE case_id = ? ORDER BY created_at, id", (case_id,)
        )
    ]


def drop_documents(db: Connection, case_id: str) -> None:
    """Delete a case's documents."""
    db.execute("DELETE FROM documents WHERE case_id = ?", (case_id,))


def log(db: Connection, decision: Decision) -> None:
    """Record who decided what, when and why (docs/promises.md#61)."""
    db.execute(
        f"INSERT INTO decisions (id, {_DECISION}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            secrets.token_hex(8),
            decision.case_id,
            decision.account_id,
            decision.at,
            decision.by_account,
            decision.decision,
            decision.reason,
        ),
    )


def decisions_of(db: Connection, case_id: str) -> list[Decision]:
    """Return the decisions about a case, newest first."""
    return [
        Decision(*row)
        for row in db.execute(
            f"SELECT {_DECISION} FROM decisions WHERE case_id = ? ORDER BY at DESC, id", (case_id,)
        )
    ]


def latest_decisions(db: Connection, kinds: tuple[str, ...], limit: int = 20) -> list[Decision]:
    """Return the newest decisions of the desk of these kinds."""
    return [
        Decision(*row)
        for row in db.execute(
            f"""SELECT {_DECISION} FROM decisions WHERE by_account IS NOT NULL AND decision IN ({_marks(kinds)})
                ORDER BY at DESC, id LIMIT ?""",
            (*kinds, limit),
        )
    ]


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" for _ in values)
