"""The full-text index over messages, filled a batch at a time. Each engine has its own.

Indexing each message in its own commit would double the cost of a message. So words are written for BATCH messages at
once: by every BATCHth arrival, and by a search for what is missing. A transaction takes few messages if they are large.

SQLite's index takes a message out only by the very words that were put in. So texts are read whole and cut by the
tokenizer: SQLite's own functions end a text at its first NUL.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

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
READ_AT_FIRST = 8
PAUSE_SECONDS = 0.002  # a writer who waits takes the lock now
_UPTO = "words_upto"


class Indexed(NamedTuple):
    """What of a message is indexed, and its id. The fields are columns."""

    id: int
    subject: str
    body: str
    peer: str
    recipient: str
    sender: str
    channel: str
    handset: str

    @classmethod
    def of(cls, message: Any) -> "Indexed":
        """Return what is indexed of a message, or of a row with these names."""
        return cls(*(getattr(message, name) for name in cls._fields))


_MISSING = f"SELECT {', '.join(Indexed._fields)} FROM messages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608
Words = tuple[int, str, str]
"""The id of a message, its words and its tags."""


def indexed_upto(db: Connection) -> int:
    """Return the id up to which messages are indexed."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_UPTO,)).fetchone()
    return int(row[0]) if row else 0


def fill(db: Connection, last: int) -> tuple[int, int]:
    """Index the next messages up to the id `last`: at most AT_ONCE, or so many that CHARACTERS_AT_ONCE are reached.

    Return how many these were, and the id up to which messages are indexed.
    """
    start = indexed_upto(db)
    found, size, upto = list[Words](), 0, max(start, last)
    for each in _missing(db, start, last):
        found.append(_words(each))
        size += len(found[-1][1])
        if len(found) == AT_ONCE or size >= CHARACTERS_AT_ONCE:
            upto = each.id
            break
    _add(db, found)
    _set_upto(db, upto)
    return len(found), upto


def _missing(db: Connection, start: int, last: int) -> Iterator[Indexed]:
    """Yield the messages between two ids. A statement reads twice as many as the one before.

    PostgreSQL sends all rows of a statement, and only few large messages are taken.
    """
    limit = READ_AT_FIRST
    while True:
        rows = db.execute(_MISSING, (start, last, limit)).fetchall()
        for row in rows:
            yield Indexed(*row)
        if len(rows) < limit:
            return
        start, limit = rows[-1][0], 2 * limit


def complete(store: Store, last: int, enough: int = 1 << 31) -> None:
    """Index the messages up to the id `last`, in short transactions: all of them, or at least `enough`."""
    while True:
        with store.writing() as db:
            done, upto = fill(db, last)
        enough -= done
        if upto >= last or enough <= 0:
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


def forget(db: Connection, texts: Iterable[Indexed]) -> None:
    """Remove indexed messages from the index, as they were before they changed or were deleted."""
    if _is_sqlite(db):
        search_sqlite.forget(db, [_words(each) for each in texts])
    else:
        search_postgres.forget(db, [each.id for each in texts])


def renew(db: Connection, before: Message, message: Message) -> None:
    """Index a message whose text changed again."""
    if 0 < message.id <= indexed_upto(db):
        forget(db, [Indexed.of(before)])
        _add(db, [_words(Indexed.of(message))])


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


def _words(text: Indexed) -> Words:
    return (
        text.id,
        tokenizer.of_parts(text.subject, text.body, text.peer),
        tokenizer.tags(text.recipient, text.sender, text.channel, text.handset),
    )
