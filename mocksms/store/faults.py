"""The faults a tester asked for."""

import json
from typing import Any

from sqlite_utils import Database


def add(db: Database, rule: dict[str, Any], times: int | None) -> int:
    """Keeps a rule that works `times` times (None: for ever) and returns its id."""
    cursor = db.conn.execute("INSERT INTO faults (rule, times_left) VALUES (?, ?)", (json.dumps(rule), times))
    return int(cursor.lastrowid or 0)


def rules(db: Database) -> list[tuple[int, dict[str, Any], int | None, int]]:
    """Id, rule, times left and times used of every rule, in the order they were added."""
    rows = db.conn.execute("SELECT id, rule, times_left, used FROM faults ORDER BY id")
    return [(row[0], json.loads(row[1]), row[2], row[3]) for row in rows]


def use(db: Database, rule_id: int) -> bool:
    """Counts one use; False when the rule is used up or gone, so that two who ask at once cannot both have it."""
    done = db.conn.execute(
        "UPDATE faults SET used = used + 1, times_left = times_left - 1"
        " WHERE id = ? AND (times_left IS NULL OR times_left > 0)",
        (rule_id,),
    )
    return done.rowcount == 1


def remove(db: Database, rule_id: int | None) -> int:
    """Deletes one rule, or all; returns how many there were."""
    if rule_id is None:
        return db.conn.execute("DELETE FROM faults").rowcount
    return db.conn.execute("DELETE FROM faults WHERE id = ?", (rule_id,)).rowcount
