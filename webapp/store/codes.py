"""Sent codes: one row for each code sent by SMS, call or mail, stored hashed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from webapp.store import columns
from webapp.store.engine import Connection, Row

COLUMNS = (
    "id, flow_id, purpose, account_id, method_id, channel, recipient, digest, state, tries_left, failure, sent_at,"
    " expires_at, sent_to, named, held_until, told_until, is_at_home"
)
WIDTH = columns.count(COLUMNS)
UNUSED = "state <> 'used' AND failure IS NULL"
HELD = f"{UNUSED} AND held_until > ? AND held_until <= ?"
TOLD = f"{UNUSED} AND told_until > ? AND told_until <= ?"


class SentCode(NamedTuple):
    """A row of ``codes``. ``state`` is live, used, replaced or exhausted; ``failure`` says why it was not sent.

    ``recipient`` is what the cap counts. ``sent_to`` gets the code: no other follows before ``held_until``, unless
    this one is used; None if a notice leaves instead, or nothing. ``named`` is what was typed, and ``told_until`` the
    wait that pages tell of it. ``is_at_home`` is 1 where the account signed in before at the browser that asked.
    """

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
    sent_to: str | None = None
    named: str | None = None
    held_until: float = 0.0
    told_until: float = 0.0
    is_at_home: int = 0


@dataclass(frozen=True, slots=True)
class Sendings:
    """What the next code depends on. Times are 0 where nothing was sent.

    ``count`` is for the cap. ``held_until`` counts codes that have left, ``held_later`` those too that leave later:
    it is of where this code goes. ``told_until`` is of what was typed, whatever went there.
    """

    last_sent_at: float
    has_live: bool
    count: int
    held_until: float
    held_later: float
    told_until: float
    reserved_until: float


def from_row(row: Row, at: int = 0) -> SentCode:
    """Return a sent code from a row that has `COLUMNS` from position ``at`` on."""
    return SentCode(*row[at : at + WIDTH])


def replace_earlier(db: Connection, flow_id: str, purpose: str) -> None:
    """Replace the live codes of a flow and purpose: another one is about to be added."""
    db.queue(
        "UPDATE codes SET state = 'replaced' WHERE flow_id = ? AND purpose = ? AND state = 'live'",
        (flow_id, purpose),
    )


def add(db: Connection, code: SentCode) -> None:
    """Insert a code; see `replace_earlier`."""
    db.queue(
        f"INSERT INTO codes ({COLUMNS}) VALUES ({', '.join('?' * WIDTH)})",
        code,
    )


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


def find_live(db: Connection, code_id: str, now: float) -> SentCode | None:
    """Return a code if it could still be used."""
    sql = f"SELECT {COLUMNS} FROM codes WHERE id = ? AND state = 'live' AND expires_at > ?"
    row = db.execute(sql, (code_id, now)).fetchone()
    return from_row(row) if row else None


def count_wrong_try(db: Connection, code_id: str) -> None:
    """Take one attempt from a live code. Without attempts left it is exhausted."""
    db.queue(
        """UPDATE codes SET tries_left = tries_left - 1,
               state = CASE WHEN tries_left <= 1 THEN 'exhausted' ELSE state END
           WHERE id = ? AND state = 'live'""",
        (code_id,),
    )


def mark_failed(db: Connection, code_id: str, failure: str) -> None:
    """Record that a code was not sent, and why. It has expired and counts for no cap."""
    db.queue("UPDATE codes SET state = 'replaced', failure = ? WHERE id = ?", (failure, code_id))


def sendings(
    db: Connection, code: SentCode, *, since: float, is_owner: bool, wait_seconds: float
) -> Sendings:
    """Return what ``code`` depends on, before it is added. The cap counts from ``since``.

    An owner is held by what went to the recipient alone, and a reservation is the owner's own. A code that leaves
    after another one is held for two waits at most; later times are of a clock that was turned back.
    """
    now = code.sent_at
    counted = None if is_owner else code.recipient
    named = None if is_owner else code.named
    row = db.execute(
        f"""SELECT (SELECT max(sent_at) FROM codes WHERE flow_id = ? AND purpose = ? AND failure IS NULL),
                   (SELECT count(*) FROM codes WHERE flow_id = ? AND purpose = ? AND state = 'live'),
                   (SELECT count(*) FROM codes WHERE account_id = ? AND sent_at > ? AND failure IS NULL
                       AND channel <> 'mail'),
                   (SELECT count(*) FROM codes WHERE recipient = ? AND sent_at > ? AND failure IS NULL),
                   (SELECT max(held_until) FROM codes WHERE sent_to = ? AND {HELD}),
                   (SELECT max(held_until) FROM codes WHERE sent_to = ? AND {HELD}),
                   (SELECT max(told_until) FROM codes WHERE named = ? AND {TOLD}),
                   (SELECT blocked_until FROM throttles WHERE key = ?)""",
        (
            *(code.flow_id, code.purpose) * 2,
            *(code.account_id, since),
            *(counted, since),
            *(code.sent_to, now, now + wait_seconds),
            *(code.sent_to, now, now + 3 * wait_seconds),
            *(named, now, now + 3 * wait_seconds),
            None if is_owner or code.sent_to is None else reservation_key(code.sent_to),
        ),
    ).fetchone()
    return Sendings(
        last_sent_at=row[0] or 0.0,
        has_live=bool(row[1]),
        count=max(row[2], row[3]),
        held_until=row[4] or 0.0,
        held_later=row[5] or 0.0,
        told_until=row[6] or 0.0,
        reserved_until=row[7] or 0.0,
    )


def reservation_key(sent_to: str) -> str:
    """Return the throttle's key of a recipient that is reserved for its owner."""
    return f"reserved:{sent_to}"


def drop_deferred(db: Connection, sent_to: str, after: float) -> None:
    """Let the codes to a recipient never leave that have not left yet: those held beyond ``after``.

    No flow can tell: its code is checked as before.
    """
    db.queue(
        "UPDATE codes SET sent_to = NULL, held_until = 0 WHERE sent_to = ? AND held_until > ? AND state <> 'used'",
        (sent_to, after),
    )


def find_deferred(db: Connection, sent_to: str, after: float, until: float) -> SentCode | None:
    """Return the code to a recipient that leaves last, of those held beyond ``after``."""
    row = db.execute(
        f"SELECT {COLUMNS} FROM codes WHERE sent_to = ? AND {HELD} ORDER BY held_until DESC LIMIT 1",
        (sent_to, after, until),
    ).fetchone()
    return from_row(row) if row else None


def turn(db: Connection, code: SentCode) -> tuple[bool, float, float]:
    """Return when it is a code's turn to be deferred: the least comes first.

    Browsers at home come first, then whose last code to the recipient is the oldest, then the flow that began first.
    """
    row = db.execute(
        """SELECT (SELECT max(sent_at) FROM codes WHERE recipient = ? AND sent_to = ? AND id <> ?),
                  (SELECT min(sent_at) FROM codes WHERE flow_id = ?)""",
        (code.recipient, code.sent_to, code.id, code.flow_id),
    ).fetchone()
    return not code.is_at_home, row[0] or 0.0, row[1] or code.sent_at


def held_by_others(db: Connection, code: SentCode, now: float, wait_seconds: float) -> float:
    """Return until when other codes that have left hold the recipient of a code; 0 if none does."""
    free_at: float | None = db.execute(
        f"""SELECT max(held_until) FROM codes WHERE sent_to = ? AND id <> ? AND {HELD}
               AND NOT EXISTS (SELECT 1 FROM outbox WHERE code_id = codes.id AND attempts = 0)""",
        (code.sent_to, code.id, now, now + wait_seconds),
    ).fetchone()[0]
    return free_at or 0.0


def hold(db: Connection, code_id: str, held_until: float) -> None:
    """Let a code hold its recipient until then, as it leaves later than was planned."""
    db.queue(
        "UPDATE codes SET held_until = ? WHERE id = ? AND held_until < ?", (held_until, code_id, held_until)
    )


def forget_recipient(db: Connection, recipient: str) -> None:
    """Delete all codes to a number or address, those too that count for one kind of flow (``kind:recipient``)."""
    db.execute(
        "DELETE FROM codes WHERE recipient = ? OR recipient LIKE '%:' || ? OR sent_to = ?", (recipient,) * 3
    )


def note_call(db: Connection, code_id: str, call_sid: str) -> None:
    """Record which call speaks a code, so that its outcome can be asked."""
    db.queue("UPDATE codes SET call_sid = ? WHERE id = ?", (call_sid, code_id))


def find_call(db: Connection, flow_id: str, purpose: str) -> str | None:
    """Return the sid of the call that speaks a flow's newest code; None if that code is used up or was not called."""
    row = db.execute(
        """SELECT call_sid, state FROM codes WHERE flow_id = ? AND purpose = ?
           ORDER BY sent_at DESC, id DESC LIMIT 1""",
        (flow_id, purpose),
    ).fetchone()
    return row["call_sid"] if row is not None and row["state"] == "live" else None
