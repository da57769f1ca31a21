"""The full-text index over messages, filled a batch at a time. Each engine has its own.

Indexing each message in its own commit would double the cost of a message. So words are written for BATCH messages at
once: by every BATCHth arrival, and by a search for what is missing.
"""

from collections.abc import Sequence
from typing import Any

from mocksms.core.models import Filter, Message
from mocksms.search import tokenizer
from mocksms.store import search_postgres, search_sqlite
from mocksms.store.engine import Connection, Only

# Steps of the schema, see `migrations`.
WORDS_AND_TAGS = (
    Only("sqlite", search_sqlite.WORDS_AND_TAGS),
    *(Only("postgresql", each) for each in search_postgres.WORDS),
)
WITH_FIRST_CHARACTERS = tuple(Only("sqlite", each) for each in search_sqlite.WITH_FIRST_CHARACTERS)
VOCABULARY = tuple(Only("sqlite", each) for each in search_sqlite.VOCABULARY)
BATCH = 64
AT_ONCE = 500
_UPTO = "words_upto"
Words = tuple[int, str, str]
"""The id of a message, its words and its tags."""


def indexed_upto(db: Connection) -> int:
    """Return the id up to which messages are indexed."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_UPTO,)).fetchone()
    return int(row[0]) if row else 0


def fill(db: Connection, last: int) -> int:
    """Index the next messages up to the id `last`, AT_ONCE at most. Return the id up to which messages are indexed."""
    start = indexed_upto(db)
    rows = db.execute(
        "SELECT id, subject, body, peer, recipient, sender, channel, handset FROM messages"
        " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        (start, last, AT_ONCE),
    ).fetchall()
    _add(db, [(row[0], tokenizer.of_parts(*row[1:4]), tokenizer.tags(*row[4:])) for row in rows])
    upto = max(start, last) if len(rows) < AT_ONCE else int(rows[-1][0])
    _set_upto(db, upto)
    return upto


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
