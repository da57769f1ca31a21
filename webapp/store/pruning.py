"""What has run out is deleted, so that every table stays bounded."""

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
    """Delete expired rows; how many of each table.

    Flows stay one life longer than they can be used, so that a late click on an approval link is told
    "expired" rather than "unknown"; codes stay as long as the send cap looks back. Wrong codes in a row stay counted
    as long as their method is there: whoever guesses slowly gets no more of them (docs/promises.md#20).
    """
    statements = {
        "flows": ("DELETE FROM flows WHERE expires_at <= ?", (now - 86400,)),
        "codes": ("DELETE FROM codes WHERE sent_at <= ?", (now - cap_seconds,)),
        "sessions": ("DELETE FROM sessions WHERE expires_at <= ? OR seen_at <= ?", (now, now - idle_seconds)),
        "trusted": ("DELETE FROM trusted WHERE expires_at <= ?", (now,)),
        "throttles": (
            """DELETE FROM throttles WHERE updated_at <= ?
               AND key NOT IN (SELECT 'method:' || id FROM methods)""",
            (now - throttle_seconds,),
        ),
        "events": ("DELETE FROM events WHERE at <= ?", (now - event_seconds,)),
        "feedback": ("DELETE FROM feedback WHERE at <= ?", (now - event_seconds,)),
    }
    return {
        table: int(db.execute(sql, parameters).rowcount) for table, (sql, parameters) in statements.items()
    }
