"""The full-text index over messages, filled a batch at a time.

A commit of its own for each message's words costs the index as much as all else a message costs. So words are
written for BATCH messages at once: by every BATCHth arrival, and by a search for what is still missing.
"""

from sqlite_utils import Database

from mocksms import words
from mocksms.models import Message

BATCH = 64
_UPTO = "words_upto"


def indexed_upto(db: Database) -> int:
    """The id up to which messages are in the index."""
    row = db.conn.execute("SELECT value FROM settings WHERE name = ?", (_UPTO,)).fetchone()
    return int(row[0]) if row else 0


def fill(db: Database, last: int) -> None:
    """Puts the messages up to the one with id `last` into the index."""
    start = indexed_upto(db)
    rows = db.conn.execute(
        "SELECT id, subject, body, peer, recipient, sender, channel, handset FROM messages"
        " WHERE id > ? AND id <= ? ORDER BY id",
        (start, last),
    )
    db.conn.executemany(
        "INSERT INTO search (rowid, words, tags) VALUES (?, ?, ?)",
        ((row[0], words.of_parts(*row[1:4]), words.tags(*row[4:])) for row in rows.fetchall()),
    )
    db.conn.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (_UPTO, str(max(start, last))),
    )


def forget(db: Database, message: Message) -> None:
    """Takes a message out of the index, before it is deleted or its text changes.

    A table without content forgets a row only when told the very words it was given.
    """
    if 0 < message.id <= indexed_upto(db):
        db.conn.execute(
            "INSERT INTO search (search, rowid, words, tags) VALUES ('delete', ?, ?, ?)",
            (message.id, *_words(message)),
        )


def renew(db: Database, message: Message) -> None:
    """Puts a changed message back into the index it was taken out of."""
    if 0 < message.id <= indexed_upto(db):
        db.conn.execute(
            "INSERT INTO search (rowid, words, tags) VALUES (?, ?, ?)", (message.id, *_words(message))
        )


def _words(message: Message) -> tuple[str, str]:
    return (
        words.of_parts(message.subject, message.body, message.peer),
        words.tags(message.recipient, message.sender, message.channel, message.handset),
    )


def clear(db: Database) -> None:
    """Empties the index."""
    db.conn.execute("INSERT INTO search (search) VALUES ('delete-all')")
