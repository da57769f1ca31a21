"""Methods: the verified factors of an account. A row exists only once it was verified."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from webapp.store import accounts, codes, columns
from webapp.store.accounts import Account
from webapp.store.codes import SentCode
from webapp.store.engine import Connection, Row
from webapp.store.flows import Flow
from webapp.store.throttles import NONE, Throttle

COLUMNS = "id, account_id, kind, number, secret, secret_mark, name, is_preferred, last_step, disabled_at, verified_at"
WIDTH = columns.count(COLUMNS)
_PREFERRED = columns.position(COLUMNS, "is_preferred")


class Method(NamedTuple):
    """A row of ``methods``.

    ``kind`` names its factor (`webapp.factors`), which defines the rest. ``number`` is where codes are sent, such as
    an E.164 number. ``secret`` is what the owner's device holds, sealed. ``secret_mark`` is equal for equal secrets.
    ``last_step`` is the newest of its codes that was used.
    """

    id: str
    account_id: str
    kind: str
    number: str | None
    secret: bytes | None
    secret_mark: bytes | None
    name: str
    is_preferred: bool
    last_step: int
    disabled_at: float | None
    verified_at: float


def from_row(row: Row) -> Method:
    """Return a method from a row that begins with `COLUMNS`."""
    values = list(row[:WIDTH])
    values[_PREFERRED] = bool(values[_PREFERRED])
    return Method(*values)


def of_account(db: Connection, account_id: str) -> list[Method]:
    """Return an account's methods, the preferred one first, then in the order they were verified."""
    return [
        from_row(row)
        for row in db.execute(
            f"SELECT {COLUMNS} FROM methods WHERE account_id = ? ORDER BY is_preferred DESC, verified_at, id",
            (account_id,),
        )
    ]


def of_account_with_throttles(
    db: Connection, account_id: str, keys: tuple[str, str]
) -> tuple[list[Method], dict[str, Throttle]]:
    """Return `of_account`, and the state of two throttles; `NONE` where nothing is counted."""
    rows = db.execute(_WITH_THROTTLES, (account_id, *keys)).fetchall()
    owned = {row["id"]: row for row in rows if row["id"] is not None}  # one for each throttle that is counted
    counted = {row["key"]: Throttle(row["count"], row["blocked_until"]) for row in rows}
    return [from_row(row) for row in owned.values()], {key: counted.get(key, NONE) for key in keys}


_WITH_THROTTLES = f"""
    SELECT {COLUMNS}, t.key, t.count, t.blocked_until
    FROM (SELECT 1 AS one) asked LEFT JOIN methods m ON m.account_id = ? LEFT JOIN throttles t ON t.key IN (?, ?)
    ORDER BY is_preferred DESC, verified_at, id"""


def find(db: Connection, account_id: str, method_id: str) -> Method | None:
    """Return one method, if it is this account's."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM methods WHERE id = ? AND account_id = ?", (method_id, account_id)
    ).fetchone()
    return None if row is None else from_row(row)


class ChallengeContext(NamedTuple):
    """A method that is asked for a code, with its owner, its wrong attempts, and whether a reset is under way.

    ``sent`` are the codes that were sent for the flow, newest first.
    """

    method: Method
    account: Account
    throttle: Throttle
    has_case: bool
    sent: list[SentCode]


def find_challenge_context(
    db: Connection, flow: Flow, method_id: str, throttle_key: str
) -> ChallengeContext | None:
    """Return all that a check of a code needs, in one statement. None if the method is gone."""
    rows = db.execute(_ASKED, (throttle_key, flow.id, flow.kind, method_id, flow.account_id)).fetchall()
    if not rows:
        return None
    row = rows[0]
    return ChallengeContext(
        from_row(row),
        accounts.from_row(row, WIDTH),
        Throttle(row["count"], row["blocked_until"]) if row["count"] is not None else NONE,
        bool(row["has_case"]),
        [codes.from_row(each, _CODE_AT) for each in rows if each[_CODE_AT] is not None],
    )


_CODE_AT = WIDTH + accounts.WIDTH
_ASKED = f"""
    SELECT {columns.of("m", COLUMNS)}, {columns.of("a", accounts.COLUMNS)}, {columns.of("c", codes.COLUMNS)},
           t.count, t.blocked_until,
           EXISTS (SELECT 1 FROM flows f WHERE f.account_id = a.id AND f.kind = 'recovery') AS has_case
    FROM methods m JOIN accounts a ON a.id = m.account_id LEFT JOIN throttles t ON t.key = ?
        LEFT JOIN codes c ON c.flow_id = ? AND c.purpose = ?
    WHERE m.id = ? AND m.account_id = ? ORDER BY c.sent_at DESC, c.id DESC"""


def add(
    db: Connection,
    *,
    account_id: str,
    kind: str,
    number: str | None = None,
    secret: bytes | None = None,
    secret_mark: bytes | None = None,
    name: str = "",
    is_preferred: bool,
    last_step: int = 0,
    verified_at: float,
    method_id: str | None = None,
) -> Method:
    """Insert a verified method.

    Raises:
        Conflict: the account has this number or secret already, or another preferred method.
    """
    row = db.execute(
        f"INSERT INTO methods ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?) RETURNING {COLUMNS}",
        (
            method_id or secrets.token_hex(8),
            account_id,
            kind,
            number,
            secret,
            secret_mark,
            name,
            int(is_preferred),
            last_step,
            verified_at,
        ),
    ).fetchone()
    return from_row(row)


def use_step(db: Connection, method_id: str, step: int) -> bool:
    """Mark a TOTP step as used. Return False if it, or a later one, was used before."""
    return bool(
        db.execute(
            "UPDATE methods SET last_step = ? WHERE id = ? AND last_step < ?", (step, method_id, step)
        ).rowcount
    )


def prefer(db: Connection, account_id: str, method_id: str) -> None:
    """Make one method the preferred one. The earlier becomes a backup."""
    db.execute("UPDATE methods SET is_preferred = 0 WHERE account_id = ? AND is_preferred = 1", (account_id,))
    db.execute("UPDATE methods SET is_preferred = 1 WHERE account_id = ? AND id = ?", (account_id, method_id))


def rename(db: Connection, account_id: str, method_id: str, name: str) -> bool:
    """Set the owner's name for a method. Return False if it is not this account's."""
    return bool(
        db.execute(
            "UPDATE methods SET name = ? WHERE account_id = ? AND id = ?", (name, account_id, method_id)
        ).rowcount
    )


def switch_off(db: Connection, method_id: str, now: float) -> None:
    """Refuse every further code of a method (too many wrong ones in a row)."""
    db.queue("UPDATE methods SET disabled_at = ? WHERE id = ? AND disabled_at IS NULL", (now, method_id))


def remove(db: Connection, account_id: str, method_id: str) -> bool:
    """Delete one method. Return False if it is not this account's."""
    return bool(
        db.execute("DELETE FROM methods WHERE account_id = ? AND id = ?", (account_id, method_id)).rowcount
    )


def remove_all(db: Connection, account_id: str) -> int:
    """Delete every method of an account. Return how many there were."""
    return int(db.execute("DELETE FROM methods WHERE account_id = ?", (account_id,)).rowcount)
