"""The faults that testers have set."""

import json
from typing import Any

from mocksms.store.engine import Connection


def add(db: Connection, rule: dict[str, Any], times: int | None) -> int:
    """Save a rule that applies `times` times (None: without limit) and return its id."""
    row = db.execute(
        "INSERT INTO faults (rule, times_left) VALUES (?, ?) RETURNING id", (json.dumps(rule), times)
    ).fetchone()
    return int(row["id"])


def rules(db: Connection) -> list[tuple[int, dict[str, Any], int | None, int]]:
    """Return id, rule, times left and times used of every rule, oldest first."""
    rows = db.execute("SELECT id, rule, times_left, used FROM faults ORDER BY id")
    return [(row[0], json.loads(row[1]), row[2], row[3]) for row in rows]


def use(db: Connection, rule_id: int) -> bool:
    """Count one use. Return False when the rule is used up or gone, so two concurrent callers cannot both use it."""
    done = db.execute(
        "UPDATE faults SET used = used + 1, times_left = times_left - 1"
        " WHERE id = ? AND (times_left IS NULL OR times_left > 0)",
        (rule_id,),
    )
    return done.rowcount == 1


def remove(db: Connection, rule_id: int | None) -> int:
    """Delete one rule, or all. Return how many were deleted."""
    if rule_id is None:
        return db.execute("DELETE FROM faults").rowcount
    return db.execute("DELETE FROM faults WHERE id = ?", (rule_id,)).rowcount
