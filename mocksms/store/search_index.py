"""The full-text index over messages, filled a batch at a time. Each engine has its own.

Indexing each message in its own commit would double the cost of a message. So words are written for BATCH messages at
once: by every BATCHth arrival, and by a search for what is missing. A transaction takes few messages if they are large.
"""

import time
from collections.abc import Sequence
from typing import Any

from mocksms.core.models import Filter, Message
from mocksms.search import tokenizer
from mocksms.store import search_postgres, search_sqlite
from mocksms.store.engine import Connection, Only, Store

# Steps of the schema, see `migrations`.
WORDS_AND_TAGS = (
    Only("sqlite", search_sqlite.WORDS_AND_TAGS),
    *(Only("postgresql", each) for each in search_postgres.WORDS),
)
WITH_FIRST_CHARACTERS = tuple(Only("sqlite", each) for each in search_sqlite.WITH_FIRST_CHARACTERS)
VOCABULARY = tuple(Only("sqlite", each) for each in search_sqlite.VOCABULARY)
BATCH = 64
AT_ONCE = 500
CHARACTERS_AT_ONCE = 100_000
PAUSE_SECONDS = 0.002  # a writer who waits takes the lock now
_UPTO = "words_upto"
Words = tuple[int, str, str]
"""The id of a message, its words and its tags."""


def indexed_upto(db: Connection) -> int:
    """Return the id up to which messages are indexed."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_UPTO,)).fetchone()
    return int(row[0]) if row else 0


def fill(db: Connection, last: int) -> int:
    """Index the next messages up to the id `last`: at most AT_ONCE, or so many that CHARACTERS_AT_ONCE are reached.

    Return the id up to which messages are indexed.
    """
    start = indexed_upto(db)
    found, size = list[Words](), 0
    rows = db.execute(
        "SELECT id, subject, substr(body, 1, ?), peer, recipient, sender, channel, handset FROM messages"
        " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        (tokenizer.INDEXED_CHARACTERS, start, last, AT_ONCE),
    )
    for number, *parts in rows:
        found.append((number, tokenizer.of_parts(*parts[:3]), tokenizer.tags(*parts[3:])))
        size += len(found[-1][1])
        if size >= CHARACTERS_AT_ONCE:
            break
    _add(db, found)
    is_all = len(found) < AT_ONCE and size < CHARACTERS_AT_ONCE
    upto = max(start, last) if is_all else found[-1][0]
    _set_upto(db, upto)
    return upto


def complete(store: Store, last: int, most: int = 1 << 31) -> None:
    """Index all messages up to the id `last`, in short transactions; if more than `most` are missing, the next few."""
    while True:
        with store.writing() as db:
            missing = last - fill(db, last)
        if not 0 < missing <= most:
            return
        time.sleep(PAUSE_SECONDS)


def _set_upto(db: Connection, upto: int) -> None:
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_UPTO, str(upto)),
    )


def newest(
    db: Connection, columns: str, wanted: Filter, terms: Sequence[str], values: Sequence[Any], limit: int
) -> list[Any]:
    """Return the newest messages with the words of `wanted.q` that also meet these SQL terms."""
    if _is_sqlite(db):
        return search_sqlite.newest(db, columns, wanted, terms, values, limit)
    return search_postgres.newest(db, columns, wanted.q, terms, values, limit)


def forget(db: Connection, texts: Sequence[Words]) -> None:
    """Remove indexed messages from the index, before they are deleted or their texts change."""
    if _is_sqlite(db):
        search_sqlite.forget(db, texts)
    else:
        search_postgres.forget(db, [number for number, _, _ in texts])


def renew(db: Connection, before: Message, message: Message) -> None:
    """Index a message whose text changed again."""
    if 0 < message.id <= indexed_upto(db):
        forget(db, [(before.id, *_words(before))])
        _add(db, [(message.id, *_words(message))])


def begin_again(db: Connection) -> None:
    """Empty the index, and let it be filled from the first message on."""
    clear(db)
    _set_upto(db, 0)


def clear(db: Connection) -> None:
    """Empty the index."""
    if _is_sqlite(db):
        search_sqlite.clear(db)
    else:
        search_postgres.clear(db)


def _is_sqlite(db: Connection) -> bool:
    return db.dialect == "sqlite"


def _add(db: Connection, texts: Sequence[Words]) -> None:
    if _is_sqlite(db):
        search_sqlite.add(db, texts)
    else:
        search_postgres.add(db, [(number, words) for number, words, _ in texts])


def _words(message: Message) -> tuple[str, str]:
    return (
        tokenizer.of_parts(message.subject, message.body, message.peer),
        tokenizer.tags(message.recipient, message.sender, message.channel, message.handset),
    )
