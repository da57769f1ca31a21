"""Move timestamps of the future to the present after the clock goes back, in sandbox mode only.

Without it, a code that was used on a later day would block others until that day.
"""

from __future__ import annotations

import json

from webapp.store.engine import Connection

_HAPPENED = {
    "flows": ("created_at", ("expires_at",)),
    "codes": ("sent_at", ("expires_at", "held_until", "told_until")),
    "throttles": ("updated_at", ("blocked_until",)),
    "sessions": ("created_at", ("seen_at", "expires_at", "elevated_until")),
    "trusted": ("created_at", ("used_at", "expires_at")),
    "outbox": ("created_at", ("due_at",)),
    "events": ("at", ()),
    "feedback": ("at", ()),
    "documents": ("created_at", ()),
    "decisions": ("at", ()),
}
"""By table: when a row happened, and its other times, which follow."""


def rewind(db: Connection, now: float, step: int) -> None:
    """Move what happened after ``now`` to ``now``. ``step`` is the app code's step then (RFC 6238)."""
    for table, (happened, others) in _HAPPENED.items():
        follow = "".join(f", {time} = {time} - ({happened} - ?)" for time in others)
        db.execute(
            f"UPDATE {table} SET {happened} = ?{follow} WHERE {happened} > ?",
            (now, *(now for _ in others), now),
        )
    for row in db.execute("SELECT id, data FROM flows").fetchall():
        data = json.loads(row["data"])
        if data.get("sent_at", now) > now:
            db.execute(
                "UPDATE flows SET data = ? WHERE id = ?", (json.dumps({**data, "sent_at": now}), row["id"])
            )
    # A step-up was made at the last visit at the latest: its remaining time then remains now.
    db.execute(
        """UPDATE sessions SET elevated_until = elevated_until - (seen_at - ?), seen_at = ? WHERE seen_at > ?""",
        (now, now, now),
    )
    db.execute("UPDATE trusted SET used_at = ? WHERE used_at > ?", (now, now))
    # The step before the first accepted one, so that the app's current code works.
    db.execute("UPDATE methods SET last_step = ? WHERE last_step > ?", (step - 2, step + 1))
