"""Sessions: who is signed in where. The cookie holds a random id; the row its SHA-256."""

from __future__ import annotations

from typing import NamedTuple

from webapp.store import accounts, columns
from webapp.store.accounts import Account
from webapp.store.engine import Connection, Row

COLUMNS = "id_hash, public_id, account_id, browser, app, device, near, created_at, seen_at, expires_at, elevated_until"
WIDTH = columns.count(COLUMNS)


class Session(NamedTuple):
    """A row of ``sessions``. ``public_id`` names it in lists; ``app`` is ``shop`` or ``music``."""

    id_hash: bytes
    public_id: str
    account_id: str
    browser: bytes
    app: str
    device: str
    near: str
    created_at: float
    seen_at: float
    expires_at: float
    elevated_until: float


def from_row(row: Row) -> Session:
    """Return a session from a row that begins with `COLUMNS`."""
    return Session(*row[:WIDTH])


def add(db: Connection, session: Session, epoch: int) -> bool:
    """Insert a session, if the account's epoch is still that of the owner's proof."""
    return bool(
        db.execute(
            f"""INSERT INTO sessions ({COLUMNS}) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
                WHERE EXISTS (SELECT 1 FROM accounts WHERE id = ? AND trust_epoch = ?)""",
            (*session, session.account_id, epoch),
        ).rowcount
    )


_WITH_ACCOUNT = f"""
    SELECT {columns.of("s", COLUMNS)}, {columns.of("a", accounts.COLUMNS)}
    FROM sessions s JOIN accounts a ON a.id = s.account_id
    WHERE s.id_hash = ? AND s.expires_at > ? AND s.seen_at > ?"""


def find_with_account(
    db: Connection, id_hash: bytes, now: float, idle_seconds: float
) -> tuple[Session, Account] | None:
    """Return a live session and its owner, in one statement, as each page needs it."""
    row = db.execute(_WITH_ACCOUNT, (id_hash, now, now - idle_seconds)).fetchone()
    return None if row is None else (from_row(row), accounts.from_row(row, WIDTH))


def touch(db: Connection, id_hash: bytes, now: float) -> None:
    """Record that a session was used."""
    db.queue("UPDATE sessions SET seen_at = ? WHERE id_hash = ?", (now, id_hash))


def elevate(db: Connection, old_id_hash: bytes, new_id_hash: bytes, until: float) -> bool:
    """Give a session a new id (the old one is invalid) and elevate it. Return False if it is gone."""
    return bool(
        db.execute(
            "UPDATE sessions SET id_hash = ?, elevated_until = ? WHERE id_hash = ?",
            (new_id_hash, until, old_id_hash),
        ).rowcount
    )


def lower_others(db: Connection, account_id: str, but_browser: bytes) -> None:
    """Revoke step-up in all the account's sessions except those of one browser. They stay signed in."""
    db.queue(
        "UPDATE sessions SET elevated_until = 0 WHERE account_id = ? AND browser <> ?",
        (account_id, but_browser),
    )


def keep_typed(db: Connection, id_hash: bytes, sealed: bytes) -> None:
    """Keep what was typed on a page, replacing anything kept before."""
    db.queue("UPDATE sessions SET typed = ? WHERE id_hash = ?", (sealed, id_hash))


def take_typed(db: Connection, id_hash: bytes) -> bytes | None:
    """Return what was kept, once; None if there is nothing."""
    row = db.execute("SELECT typed FROM sessions WHERE id_hash = ?", (id_hash,)).fetchone()
    db.queue("UPDATE sessions SET typed = NULL WHERE id_hash = ?", (id_hash,))
    return row["typed"] if row is not None else None


def end(db: Connection, id_hash: bytes) -> None:
    """Sign one session out."""
    db.queue("DELETE FROM sessions WHERE id_hash = ?", (id_hash,))


def end_by_public_id(db: Connection, account_id: str, public_id: str) -> bool:
    """Sign out the session that a list showed. Return False if it is not this account's."""
    return bool(
        db.execute(
            "DELETE FROM sessions WHERE account_id = ? AND public_id = ?", (account_id, public_id)
        ).rowcount
    )


def end_others(db: Connection, account_id: str, but_id_hash: bytes | None) -> int:
    """Sign out every session of an account except one. Return how many there were."""
    return int(
        db.execute(
            "DELETE FROM sessions WHERE account_id = ? AND id_hash <> ?", (account_id, but_id_hash or b"")
        ).rowcount
    )


def of_account(db: Connection, account_id: str, now: float, idle_seconds: float) -> list[Session]:
    """Return an account's live sessions, last used first."""
    return [
        from_row(row)
        for row in db.execute(
            f"""SELECT {COLUMNS} FROM sessions WHERE account_id = ? AND expires_at > ? AND seen_at > ?
                ORDER BY seen_at DESC""",
            (account_id, now, now - idle_seconds),
        )
    ]
