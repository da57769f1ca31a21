"""The verifications of the Verify API."""

import json
from collections.abc import Sequence
from typing import Any

from mocksms.core.models import Verification
from mocksms.store.engine import Connection

_COLUMNS = "sid, service, account, recipient, channel, code, status, wrong, sends, created_at, updated_at"


def _from_row(row: Sequence[Any]) -> Verification:
    return Verification(
        sid=row[0], service=row[1], account=row[2], recipient=row[3], channel=row[4], code=row[5], status=row[6],
        wrong=row[7], sends=[(channel, at, attempt) for channel, at, attempt in json.loads(row[8])],
        created_at=row[9], updated_at=row[10],
    )  # fmt: skip


def put(db: Connection, verification: Verification) -> None:
    """Save a verification, new or changed."""
    db.execute(
        f"INSERT INTO verifications ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (sid) DO UPDATE SET channel = excluded.channel, status = excluded.status,"
        " wrong = excluded.wrong, sends = excluded.sends, updated_at = excluded.updated_at",
        (
            verification.sid, verification.service, verification.account, verification.recipient,
            verification.channel, verification.code, verification.status, verification.wrong,
            json.dumps(verification.sends), verification.created_at, verification.updated_at,
        ),
    )  # fmt: skip


def find(db: Connection, service: str, sid: str) -> Verification | None:
    """Return the verification with this id, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM verifications WHERE sid = ? AND service = ?",  # noqa: S608
        (sid, service),
    ).fetchone()
    return _from_row(row) if row else None


def newest(db: Connection, service: str, recipient: str) -> Verification | None:
    """Return the last verification of a recipient, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM verifications WHERE service = ? AND recipient = ?"  # noqa: S608
        " ORDER BY created_at DESC LIMIT 1",
        (service, recipient),
    ).fetchone()
    return _from_row(row) if row else None
