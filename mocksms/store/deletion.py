"""Delete messages, many in a statement, with their sources, search words, conversations and handsets."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mocksms.core.models import Filter
from mocksms.store import conditions, freed_pages, messages, reading, search_index
from mocksms.store.engine import Connection

MOST_HELD = 500


class Doomed(NamedTuple):
    """What is known of a message that is to be deleted."""

    id: int
    sid: str
    channel: str
    handset: str
    peer: str
    unread: int
    recipient: str
    sender: str
    subject: str
    body: str


_COLUMNS = (
    "messages.id, messages.sid, messages.channel, messages.handset, messages.peer,"
    " CASE WHEN messages.direction = 'in' AND messages.read_at IS NULL THEN 1 ELSE 0 END,"
    " messages.recipient, messages.sender, messages.subject, messages.body"
)
_HELD = f"SELECT {messages.STORED} FROM messages WHERE id < 0 LIMIT ?"  # noqa: S608
_SELECT = f"SELECT {_COLUMNS} FROM messages"  # noqa: S608
_FEWER = "total = total - ?, unread = CASE WHEN unread > ? THEN unread - ? ELSE 0 END"
_THREAD = "handset = ? AND peer = ? AND channel = ?"
_COUNT = f"UPDATE threads SET {_FEWER} WHERE {_THREAD}"  # noqa: S608
_NEWEST_ID = (
    "SELECT max(id) FROM messages WHERE messages.handset = threads.handset AND messages.peer = threads.peer"
    " AND messages.channel = threads.channel"
)
_NEWEST = f"UPDATE threads SET last = coalesce(({_NEWEST_ID}), last) WHERE {_THREAD}"  # noqa: S608


def matching(db: Connection, wanted: Filter, last: int, limit: int) -> list[Doomed]:
    """Return arrived messages up to the id `last` that match, the newest."""
    return _all(reading.select(db, _COLUMNS, wanted, limit, last + 1))


def by_sid(db: Connection, sid: str) -> list[Doomed]:
    """Return the message with this provider id, or nothing. Held messages are found too."""
    return _all(db.execute(f"{_SELECT} WHERE sid = ?", (sid,)))


def beyond(db: Connection, kept: int, limit: int) -> list[Doomed]:
    """Return the oldest messages beyond the newest `kept` ones."""
    row = db.execute(
        "SELECT id FROM messages WHERE id > 0 ORDER BY id DESC LIMIT 1 OFFSET ?", (kept,)
    ).fetchone()
    if row is None:
        return []
    return _all(db.execute(f"{_SELECT} WHERE id > 0 AND id <= ? ORDER BY id LIMIT ?", (row[0], limit)))


def older(db: Connection, before: float, limit: int) -> list[Doomed]:
    """Return the oldest messages created before this time (Unix seconds), without those that have a step to come."""
    return _all(
        db.execute(
            f"{_SELECT} WHERE created_at < ? AND due_at IS NULL ORDER BY created_at LIMIT ?", (before, limit)
        )
    )


def all_arrived(db: Connection, wanted: Filter) -> int:
    """Delete all arrived messages if all match and few are held back. Return how many were deleted, 0 otherwise.

    To empty a table takes a moment, a row of the largest one fifty microseconds: it has ten indexes. An index of words
    that is empty already (see `search_index.begin_again`) takes no time here.
    """
    held = db.execute(_HELD, (MOST_HELD + 1,)).fetchall()
    if wanted.q or len(held) > MOST_HELD:
        return 0
    if wanted != Filter() and reading.count(db, wanted) < reading.count(db, Filter()):
        return 0
    freed_pages.leave(db)
    sources = db.execute(
        "SELECT sid, source FROM raws WHERE sid IN (SELECT sid FROM messages WHERE id < 0)"
    ).fetchall()
    arrived = db.execute("DELETE FROM messages").rowcount - len(held)
    for table in ("raws", "threads", "handsets"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608
    if search_index.indexed_upto(db):
        search_index.clear(db)
    conditions.note_deletion(db)
    db.executemany(messages.INSERT, [tuple(row) for row in held])
    db.executemany("INSERT INTO raws (sid, source) VALUES (?, ?)", [tuple(row) for row in sources])
    return arrived


def _all(rows: Iterable[Sequence[Any]]) -> list[Doomed]:
    return [Doomed(*row) for row in rows]


def remove(db: Connection, found: Sequence[Doomed]) -> None:
    """Delete messages with all that depends on them. Conversations and handsets without a message go too."""
    if not found:
        return
    freed_pages.leave(db)
    conditions.note_deletion(db)
    db.executemany("DELETE FROM messages WHERE id = ?", [(each.id,) for each in found])
    db.executemany(
        "DELETE FROM raws WHERE sid = ?", [(each.sid,) for each in found if each.channel == "mail"]
    )
    shown = [each for each in found if each.id > 0]
    _forget_words(db, shown)
    threads = Counter((each.handset, each.peer, each.channel) for each in shown)
    unread = Counter((each.handset, each.peer, each.channel) for each in shown if each.unread)
    keys = list(threads)
    db.executemany(_COUNT, [(threads[key], unread[key], unread[key], *key) for key in keys])
    db.executemany(f"DELETE FROM threads WHERE {_THREAD} AND total <= 0", keys)  # noqa: S608
    db.executemany(_NEWEST, keys)
    _update_handsets(db, shown)


def _update_handsets(db: Connection, shown: Sequence[Doomed]) -> None:
    totals = Counter(each.handset for each in shown)
    unread = Counter(each.handset for each in shown if each.unread)
    db.executemany(
        f"UPDATE handsets SET {_FEWER} WHERE address = ?",  # noqa: S608
        [(totals[key], unread[key], unread[key], key) for key in totals],
    )
    keys = [(key,) for key in totals]
    db.executemany("DELETE FROM handsets WHERE address = ? AND total <= 0", keys)
    db.executemany(
        "UPDATE handsets SET last = coalesce((SELECT max(last) FROM threads"
        " WHERE threads.handset = handsets.address), last) WHERE address = ?",
        keys,
    )


def _forget_words(db: Connection, shown: Sequence[Doomed]) -> None:
    upto = search_index.indexed_upto(db)
    search_index.forget(db, [search_index.Indexed.of(each) for each in shown if each.id <= upto])
