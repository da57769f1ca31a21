"""What apps create at a provider besides messages: services, senders, factors, topics. The provider defines the
content.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from mocksms.store.engine import Connection

_COLUMNS = "id, sid, kind, parent, account, content, created_at, updated_at"


@dataclass(slots=True)
class Resource:
    """One resource of an app; `parent` is the sid of what it belongs to, or "". Times are the phone's."""

    sid: str
    kind: str
    account: str = ""
    parent: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    created_at: float = 0.0
    updated_at: float = 0.0
    id: int = 0


def _from_row(row: Any) -> Resource:
    return Resource(row[1], row[2], row[4], row[3], json.loads(row[5]), row[6], row[7], row[0])


def put(db: Connection, resource: Resource) -> None:
    """Save a resource, new or changed."""
    row = db.execute(
        "INSERT INTO resources (sid, kind, parent, account, content, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sid) DO UPDATE SET"
        " content = excluded.content, updated_at = excluded.updated_at RETURNING id",
        (
            resource.sid, resource.kind, resource.parent, resource.account, json.dumps(resource.content),
            resource.created_at, resource.updated_at,
        ),
    ).fetchone()  # fmt: skip
    resource.id = int(row["id"])


def find(db: Connection, kind: str, sid: str) -> Resource | None:
    """Return the resource of this kind and sid, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM resources WHERE sid = ? AND kind = ?",  # noqa: S608
        (sid, kind),
    ).fetchone()
    return _from_row(row) if row else None


def listed(db: Connection, kind: str, parent: str = "", after: int = 0, limit: int = 1000) -> list[Resource]:
    """Return a parent's resources of a kind, oldest first, from the one after this id."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM resources WHERE kind = ? AND parent = ? AND id > ? ORDER BY id LIMIT ?",  # noqa: S608
        (kind, parent, after, limit),
    )
    return [_from_row(row) for row in rows]


def remove(db: Connection, sid: str) -> None:
    """Delete a resource and its children."""
    db.execute("DELETE FROM resources WHERE sid = ? OR parent = ?", (sid, sid))
