"""Flows: what somebody has half done. A row each; the browser's cookie holds only its id."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from webapp.store.engine import Connection, Row

COLUMNS = "id, kind, state, account_id, browser, session, data, created_at, expires_at"


@dataclass(frozen=True, slots=True)
class Flow:
    """A row of ``flows``: kind and state name a place in that kind's table of moves (``webapp.flows``).

    ``browser`` is the hash of the browser that began it, ``session`` the session it may elevate;
    ``data`` is private to the flow, with secrets sealed.
    """

    id: str
    kind: str
    state: str
    account_id: str | None
    browser: bytes
    session: bytes | None
    data: dict[str, Any]
    created_at: float
    expires_at: float


def from_row(row: Row) -> Flow:
    """A flow from a row of `COLUMNS`."""
    return Flow(
        row["id"],
        row["kind"],
        row["state"],
        row["account_id"],
        row["browser"],
        row["session"],
        json.loads(row["data"]),
        row["created_at"],
        row["expires_at"],
    )


def new_id() -> str:
    """128 random bits: naming a flow is holding it."""
    return secrets.token_urlsafe(16)


def add(
    db: Connection,
    *,
    kind: str,
    state: str,
    account_id: str | None,
    browser: bytes,
    session: bytes | None = None,
    token_hash: bytes | None = None,
    data: dict[str, Any],
    now: float,
    life_seconds: float,
    flow_id: str | None = None,
) -> Flow:
    """Begin a flow that lives ``life_seconds``."""
    flow = Flow(flow_id or new_id(), kind, state, account_id, browser, session, data, now, now + life_seconds)
    db.execute(
        f"INSERT INTO flows ({COLUMNS}, token_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            flow.id,
            kind,
            state,
            account_id,
            browser,
            session,
            json.dumps(data),
            now,
            flow.expires_at,
            token_hash,
        ),
    )
    return flow


def find(db: Connection, flow_id: str, kind: str, browser: bytes, now: float) -> Flow | None:
    """A living flow of this kind, if this browser began it."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM flows WHERE id = ? AND kind = ? AND browser = ? AND expires_at > ?",
        (flow_id, kind, browser, now),
    ).fetchone()
    return None if row is None else from_row(row)


def find_by_token(db: Connection, kind: str, token_hash: bytes) -> Flow | None:
    """The flow that a link's token was made for, living or not."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM flows WHERE token_hash = ? AND kind = ?", (token_hash, kind)
    ).fetchone()
    return None if row is None else from_row(row)


def find_of_session(db: Connection, kind: str, session: bytes, state: str, now: float) -> Flow | None:
    """The newest living flow that a session began and that is in ``state``."""
    row = db.execute(
        f"""SELECT {COLUMNS} FROM flows WHERE kind = ? AND session = ? AND state = ? AND expires_at > ?
            ORDER BY created_at DESC LIMIT 1""",
        (kind, session, state, now),
    ).fetchone()
    return None if row is None else from_row(row)


def of_browser(db: Connection, browser: bytes, now: float) -> list[Flow]:
    """The living flows that a browser began, the newest first."""
    rows = db.execute(
        f"SELECT {COLUMNS} FROM flows WHERE browser = ? AND expires_at > ? ORDER BY created_at DESC",
        (browser, now),
    )
    return [from_row(row) for row in rows.fetchall()]


def move(
    db: Connection,
    flow: Flow,
    *,
    state: str,
    data: dict[str, Any],
    flow_id: str | None = None,
    account_id: str | None = None,
    expires_at: float | None = None,
) -> Flow | None:
    """Go on to ``state``, only from the state the caller saw; None when another was faster.

    ``flow_id`` gives the flow a new id (the old one is dead), for the moves that prove something.
    """
    moved = Flow(
        flow_id or flow.id,
        flow.kind,
        state,
        account_id or flow.account_id,
        flow.browser,
        flow.session,
        data,
        flow.created_at,
        expires_at or flow.expires_at,
    )
    cursor = db.execute(
        "UPDATE flows SET id = ?, state = ?, account_id = ?, data = ?, expires_at = ? WHERE id = ? AND state = ?",
        (moved.id, state, moved.account_id, json.dumps(data), moved.expires_at, flow.id, flow.state),
    )
    return moved if cursor.rowcount == 1 else None


def set_token(db: Connection, flow: Flow, token_hash: bytes) -> None:
    """Let another link lead to the flow; the earlier one leads nowhere."""
    db.execute("UPDATE flows SET token_hash = ? WHERE id = ?", (token_hash, flow.id))


def end(db: Connection, flow: Flow) -> bool:
    """Delete a flow, only in the state the caller saw; False when another was faster."""
    return bool(db.execute("DELETE FROM flows WHERE id = ? AND state = ?", (flow.id, flow.state)).rowcount)


def end_of_account(
    db: Connection, account_id: str, kinds: tuple[str, ...] = (), *, but_session: bytes | None = None
) -> None:
    """Delete an account's half-done flows (of some kinds only, where they are named), except those of one session.

    A case at the desk is nothing half-done: it ends by its own moves alone, and a visit to it with its password.
    """
    of_kinds = (
        f" AND kind IN ({', '.join('?' for _ in kinds)})" if kinds else " AND kind NOT LIKE 'recovery%'"
    )
    db.execute(
        f"DELETE FROM flows WHERE account_id = ? AND (session IS NULL OR session <> ?){of_kinds}",
        (account_id, but_session or b"", *kinds),
    )
