"""Delete what has expired, so that every table stays bounded."""

from __future__ import annotations

from webapp.store.engine import Connection


def prune(
    db: Connection,
    *,
    now: float,
    idle_seconds: float,
    cap_seconds: float,
    event_seconds: float,
    throttle_seconds: float = 7 * 86400,
) -> dict[str, int]:
    """Delete expired rows and return the count per table.

    Flows stay twice their life, so that a late click on an approval link shows "expired" rather than "unknown". Codes
    stay as long as the cap looks back. Wrong codes in a row stay counted as long as their method or account exists:
    slow guessing gets no more attempts (docs/promises.md#20, #78). Those at resets of names that nobody has, in slots
    of four letters, stay too: else the page would tell them from accounts.
    """
    statements = {
        "flows": ("DELETE FROM flows WHERE expires_at <= ?", (now - 86400,)),
        "codes": ("DELETE FROM codes WHERE sent_at <= ?", (now - cap_seconds,)),
        "sessions": ("DELETE FROM sessions WHERE expires_at <= ? OR seen_at <= ?", (now, now - idle_seconds)),
        "trusted": ("DELETE FROM trusted WHERE expires_at <= ?", (now,)),
        "throttles": (
            """DELETE FROM throttles WHERE updated_at <= ?
               AND key NOT IN (SELECT 'method:' || id FROM methods)
               AND key NOT IN (SELECT 'reset:' || id FROM accounts)
               AND NOT (key LIKE 'reset:%' AND length(key) = 10)""",
            (now - throttle_seconds,),
        ),
        "events": ("DELETE FROM events WHERE at <= ?", (now - event_seconds,)),
        "feedback": ("DELETE FROM feedback WHERE at <= ?", (now - event_seconds,)),
    }
    return {
        table: int(db.execute(sql, parameters).rowcount) for table, (sql, parameters) in statements.items()
    }
