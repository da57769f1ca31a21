"""Trusted browsers: a row and a rotating cookie each (``series:token``, both stored hashed)."""

from __future__ import annotations

from typing import NamedTuple

from webapp.store.engine import Connection, Row

COLUMNS = "id, account_id, series_hash, token_hash, epoch, app, device, near, created_at, used_at, expires_at"


class Trusted(NamedTuple):
    """A row of ``trusted``. It counts only while ``epoch`` equals the account's ``trust_epoch``."""

    id: str
    account_id: str
    series_hash: bytes
    token_hash: bytes
    epoch: int
    app: str
    device: str
    near: str
    created_at: float
    used_at: float
    expires_at: float


def from_row(row: Row) -> Trusted:
    """Return a trusted browser from a row of `COLUMNS`."""
    return Trusted(*row)


def add(db: Connection, trusted: Trusted) -> None:
    """Insert a trusted browser."""
    db.queue(
        f"INSERT INTO trusted ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        trusted,
    )


def find_by_series(db: Connection, series_hash: bytes) -> Trusted | None:
    """Return the trusted browser of a cookie's series."""
    row = db.execute(f"SELECT {COLUMNS} FROM trusted WHERE series_hash = ?", (series_hash,)).fetchone()
    return None if row is None else from_row(row)


def rotate(db: Connection, trusted: Trusted, token_hash: bytes, now: float) -> bool:
    """Use a trusted browser and replace its token. Return False if another use was faster."""
    return bool(
        db.execute(
            "UPDATE trusted SET token_hash = ?, used_at = ? WHERE id = ? AND token_hash = ?",
            (token_hash, now, trusted.id, trusted.token_hash),
        ).rowcount
    )


def of_account(db: Connection, account_id: str, epoch: int, now: float) -> list[Trusted]:
    """Return an account's trusted browsers that still count, last used first."""
    return [
        from_row(row)
        for row in db.execute(
            f"""SELECT {COLUMNS} FROM trusted WHERE account_id = ? AND epoch = ? AND expires_at > ?
                ORDER BY used_at DESC, id""",
            (account_id, epoch, now),
        )
    ]


def revoke(db: Connection, account_id: str, trusted_id: str) -> bool:
    """Trust one browser no longer. Return False if it is not this account's."""
    return bool(
        db.execute("DELETE FROM trusted WHERE account_id = ? AND id = ?", (account_id, trusted_id)).rowcount
    )


def revoke_all(db: Connection, account_id: str) -> int:
    """Trust no browser of an account any longer. Return how many there were."""
    return int(db.execute("DELETE FROM trusted WHERE account_id = ?", (account_id,)).rowcount)
