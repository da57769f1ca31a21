"""Read messages. Every query uses an index, so it takes as long with a million messages as with a thousand."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mocksms.core.models import Event, Filter, Handset, Message, Sent, Thread
from mocksms.store import search_index
from mocksms.store.engine import Connection
from mocksms.store.messages import COLUMNS, from_row

_SELECT = f"SELECT {COLUMNS} FROM messages"  # noqa: S608
_PREFIXED = ", ".join(f"messages.{name.strip()}" for name in COLUMNS.split(","))
_EVENTS_AFTER = (
    "FROM events JOIN messages"
    " ON messages.id = CASE WHEN events.message = 0 THEN events.id ELSE events.message END"
    " WHERE events.id > ? ORDER BY events.id LIMIT ?"
)


def find(db: Connection, message_id: int) -> Message | None:
    """Return the message with this id, or None."""
    row = db.execute(f"{_SELECT} WHERE id = ?", (message_id,)).fetchone()
    return from_row(row) if row else None


def find_sid(db: Connection, sid: str) -> Message | None:
    """Return the message with this provider id, or None. Held messages are found too."""
    row = db.execute(f"{_SELECT} WHERE sid = ?", (sid,)).fetchone()
    return from_row(row) if row else None


def raw(db: Connection, sid: str) -> bytes | None:
    """Return the source of a mail, or None."""
    row = db.execute("SELECT source FROM raws WHERE sid = ?", (sid,)).fetchone()
    return bytes(row[0]) if row else None


def newest(db: Connection, wanted: Filter, limit: int, before: int | None = None) -> list[Message]:
    """Return arrived messages that match, newest first; `before` is the id to continue from."""
    return [from_row(row) for row in select(db, _PREFIXED, wanted, limit, before)]


def select(
    db: Connection, columns: str, wanted: Filter, limit: int, before: int | None = None
) -> Iterable[Sequence[Any]]:
    """Return columns of arrived messages that match, newest first; `before` is the id to continue from."""
    terms, values = _conditions(wanted, before)
    if wanted.q:
        return search_index.newest(db, columns, wanted, terms, values, limit)
    return db.execute(
        f"SELECT {columns} FROM messages WHERE {' AND '.join(terms)} ORDER BY messages.id DESC LIMIT ?",  # noqa: S608
        (*values, limit),
    )


def count(db: Connection, wanted: Filter, most: int = 1 << 31) -> int:
    """Return how many arrived messages match, words apart; count no further than `most`."""
    terms, values = _conditions(wanted)
    row = db.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM messages WHERE {' AND '.join(terms)} LIMIT ?) AS found",  # noqa: S608
        (*values, most),
    ).fetchone()
    return int(row[0])


def _conditions(wanted: Filter, before: int | None = None) -> tuple[list[str], list[Any]]:
    """Return SQL terms and their values, words apart."""
    terms, values = ["messages.id > ?"], list[Any]([wanted.since if wanted.since is not None else 0])
    if before is not None:
        terms.append("messages.id < ?")
        values.append(before)
    asked = {
        "recipient": wanted.to, "channel": wanted.channel, "sender": wanted.sender, "wire": wanted.wire,
        "handset": wanted.handset,
    }  # fmt: skip
    for column, value in asked.items():
        if value:
            terms.append(f"messages.{column} = ?")
            values.append(value)
    if wanted.has_code:
        terms.append("messages.code IS NOT NULL")
    return terms, values


def _last(row: Sequence[Any]) -> Message | None:
    """Return the message of a left join, or None."""
    return None if row[0] is None else from_row(row)


def handsets(db: Connection, limit: int, before: int | None = None) -> list[Handset]:
    """Return numbers and mailboxes that have received something, the newest message first."""
    rows = db.execute(
        f"SELECT handsets.address, handsets.kind, handsets.unread, handsets.total, {_PREFIXED} FROM handsets"  # noqa: S608
        " LEFT JOIN messages ON messages.id = handsets.last WHERE handsets.last < ? ORDER BY"
        " handsets.last DESC LIMIT ?",
        (before if before is not None else 1 << 62, limit),
    )
    return [Handset(row[0], row[1], row[2], row[3], _last(row[4:])) for row in rows]


def handset(db: Connection, address: str) -> Handset | None:
    """Return one handset, or None when it has never received anything."""
    row = db.execute(
        f"SELECT handsets.address, handsets.kind, handsets.unread, handsets.total, {_PREFIXED} FROM handsets"  # noqa: S608
        " LEFT JOIN messages ON messages.id = handsets.last WHERE handsets.address = ?",
        (address,),
    ).fetchone()
    return Handset(row[0], row[1], row[2], row[3], _last(row[4:])) if row else None


def threads(
    db: Connection, address: str, channel: str, limit: int, before: int | None = None
) -> list[Thread]:
    """Return a handset's conversations in one channel, the newest message first."""
    rows = db.execute(
        f"SELECT threads.handset, threads.peer, threads.channel, threads.unread, threads.total, {_PREFIXED}"  # noqa: S608
        " FROM threads LEFT JOIN messages ON messages.id = threads.last"
        " WHERE threads.handset = ? AND threads.channel = ? AND threads.last < ? ORDER BY threads.last"
        " DESC LIMIT ?",
        (address, channel, before if before is not None else 1 << 62, limit),
    )
    return [Thread(row[0], row[1], row[2], row[3], row[4], _last(row[5:])) for row in rows]


def thread(
    db: Connection, address: str, peer: str, channel: str, limit: int, before: int | None = None
) -> list[Message]:
    """Return a conversation's messages, newest first."""
    rows = db.execute(
        f"{_SELECT} WHERE handset = ? AND peer = ? AND channel = ? AND id > 0 AND id < ? ORDER BY id"
        f" DESC LIMIT ?",
        (address, peer, channel, before if before is not None else 1 << 62, limit),
    )
    return [from_row(row) for row in rows]


def unread(db: Connection, address: str) -> dict[str, int]:
    """Return how many messages of each channel are unread on a handset."""
    rows = db.execute(
        "SELECT channel, sum(unread) FROM threads WHERE handset = ? GROUP BY channel", (address,)
    ).fetchall()
    return {channel: int(count) for channel, count in rows}


def events(
    db: Connection, after: int, limit: int, known: Callable[[int], Event | None] = lambda _: None
) -> list[Event]:
    """Return the events after this id, oldest first, without those of deleted messages.

    `known` returns the event of an id, or None. Those whose messages are still the same are returned, for many streams
    that resume to share. If all are, few columns are read.
    """
    if known(after + 1) and (found := _unchanged(db, after, limit, known)):
        return found
    rows: Sequence[Any] = db.execute(
        f"SELECT events.id, events.at, events.kind, events.detail, {_PREFIXED} {_EVENTS_AFTER}",
        (after, limit),
    ).fetchall()
    found = []
    for row in rows:
        event, message = known(row[0]), from_row(row[4:])
        if event is None or _state(event.message) != _state(message):
            event = Event(id=row[0], at=row[1], kind=row[2], detail=row[3], message=message)
        found.append(event)
    return found


def _unchanged(db: Connection, after: int, limit: int, known: Callable[[int], Event | None]) -> list[Event]:
    """Return the events if all are known and have their messages' present state, else []."""
    found: list[Event] = []
    rows = db.execute(
        f"SELECT events.id, messages.sid, messages.updated_at, messages.read_at {_EVENTS_AFTER}",
        (after, limit),
    )
    for event_id, *state in rows.fetchall():
        event = known(event_id)
        if event is None or _state(event.message) != tuple(state):
            return []
        found.append(event)
    return found


def _state(message: Message) -> tuple[str, float, float | None]:
    """Return what differs whenever anything of a message does."""
    return message.sid, message.updated_at, message.read_at


def last_event(db: Connection) -> int:
    """Return the id of the newest event ever written in this world, also after a reset; 0 before the first."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])


def last_message(db: Connection) -> int:
    """Return the id of the newest arrived message, 0 without one."""
    row = db.execute("SELECT max(id) FROM messages").fetchone()
    return max(0, row[0] or 0)


def due(db: Connection, at: float, limit: int = 100) -> list[Message]:
    """Return messages with a step due at or before this time, earliest first."""
    rows = db.execute(
        f"{_SELECT} WHERE due_at IS NOT NULL AND due_at <= ? ORDER BY due_at LIMIT ?", (at, limit)
    )
    return [from_row(row) for row in rows]


def not_arrived(db: Connection, to: str = "", limit: int = 100) -> list[Message]:
    """Return messages that are on no handset, newest first: undelivered, or held back until `due_at`.

    `to` is the address they go to.
    """
    where, values = (" AND recipient = ?", (to,)) if to else ("", ())
    rows = db.execute(f"{_SELECT} WHERE id < 0{where} ORDER BY id LIMIT ?", (*values, limit))
    return [from_row(row) for row in rows]


def next_due(db: Connection) -> float | None:
    """Return when the next held message is due (Unix seconds), or None."""
    row = db.execute("SELECT min(due_at) FROM messages WHERE due_at IS NOT NULL").fetchone()
    return None if row[0] is None else float(row[0])


def value(db: Connection, name: str, default: str) -> str:
    """Return one of the world's own values."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else default


def set_value(db: Connection, name: str, text: str) -> None:
    """Set one of the world's own values."""
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value ="
        " excluded.value",
        (name, text),
    )


UNDER_WAY = ("queued", "ringing", "in-progress")


def sent(db: Connection, wanted: Sent, before: tuple[float, int] | None, limit: int) -> list[Message]:
    """Return SMS or calls as their sender lists them, newest first, held ones included.

    `before` is the time and id of the last one on the previous page. Without dates the order is that of arrival (held
    ones first), with dates that of creation: each uses an index.
    """
    terms, values = ["channel = ?"], list[Any]([wanted.channel])
    if wanted.channel == "call" and wanted.status:
        terms.append("channel = 'call'")  # the condition of a partial index, see below
    asked = {
        "recipient": wanted.to, "sender": wanted.sender, "status": wanted.status, "account": wanted.account,
    }  # fmt: skip
    for column, value in asked.items():
        if value in UNDER_WAY and column == "status":
            # Literal condition of the partial index: with a parameter SQLite could not use it.
            terms += ["status IN ('queued', 'ringing', 'in-progress')"]
        if value:
            terms.append(f"{column} = ?")
            values.append(value)
    if wanted.after is None and wanted.until is None:
        held = (
            []
            if before and before[1] > 0
            else _page(db, [*terms, "id < 0"], values, "id", limit, before, "id > ?")
        )
        arrived = [*terms, "id > 0"]
        return held + _page(db, arrived, values, "id DESC", limit - len(held), before, "id < ?")
    for operator, bound in ((">=", wanted.after), ("<", wanted.until)):
        if bound is not None:
            terms.append(f"created_at {operator} ?")
            values.append(bound)
    if before is not None:
        terms.append("(created_at, id) < (?, ?)")
        values += before
    return _page(db, terms, values, "created_at DESC, id DESC", limit, None, "")


def _page(
    db: Connection,
    terms: list[str],
    values: list[Any],
    order: str,
    limit: int,
    before: tuple[float, int] | None,
    go_on: str,
) -> list[Message]:
    if before is not None and (before[1] < 0) is (go_on == "id > ?"):
        terms, values = [*terms, go_on], [*values, before[1]]
    sql = f"{_SELECT} WHERE {' AND '.join(terms)} ORDER BY {order} LIMIT ?"
    return [from_row(row) for row in db.execute(sql, (*values, max(limit, 0)))]
