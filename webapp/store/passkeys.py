"""Passkeys: the public half of each credential that an account registered (WebAuthn Level 2)."""

from __future__ import annotations

from typing import NamedTuple

from webapp.store.engine import Connection, Row

COLUMNS = "id, account_id, credential_id, public_key, sign_count, name, is_synced, created_at, used_at"


class Passkey(NamedTuple):
    """A row of ``passkeys``.

    ``public_key`` is COSE. ``sign_count`` is the authenticator's counter, always 0 if it keeps none. ``is_synced``
    says that the credential may be on several devices. ``used_at`` is None before its first use.
    """

    id: str
    account_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    is_synced: bool
    created_at: float
    used_at: float | None


def from_row(row: Row) -> Passkey:
    """Return a passkey from a row of `COLUMNS`."""
    return Passkey(
        row["id"],
        row["account_id"],
        row["credential_id"],
        row["public_key"],
        row["sign_count"],
        row["name"],
        bool(row["is_synced"]),
        row["created_at"],
        row["used_at"],
    )


def add(db: Connection, passkey: Passkey) -> None:
    """Insert a passkey.

    Raises:
        Conflict: the credential is registered already, by any account.
    """
    db.execute(
        f"INSERT INTO passkeys ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        passkey,
    )


def of_account(db: Connection, account_id: str) -> list[Passkey]:
    """Return an account's passkeys, oldest first."""
    return [
        from_row(row)
        for row in db.execute(
            f"SELECT {COLUMNS} FROM passkeys WHERE account_id = ? ORDER BY created_at, id", (account_id,)
        )
    ]


def find_by_credential(db: Connection, credential_id: bytes) -> Passkey | None:
    """Return the passkey that a browser answers with."""
    row = db.execute(f"SELECT {COLUMNS} FROM passkeys WHERE credential_id = ?", (credential_id,)).fetchone()
    return None if row is None else from_row(row)


def use(db: Connection, passkey: Passkey, sign_count: int, now: float) -> bool:
    """Record a use and the authenticator's counter. Return False if another use was faster."""
    return bool(
        db.execute(
            "UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ? AND sign_count = ?",
            (sign_count, now, passkey.id, passkey.sign_count),
        ).rowcount
    )


def rename(db: Connection, account_id: str, passkey_id: str, name: str) -> bool:
    """Set the owner's name for a passkey. Return False if it is not this account's."""
    return bool(
        db.execute(
            "UPDATE passkeys SET name = ? WHERE account_id = ? AND id = ?", (name, account_id, passkey_id)
        ).rowcount
    )


def remove(db: Connection, account_id: str, passkey_id: str) -> bool:
    """Delete one passkey. Return False if it is not this account's."""
    return bool(
        db.execute("DELETE FROM passkeys WHERE account_id = ? AND id = ?", (account_id, passkey_id)).rowcount
    )


def remove_all(db: Connection, account_id: str) -> int:
    """Delete every passkey of an account. Return how many there were."""
    return int(db.execute("DELETE FROM passkeys WHERE account_id = ?", (account_id,)).rowcount)
