"""Flows: unfinished work of a user, a row each. The browser's cookie holds only its id."""

from __future__ import annotations

import json
import secrets
from typing import Any, NamedTuple

from webapp.store import columns
from webapp.store.engine import Connection, Row

COLUMNS = "id, kind, state, account_id, browser, session, data, created_at, expires_at"
_DATA = columns.position(COLUMNS, "data")


class Flow(NamedTuple):
    """A row of ``flows``. Kind and state name a state of that kind's state machine (``webapp.flows``).

    ``browser`` is the hash of the browser that began it, ``session`` the session it may elevate. ``data`` is private
    to the flow, with secrets sealed.
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
    """Return a flow from a row of `COLUMNS`."""
    values = list(row)
    values[_DATA] = json.loads(values[_DATA])
    return Flow(*values)


def new_id() -> str:
    """Return 128 random bits: to know a flow's id is to hold the flow."""
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
    db.queue(
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
    """Return a live flow of this kind, if this browser began it."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM flows WHERE id = ? AND kind = ? AND browser = ? AND expires_at > ?",
        (flow_id, kind, browser, now),
    ).fetchone()
    return None if row is None else from_row(row)


def find_by_token(db: Connection, kind: str, token_hash: bytes) -> Flow | None:
    """Return the flow of a link's token, expired or not."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM flows WHERE token_hash = ? AND kind = ?", (token_hash, kind)
    ).fetchone()
    return None if row is None else from_row(row)


def find_of_session(
    db: Connection, kind: str, session: bytes, browser: bytes, state: str, now: float
) -> Flow | None:
    """Return the newest live flow that a session began from this browser and that is in ``state``."""
    row = db.execute(
        f"""SELECT {COLUMNS} FROM flows
            WHERE kind = ? AND session = ? AND browser = ? AND state = ? AND expires_at > ?
            ORDER BY created_at DESC LIMIT 1""",
        (kind, session, browser, state, now),
    ).fetchone()
    return None if row is None else from_row(row)


def of_browser(db: Connection, browser: bytes, now: float) -> list[Flow]:
    """Return the live flows that a browser began, the newest first."""
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
    """Go on to ``state``, only from the state the caller read. Return None if another was faster.

    ``flow_id`` gives the flow a new id (the old one is invalid), for transitions that prove something.
    """
    given = {"state": state, "id": flow_id, "account_id": account_id, "expires_at": expires_at}
    changed: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    # what stays is not named: SQLite writes the index of each column that is, even for an equal value
    cursor = db.execute(
        f"UPDATE flows SET data = ?, {', '.join(f'{name} = ?' for name in changed)} WHERE id = ? AND state = ?",
        (json.dumps(data), *changed.values(), flow.id, flow.state),
    )
    return flow._replace(data=data, **changed) if cursor.rowcount == 1 else None


def set_token(db: Connection, flow: Flow, token_hash: bytes) -> None:
    """Set another link's token. The earlier link is invalid."""
    db.queue("UPDATE flows SET token_hash = ? WHERE id = ?", (token_hash, flow.id))


def end(db: Connection, flow: Flow) -> bool:
    """Delete a flow, only in the state the caller read. Return False if another was faster."""
    return bool(db.execute("DELETE FROM flows WHERE id = ? AND state = ?", (flow.id, flow.state)).rowcount)


def end_of_account(
    db: Connection, account_id: str, kinds: tuple[str, ...] = (), *, but_session: bytes | None = None
) -> None:
    """Delete an account's unfinished flows (of ``kinds`` only, if named), except those of one session.

    A case at the desk stays: it ends by its transitions alone, and a visit to it with its password.
    """
    of_kinds = (
        f" AND kind IN ({', '.join('?' for _ in kinds)})" if kinds else " AND kind NOT LIKE 'recovery%'"
    )
    db.queue(
        f"DELETE FROM flows WHERE account_id = ? AND (session IS NULL OR session <> ?){of_kinds}",
        (account_id, but_session or b"", *kinds),
    )
