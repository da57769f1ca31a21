"""The full-text index in SQLite: an FTS5 table without the texts, and the words that it knows."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from mocksms.core.models import Filter
from mocksms.search import tokenizer
from mocksms.store import freed_pages
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
MOST_WORDS = 64


def add(db: Connection, texts: Sequence[tuple[int, str, str]]) -> None:
    """Index texts: the words and the tags of the message with this id."""
    db.executemany("INSERT INTO search (rowid, words, tags) VALUES (?, ?, ?)", texts)
    _learn(db, (words for _, words, _ in texts))


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
    """Add the words of some texts to the vocabulary, but for pairs of characters, whose beginnings nobody asks it for.

    Words are never removed: an extra one does no harm.
    """
    known = {word for word in set().union(*(text.split() for text in texts)) if not tokenizer.is_cjk(word)}
    db.executemany(
        "INSERT INTO vocabulary (word) VALUES (?) ON CONFLICT (word) DO NOTHING",
        [(word,) for word in sorted(known)],
    )


def forget(db: Connection, texts: Sequence[tuple[int, str, str]]) -> None:
    """Remove messages from the index.

    A contentless table deletes a row only when given the exact words that were indexed.
    """
    db.executemany("INSERT INTO search (search, rowid, words, tags) VALUES ('delete', ?, ?, ?)", texts)


def clear(db: Connection) -> None:
    """Empty the index."""
    freed_pages.leave(db)
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    db.execute("DELETE FROM vocabulary")
