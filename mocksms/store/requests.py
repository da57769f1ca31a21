"""Requests that senders made to the providers, accepted or refused, with the answers: the newest of each world."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from mocksms.store.engine import Connection

ChosenBy = Literal["header", "lease", "credentials", "tag", "query", "default"]
MOST_KEPT = 1000
EMPTIED_AT = "requests_emptied_at"


@dataclass(slots=True)
class LoggedRequest:
    """One request. `at` is in Unix seconds by the computer's clock; `status` is the HTTP or SMTP code.

    `chosen_by` says what named the world, `reason` why the request was refused or logged here. `sid` is the id of the
    resulting message, "" without one; `message` is its number, None while it is held back. Secrets are already
    removed; `headers` has one line per header.
    """

    at: float
    wire: str
    chosen_by: ChosenBy
    method: str
    path: str
    recipient: str
    status: int
    is_accepted: bool
    reason: str
    sid: str
    headers: str
    body: str
    answer: str
    id: int = 0
    message: int | None = None


class Wanted(NamedTuple):
    """A tester's filter; None or "" matches any. `since` is the id of a request."""

    wire: str = ""
    to: str = ""
    is_accepted: bool | None = None
    since: int | None = None


_KEPT = [field.name for field in fields(LoggedRequest) if field.name not in ("id", "message")]
_ALL, _FLAG = attrgetter(*_KEPT), _KEPT.index("is_accepted")
_INSERT = f"INSERT INTO requests ({', '.join(_KEPT)}) VALUES ({', '.join('?' for _ in _KEPT)})"  # noqa: S608
_SELECT = (
    f"SELECT {', '.join(f'requests.{name}' for name in _KEPT)}, requests.id, messages.id"  # noqa: S608
    " FROM requests LEFT JOIN messages ON messages.sid = requests.sid"
)


def add(db: Connection, found: Sequence[LoggedRequest]) -> None:
    """Save requests in order; keep the newest MOST_KEPT. Skip those from before the world was reset."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (EMPTIED_AT,)).fetchone()
    emptied_at = float(row[0]) if row else 0.0
    db.executemany(_INSERT, [_values(each) for each in found if each.at > emptied_at])
    db.execute("DELETE FROM requests WHERE id <= (SELECT max(id) FROM requests) - ?", (MOST_KEPT,))


def empty(db: Connection, now: float) -> None:
    """Delete all, also those noted before `now` (Unix seconds) but not saved yet."""
    db.execute("DELETE FROM requests")
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (EMPTIED_AT, repr(now)),
    )


def _values(request: LoggedRequest) -> tuple[Any, ...]:
    values: tuple[Any, ...] = _ALL(request)
    return (*values[:_FLAG], int(values[_FLAG]), *values[_FLAG + 1 :])


def newest(db: Connection, wanted: Wanted, limit: int, before: int | None = None) -> list[LoggedRequest]:
    """Return the requests that match, newest first; `before` is the last id of the previous page."""
    asked: list[tuple[str, Any]] = [
        ("requests.wire = ?", wanted.wire or None),
        ("requests.recipient = ?", wanted.to or None),
        ("requests.is_accepted = ?", None if wanted.is_accepted is None else int(wanted.is_accepted)),
        ("requests.id > ?", wanted.since),
        ("requests.id < ?", before),
    ]
    given = [(sql, value) for sql, value in asked if value is not None]
    where = f" WHERE {' AND '.join(sql for sql, _ in given)}" if given else ""
    rows = db.execute(
        f"{_SELECT}{where} ORDER BY requests.id DESC LIMIT ?", (*(value for _, value in given), limit)
    )
    return [_from_row(row) for row in rows]


def _from_row(row: Sequence[Any]) -> LoggedRequest:
    *kept, request_id, message = row
    values = dict(zip(_KEPT, kept, strict=True))
    values["is_accepted"] = bool(values["is_accepted"])
    return LoggedRequest(
        **values, id=request_id, message=message if message is not None and message > 0 else None
    )
