"""Sent codes: one row for each code sent by SMS, call or mail, stored hashed."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.store.engine import Connection, Row

COLUMNS = (
    "id, flow_id, purpose, account_id, method_id, channel, recipient, digest, state, tries_left, failure, sent_at,"
    " expires_at"
)


@dataclass(frozen=True, slots=True)
class SentCode:
    """A row of ``codes``. ``state`` is live, used, replaced or exhausted; ``failure`` says why it was not sent."""

    id: str
    flow_id: str
    purpose: str
    account_id: str | None
    method_id: str | None
    channel: str
    recipient: str
    digest: bytes
    state: str
    tries_left: int
    failure: str | None
    sent_at: float
    expires_at: float


def from_row(row: Row) -> SentCode:
    """Return a sent code from a row of `COLUMNS`."""
    return SentCode(*(row[name] for name in SentCode.__dataclass_fields__))


def replace_earlier(db: Connection, flow_id: str, purpose: str) -> None:
    """Replace the live codes of a flow and purpose: another one is about to be added."""
    db.execute(
        "UPDATE codes SET state = 'replaced' WHERE flow_id = ? AND purpose = ? AND state = 'live'",
        (flow_id, purpose),
    )


def add(db: Connection, code: SentCode) -> None:
    """Insert a code; see `replace_earlier`."""
    db.execute(
        f"INSERT INTO codes ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        tuple(getattr(code, name) for name in SentCode.__dataclass_fields__),
    )


def newest(db: Connection, flow_id: str, purpose: str) -> SentCode | None:
    """Return the last code sent for a flow and purpose, in any state."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM codes WHERE flow_id = ? AND purpose = ? ORDER BY sent_at DESC, id DESC LIMIT 1",
        (flow_id, purpose),
    ).fetchone()
    return None if row is None else from_row(row)


def of_flow(db: Connection, flow_id: str, purpose: str) -> list[SentCode]:
    """Return all codes sent for a flow and purpose, newest first."""
    return [
        from_row(row)
        for row in db.execute(
            f"SELECT {COLUMNS} FROM codes WHERE flow_id = ? AND purpose = ? ORDER BY sent_at DESC, id DESC",
            (flow_id, purpose),
        )
    ]


def use(db: Connection, code_id: str) -> bool:
    """Use a live code up. Return False if it was no longer live."""
    return bool(
        db.execute("UPDATE codes SET state = 'used' WHERE id = ? AND state = 'live'", (code_id,)).rowcount
    )


def is_live(db: Connection, code_id: str, now: float) -> bool:
    """Return whether a code could still be used."""
    sql = "SELECT 1 FROM codes WHERE id = ? AND state = 'live' AND expires_at > ?"
    return db.execute(sql, (code_id, now)).fetchone() is not None


def count_wrong_try(db: Connection, code_id: str) -> None:
    """Take one attempt from a live code. Without attempts left it is exhausted."""
    db.execute(
        """UPDATE codes SET tries_left = tries_left - 1,
               state = CASE WHEN tries_left <= 1 THEN 'exhausted' ELSE state END
           WHERE id = ? AND state = 'live'""",
        (code_id,),
    )


def mark_failed(db: Connection, code_id: str, failure: str) -> None:
    """Record that a code was not sent, and why. It has expired and counts for no cap."""
    db.execute("UPDATE codes SET state = 'replaced', failure = ? WHERE id = ?", (failure, code_id))


def sent_since(db: Connection, since: float, account_id: str | None, recipient: str | None) -> int:
    """Return how many codes were sent since ``since``, for the account or for the recipient, the larger. None has
    none."""
    row = db.execute(
        """SELECT (SELECT count(*) FROM codes WHERE account_id = ? AND sent_at > ? AND failure IS NULL
                      AND channel <> 'mail'),
                  (SELECT count(*) FROM codes WHERE recipient = ? AND sent_at > ? AND failure IS NULL)""",
        (account_id, since, recipient, since),
    ).fetchone()
    return max(row[0], row[1])


def forget_recipient(db: Connection, recipient: str) -> None:
    """Delete all codes to a number or address, those too that count for one kind of flow (``kind:recipient``)."""
    db.execute("DELETE FROM codes WHERE recipient = ? OR recipient LIKE '%:' || ?", (recipient, recipient))


def note_call(db: Connection, code_id: str, call_sid: str) -> None:
    """Record which call speaks a code, so that its outcome can be asked."""
    db.execute("UPDATE codes SET call_sid = ? WHERE id = ?", (call_sid, code_id))


def find_call(db: Connection, flow_id: str, purpose: str) -> str | None:
    """Return the sid of the call that speaks a flow's newest code; None if that code is used up or was not called."""
    row = db.execute(
        """SELECT call_sid, state FROM codes WHERE flow_id = ? AND purpose = ?
           ORDER BY sent_at DESC, id DESC LIMIT 1""",
        (flow_id, purpose),
    ).fetchone()
    return row["call_sid"] if row is not None and row["state"] == "live" else None
