"""Write messages: arrival, change, reading, deletion. Each function works inside the caller's transaction."""

import json
import time
from collections.abc import Callable, Sequence
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from mocksms.core.models import Event, Message
from mocksms.store import jobs, keys, requests, search_index
from mocksms.store.engine import Connection, NewId
from mocksms.store.jobs import NewJob

EVENTS_KEPT = 20_000
PRUNE_EVERY = 100
TABLES = (
    "messages", "raws", "handsets", "threads", "authenticators", "faults", "stops", "jobs", "verifications",
    "resources",
)  # fmt: skip
_FEWER_UNREAD = "unread = CASE WHEN unread + ? > 0 THEN unread + ? ELSE 0 END"
COLUMNS = (
    "id, sid, channel, wire, direction, account, sender, recipient, subject, body, html, code, links, status,"
    " error_code, segments, created_at, received_at, updated_at, due_at, read_at, history, details"
)
STORED = f"{COLUMNS}, handset, peer"
_EVENT = "INSERT INTO events (at, kind, message, detail) VALUES (?, ?, ?, ?) RETURNING id"
INSERT = f"INSERT INTO messages ({STORED}) VALUES ({', '.join('?' * (STORED.count(',') + 1))})"  # noqa: S608


def from_row(row: Sequence[Any]) -> Message:
    """Return a message from a row of COLUMNS."""
    return Message(
        id=row[0], sid=row[1], channel=row[2], wire=row[3], direction=row[4], account=row[5], sender=row[6],
        recipient=row[7], subject=row[8], body=row[9], html=row[10], code=row[11],
        links=tuple(json.loads(row[12])) if row[12] else (), status=row[13], error_code=row[14],
        segments=row[15], created_at=row[16], received_at=row[17], updated_at=row[18], due_at=row[19],
        read_at=row[20], history=[(status, at) for status, at in json.loads(row[21])],
        details=json.loads(row[22]) if row[22] else {},
    )  # fmt: skip


def _json(value: object) -> str:
    """Return JSON; "" for an empty value, to save space."""
    return json.dumps(value) if value else ""


def _history(steps: Sequence[tuple[str, float]]) -> str:
    """Return JSON. `json.dumps` is slow to start."""
    return f"[{', '.join([f'[{_quoted(status)}, {at!r}]' for status, at in steps])}]"


def _details(details: dict[str, Any]) -> str:
    if all(isinstance(value, str) for value in details.values()):
        pairs = ", ".join([f"{_quoted(name)}: {_quoted(value)}" for name, value in details.items()])
        return f"{{{pairs}}}" if pairs else ""
    return json.dumps(details)


def _values(message: Message, number: int | NewId) -> tuple[Any, ...]:
    return (
        number, message.sid, message.channel, message.wire, message.direction, message.account,
        message.sender, message.recipient, message.subject, message.body, message.html, message.code,
        _json(message.links), message.status, message.error_code, message.segments, message.created_at,
        message.received_at, message.updated_at, message.due_at, message.read_at,
        _history(message.history), _details(message.details), message.handset, message.peer,
    )  # fmt: skip


def event(db: Connection, at: float, kind: str, message_id: int = 0, detail: str = "") -> int:
    """Write an event and return its id. An arrival (message_id 0) is of the message whose id is the event's own."""
    numbers: list[int] = []
    db.insert(_EVENT, (at, kind, message_id, detail), (), numbers.append)
    db.flush()
    prune(db, numbers[0])
    return numbers[0]


def prune(db: Connection, event_id: int) -> None:
    """Delete the oldest events, at some of the new ones."""
    if event_id % PRUNE_EVERY == 0:
        db.execute("DELETE FROM events WHERE id <= ?", (event_id - EVENTS_KEPT,))


def add(db: Connection, message: Message, kind: str, raw: bytes | None = None, held: bool = False) -> None:
    """Save a message and set its id: its arrival event's id, or a negative one while it is held back."""
    _queue(db, message, kind, raw, held, lambda: None)
    db.flush()
    prune(db, abs(message.id))


def _queue(
    db: Connection, message: Message, kind: str, raw: bytes | None, held: bool, then: Callable[[], None]
) -> None:
    """Queue a message and its arrival event. Call `then` once its id is set."""
    number = NewId(is_negative=held)
    writes: list[tuple[str, Sequence[Any]]] = [(INSERT, _values(message, number))]
    if raw is not None:
        writes.append(("INSERT INTO raws (sid, source) VALUES (?, ?)", (message.sid, raw)))
    if not held:
        writes += _shown(message, kind, number)

    def numbered(event_id: int) -> None:
        message.id = number.of(event_id)
        then()

    db.insert(_EVENT, (message.received_at, "held" if held else "message", 0, ""), writes, numbered)


def receive(
    db: Connection,
    events: list[Event],
    message: Message,
    kind: str,
    raw: bytes | None,
    held: bool,
    new_jobs: Sequence[NewJob],
) -> None:
    """Save a new message (see :func:`add`) with its `new_jobs`, and write the arrival event.

    The message gets its id, and `events` its event, when the transaction ends at the latest. Then :func:`prune`.
    """
    now = message.received_at
    if held:
        add(db, message, kind, raw, held)
        event_id = event(db, now, "status", message.id, message.status)
        events.append(Event(event_id, now, "status", message, message.status))
    else:
        _queue(
            db, message, kind, raw, held, lambda: events.append(Event(message.id, now, "message", message))
        )
    for job in new_jobs:
        jobs.add(db, job, time.time())


def arrive(db: Connection, message: Message, kind: str) -> None:
    """Give a held message its final id: it arrives now."""
    held = message.id
    message.id = event(db, message.received_at, "message")
    db.execute("DELETE FROM messages WHERE id = ?", (held,))
    db.execute(INSERT, _values(message, message.id))
    for write in _shown(message, kind, message.id):
        db.execute(*write)


def _shown(message: Message, kind: str, number: int | NewId) -> list[tuple[str, Sequence[Any]]]:
    """Return the writes that show a message on its handset and in its conversation."""
    unread = int(message.direction == "in" and message.read_at is None)
    handset = (
        "INSERT INTO handsets (address, kind, first_at, last, unread, total) VALUES (?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (address) DO UPDATE SET last = excluded.last,"
        " unread = handsets.unread + excluded.unread, total = handsets.total + 1",
        (message.handset, kind, message.received_at, number, unread),
    )
    thread = (
        "INSERT INTO threads (handset, peer, channel, last, unread, total) VALUES (?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (handset, peer, channel) DO UPDATE SET last = excluded.last,"
        " unread = threads.unread + excluded.unread, total = threads.total + 1",
        (message.handset, message.peer, message.channel, number, unread),
    )
    return [handset, thread]


def update(db: Connection, message: Message, kind: str = "status", detail: str = "") -> int:
    """Write a message's changed status, code, body, links and details with an event. Return the event's id."""
    db.execute(
        "UPDATE messages SET body = ?, html = ?, code = ?, links = ?, status = ?, error_code = ?,"
        " updated_at = ?,"
        " due_at = ?, history = ?, details = ? WHERE id = ?",
        (
            message.body, message.html, message.code, _json(message.links), message.status, message.error_code,
            message.updated_at, message.due_at, _history(message.history), _details(message.details), message.id,
        ),
    )  # fmt: skip
    return event(db, message.updated_at, kind, message.id, detail)


def mark_read(db: Connection, messages: Sequence[Message], at: float) -> None:
    """Mark messages as read; skip those already read."""
    for message in messages:
        done = db.execute(
            "UPDATE messages SET read_at = ? WHERE id = ? AND read_at IS NULL AND direction = 'in'",
            (at, message.id),
        )
        if done.rowcount:
            _fewer_unread(db, message)


def mark_thread_read(db: Connection, handset: str, peer: str, channel: str, at: float) -> None:
    """Mark a whole thread as read; touch only what arrived since it was last read."""
    row = db.execute(
        "SELECT last, unread, read_upto FROM threads WHERE handset = ? AND peer = ? AND channel = ?",
        (handset, peer, channel),
    ).fetchone()
    if row is None:
        return
    db.execute(
        "UPDATE messages SET read_at = ? WHERE handset = ? AND peer = ? AND id > ? AND channel = ? AND"
        " read_at IS NULL",
        (at, handset, peer, row[2], channel),
    )
    db.execute(
        "UPDATE threads SET unread = 0, read_upto = ? WHERE handset = ? AND peer = ? AND channel = ?",
        (row[0], handset, peer, channel),
    )
    db.execute(f"UPDATE handsets SET {_FEWER_UNREAD} WHERE address = ?", (-row[1], -row[1], handset))  # noqa: S608


def _fewer_unread(db: Connection, message: Message) -> None:
    thread, handset = (message.handset, message.peer, message.channel), (message.handset,)
    for table, where, key in (
        ("threads", "handset = ? AND peer = ? AND channel = ?", thread), ("handsets", "address = ?", handset)
    ):  # fmt: skip
        db.execute(f"UPDATE {table} SET {_FEWER_UNREAD} WHERE {where}", (-1, -1, *key))  # noqa: S608


def clear(db: Connection) -> None:
    """Empty the inbox. The newest event stays, so ids keep growing and `since` and Last-Event-ID stay valid."""
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    keys.keep_alone(db)
    db.execute("DELETE FROM events WHERE id < (SELECT max(id) FROM events)")
    search_index.clear(db)
    requests.empty(db, time.time())
