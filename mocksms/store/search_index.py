"""The full-text index over messages, filled a batch at a time.

Indexing each message in its own commit would double the cost of a message. So words are written for BATCH messages at
once: by every BATCHth arrival, and by a search for what is missing.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from mocksms.core.models import Filter, Message
from mocksms.search import tokenizer
from mocksms.store.engine import Connection

# Steps of the schema, see `migrations`.
WORDS_AND_TAGS = "CREATE VIRTUAL TABLE search USING fts5 (words, tags, content='', columnsize=0)"
WITH_FIRST_CHARACTERS = (
    "DROP TABLE search",
    "CREATE VIRTUAL TABLE search USING fts5 (words, tags, content='', columnsize=0, prefix='1')",
    "DELETE FROM settings WHERE name = 'words_upto'",
)
VOCABULARY = (
    "CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE search_words USING fts5vocab (search, col)",
    "INSERT INTO vocabulary (word) SELECT term FROM search_words WHERE col = 'words'",
    "DROP TABLE search_words",
)
BATCH = 64
MOST_WORDS = 64
_UPTO = "words_upto"


def indexed_upto(db: Connection) -> int:
    """Return the id up to which messages are indexed."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (_UPTO,)).fetchone()
    return int(row[0]) if row else 0


def fill(db: Connection, last: int) -> None:
    """Index the messages up to the id `last`."""
    start = indexed_upto(db)
    rows = db.execute(
        "SELECT id, subject, body, peer, recipient, sender, channel, handset FROM messages"
        " WHERE id > ? AND id <= ? ORDER BY id",
        (start, last),
    )
    found = [(row[0], tokenizer.of_parts(*row[1:4]), tokenizer.tags(*row[4:])) for row in rows.fetchall()]
    db.executemany("INSERT INTO search (rowid, words, tags) VALUES (?, ?, ?)", found)
    _learn(db, (row[1] for row in found))
    db.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_UPTO, str(max(start, last))),
    )


def newest(
    db: Connection, columns: str, wanted: Filter, terms: Sequence[str], values: Sequence[Any], limit: int
) -> list[Any]:
    """Return the newest messages with the words of `wanted.q` that also meet these SQL terms."""
    query = tokenizer.query(wanted.q, wanted, grow=partial(beginning_with, db))
    if not query:
        return []
    asked = " AND ".join([term.replace("messages.id", "search.rowid") for term in terms])
    return db.execute(
        f"SELECT {columns} FROM search JOIN messages ON messages.id = search.rowid"  # noqa: S608
        f" WHERE {asked} AND search MATCH ? ORDER BY search.rowid DESC LIMIT ?",
        (*values, query, limit),
    ).fetchall()


def beginning_with(db: Connection, start: str) -> list[str] | None:
    """Return the known words that start with this, or None when there are more than MOST_WORDS.

    FTS5 answers a word prefix by first collecting every position of every such word, which gets slower with each
    message. Positions of whole words it reads one by one, and stops at the end of a page.
    """
    rows = db.execute(
        "SELECT word FROM vocabulary WHERE word >= ? AND word < ? LIMIT ?",
        (start, start + chr(0x10FFFF), MOST_WORDS + 1),
    ).fetchall()
    return [row[0] for row in rows] if len(rows) <= MOST_WORDS else None


def _learn(db: Connection, texts: Iterable[str]) -> None:
    """Add the words of some texts to the vocabulary. Words are never removed: an extra one does no harm."""
    known = set().union(*(text.split() for text in texts))
    db.executemany(
        "INSERT INTO vocabulary (word) VALUES (?) ON CONFLICT (word) DO NOTHING",
        [(word,) for word in sorted(known)],
    )


def forget(db: Connection, message: Message) -> None:
    """Remove a message from the index, before it is deleted or its text changes.

    A contentless table deletes a row only when given the exact words that were indexed.
    """
    if 0 < message.id <= indexed_upto(db):
        db.execute(
            "INSERT INTO search (search, rowid, words, tags) VALUES ('delete', ?, ?, ?)",
            (message.id, *_words(message)),
        )


def renew(db: Connection, message: Message) -> None:
    """Index a changed message again."""
    if 0 < message.id <= indexed_upto(db):
        text, tags = _words(message)
        db.execute("INSERT INTO search (rowid, words, tags) VALUES (?, ?, ?)", (message.id, text, tags))
        _learn(db, [text])


def _words(message: Message) -> tuple[str, str]:
    return (
        tokenizer.of_parts(message.subject, message.body, message.peer),
        tokenizer.tags(message.recipient, message.sender, message.channel, message.handset),
    )


def clear(db: Connection) -> None:
    """Empty the index."""
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    db.execute("DELETE FROM vocabulary")
