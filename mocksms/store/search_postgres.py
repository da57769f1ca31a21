"""The full-text index in PostgreSQL: a `tsvector` of the tokenizer's words a message, under a GIN index.

PostgreSQL's own parsers are not used: they take a Japanese sentence for one word. A vector holds 16,383 positions and a
word 2,046 bytes; the end of a longer text or word is not found.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from mocksms.search import tokenizer
from mocksms.store.engine import Connection

WORDS = (
    "CREATE TABLE search (id BIGINT PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_words ON search USING gin (words)",
)
MOST_POSITIONS = 16_383
LONGEST_WORD = 500  # characters, of four bytes at most


def add(db: Connection, texts: Iterable[tuple[int, str]]) -> None:
    """Index texts, each the words of the message with this id."""
    db.executemany(
        "INSERT INTO search (id, words) VALUES (?, CAST(? AS tsvector)) ON CONFLICT (id) DO UPDATE"
        " SET words = excluded.words",
        [(number, _vector(words)) for number, words in texts],
    )


def newest(
    db: Connection, columns: str, text: str, terms: Sequence[str], values: Sequence[Any], limit: int
) -> list[Any]:
    """Return the newest messages with the words of `text` that also meet these SQL terms."""
    query = _query(text)
    if not query:
        return []
    return db.execute(
        f"SELECT {columns} FROM search JOIN messages ON messages.id = search.id"  # noqa: S608
        f" WHERE {' AND '.join(terms)} AND search.words @@ CAST(? AS tsquery) ORDER BY messages.id DESC LIMIT ?",
        (*values, query, limit),
    ).fetchall()


def forget(db: Connection, numbers: Iterable[int]) -> None:
    """Remove messages from the index."""
    db.executemany("DELETE FROM search WHERE id = ?", [(number,) for number in numbers])


def clear(db: Connection) -> None:
    """Empty the index."""
    db.execute("DELETE FROM search")


def _vector(words: str) -> str:
    found = words.split(" ", MOST_POSITIONS)[:MOST_POSITIONS]
    return " ".join(f"'{word[:LONGEST_WORD]}':{at}" for at, word in enumerate(found, 1) if word)


def _query(text: str) -> str:
    """Return the tsquery for a typed query: every word must match; "" without any word.

    The end of a Latin word may be missing, and a single character is the start of a pair.
    """
    terms = []
    for run in tokenizer.runs(text):
        if tokenizer.is_cjk(run) and len(run) > 1:
            terms.append(" <-> ".join(f"'{run[at : at + 2]}'" for at in range(len(run) - 1)))
        else:
            terms.append(f"'{run[:LONGEST_WORD]}':*")
    return " & ".join(f"({term})" for term in terms)
