"""Accounts: one row a person."""

from __future__ import annotations

import secrets
from typing import Literal, NamedTuple

from webapp.store import columns
from webapp.store.engine import Connection, Row
from webapp.store.throttles import NONE, Throttle

COLUMNS = (
    "id, name, email, phone, password_hash, language, time_zone, two_step_on, is_reviewer, trust_epoch,"
    " created_at, address"
)
WIDTH = columns.count(COLUMNS)
_TRUTHS = [columns.position(COLUMNS, name) for name in ("two_step_on", "is_reviewer")]


class Account(NamedTuple):
    """A row of ``accounts``. ``email`` is lower-cased, ``phone`` is E.164; at least one is set.

    ``language`` is the one that its owner chose, if any. ``trust_epoch`` grows with each change of password or factors.
    Trust given under an older one is void. ``address`` is a stored `PostalAddress`.
    """

    id: str
    name: str
    email: str | None
    phone: str | None
    password_hash: str
    language: str | None
    time_zone: str
    two_step_on: bool
    is_reviewer: bool
    trust_epoch: int
    created_at: float
    address: str | None


def from_row(row: Row, at: int = 0) -> Account:
    """Return an account from a row that has `COLUMNS` from position ``at`` on."""
    values = list(row[at : at + WIDTH])
    for place in _TRUTHS:
        values[place] = bool(values[place])
    return Account(*values)


def get(db: Connection, account_id: str) -> Account:
    """Return the account with this id.

    Raises:
        LookupError: there is none.
    """
    row = db.execute(f"SELECT {COLUMNS} FROM accounts WHERE id = ?", (account_id,)).fetchone()
    if row is None:
        raise LookupError(f"no account {account_id}")
    return from_row(row)


def find_by_email(db: Connection, email: str) -> Account | None:
    """Return the account of a lower-cased email address."""
    row = db.execute(f"SELECT {COLUMNS} FROM accounts WHERE email = ?", (email,)).fetchone()
    return None if row is None else from_row(row)


def find_by_phone(db: Connection, phone: str) -> Account | None:
    """Return the account of a number in E.164."""
    row = db.execute(f"SELECT {COLUMNS} FROM accounts WHERE phone = ?", (phone,)).fetchone()
    return None if row is None else from_row(row)


def find_with_throttles(
    db: Connection, kind: Literal["email", "phone"], value: str, keys: tuple[str, str, str]
) -> tuple[Account | None, dict[str, Throttle]]:
    """Return the account of ``value``, if any, and the state of three throttles; `NONE` where nothing is counted."""
    rows = db.execute(_WITH_THROTTLES[kind], (value, *keys)).fetchall()
    counted = {row["key"]: Throttle(row["count"], row["blocked_until"]) for row in rows}
    account = None if rows[0]["id"] is None else from_row(rows[0])
    return account, {key: counted.get(key, NONE) for key in keys}


_WITH_THROTTLES = {
    column: f"""
        SELECT {COLUMNS}, t.key, t.count, t.blocked_until
        FROM (SELECT 1 AS one) asked LEFT JOIN accounts a ON a.{column} = ?
        LEFT JOIN throttles t ON t.key IN (?, ?, ?)"""
    for column in ("email", "phone")
}


def list_all(db: Connection) -> list[Account]:
    """Return all accounts, oldest first, for the command line."""
    return [from_row(row) for row in db.execute(f"SELECT {COLUMNS} FROM accounts ORDER BY created_at, id")]


def add(
    db: Connection,
    *,
    now: float,
    name: str,
    email: str | None,
    phone: str | None,
    password_hash: str,
    language: str | None = None,
    time_zone: str,
    is_reviewer: bool = False,
    account_id: str | None = None,
    address: str | None = None,
) -> Account:
    """Insert an account without two-step verification.

    Raises:
        Conflict: the email address or number belongs to another account.
    """
    row = db.execute(
        f"INSERT INTO accounts ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 1, ?, ?) RETURNING {COLUMNS}",
        (
            account_id or secrets.token_hex(8),
            name,
            email,
            phone,
            password_hash,
            language,
            time_zone,
            int(is_reviewer),
            now,
            address,
        ),
    ).fetchone()
    return from_row(row)


def set_two_step(db: Connection, account_id: str, is_on: bool) -> bool:
    """Turn two-step verification on or off, and void all trust. Return False if it already was so."""
    return bool(
        db.execute(
            "UPDATE accounts SET two_step_on = ?, trust_epoch = trust_epoch + 1 WHERE id = ? AND two_step_on = ?",
            (int(is_on), account_id, int(not is_on)),
        ).rowcount
    )


def void_trust(db: Connection, account_id: str) -> None:
    """Begin a new epoch: earlier trust no longer counts."""
    db.queue("UPDATE accounts SET trust_epoch = trust_epoch + 1 WHERE id = ?", (account_id,))


def set_name(db: Connection, account_id: str, name: str) -> None:
    """Store another name."""
    db.queue("UPDATE accounts SET name = ? WHERE id = ?", (name, account_id))


def set_address(db: Connection, account_id: str, address: str | None) -> None:
    """Store another postal address (as `PostalAddress.stored`), or none."""
    db.queue("UPDATE accounts SET address = ? WHERE id = ?", (address, account_id))


def set_language(db: Connection, account_id: str, language: str) -> None:
    """Store the language that the owner chose."""
    db.queue("UPDATE accounts SET language = ? WHERE id = ?", (language, account_id))


def set_email(db: Connection, account_id: str, email: str) -> None:
    """Store another email address (lower-cased).

    Raises:
        Conflict: it belongs to another account.
    """
    db.execute("UPDATE accounts SET email = ? WHERE id = ?", (email, account_id))


def set_phone(db: Connection, account_id: str, phone: str) -> None:
    """Store another number (E.164).

    Raises:
        Conflict: it belongs to another account.
    """
    db.execute("UPDATE accounts SET phone = ? WHERE id = ?", (phone, account_id))


def replace_password_hash(db: Connection, account_id: str, old: str, new: str) -> bool:
    """Replace a password's hash by another of the same password. Return False if it isn't ``old`` any more."""
    sql = "UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?"
    return bool(db.execute(sql, (new, account_id, old)).rowcount)


def set_password_hash(db: Connection, account_id: str, password_hash: str) -> None:
    """Store another password's hash."""
    db.queue("UPDATE accounts SET password_hash = ? WHERE id = ?", (password_hash, account_id))


def remove(db: Connection, account_id: str) -> bool:
    """Delete an account with all its rows, counters and log. Return False if there was none."""
    db.execute(
        "DELETE FROM throttles WHERE key IN (SELECT 'method:' || id FROM methods WHERE account_id = ?)",
        (account_id,),
    )
    db.execute("DELETE FROM codes WHERE account_id = ?", (account_id,))
    db.execute("DELETE FROM events WHERE account_id = ?", (account_id,))
    return bool(db.execute("DELETE FROM accounts WHERE id = ?", (account_id,)).rowcount)
