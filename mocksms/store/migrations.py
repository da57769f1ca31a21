"""The shape of a world's database, in the order it grew (sqlite-utils migrations).

Times are REAL, unix seconds UTC by the phone's own clock. `messages.id` is the id of the event of its
arrival, so one growing line of numbers orders messages, status changes and calls; a message that is held
back (SendAt, a delaying fault) has a negative id until it arrives.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("mocksms")


@migrations()
def m001_inbox(db: Database) -> None:
    """Messages with their raw sources, handsets, threads, events and the world's own values."""
    for statement in M001.split(";"):
        db.execute(statement)


M001 = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL, kind TEXT NOT NULL, message INTEGER NOT NULL, detail TEXT NOT NULL
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY, sid TEXT NOT NULL,
    channel TEXT NOT NULL, wire TEXT NOT NULL, direction TEXT NOT NULL, account TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, handset TEXT NOT NULL, peer TEXT NOT NULL,
    subject TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, code TEXT, links TEXT NOT NULL,
    status TEXT NOT NULL, error_code INTEGER, segments INTEGER NOT NULL,
    created_at REAL NOT NULL, received_at REAL NOT NULL, updated_at REAL NOT NULL, due_at REAL, read_at REAL,
    history TEXT NOT NULL, details TEXT NOT NULL
);
CREATE UNIQUE INDEX messages_sid ON messages (sid);
CREATE INDEX messages_recipient ON messages (recipient, id);
CREATE INDEX messages_recipient_channel ON messages (recipient, channel, id);
CREATE INDEX messages_sender ON messages (sender, id);
CREATE INDEX messages_thread ON messages (handset, peer, channel, id);
CREATE INDEX messages_channel ON messages (channel, id);
CREATE INDEX messages_created ON messages (created_at, sid);
CREATE INDEX messages_code ON messages (recipient, id) WHERE code IS NOT NULL;
CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE raws (sid TEXT PRIMARY KEY, source BLOB NOT NULL);
CREATE TABLE handsets (
    address TEXT PRIMARY KEY, kind TEXT NOT NULL, first_at REAL NOT NULL,
    last INTEGER NOT NULL, unread INTEGER NOT NULL, total INTEGER NOT NULL
);
CREATE INDEX handsets_last ON handsets (last);
CREATE TABLE threads (
    handset TEXT NOT NULL, peer TEXT NOT NULL, channel TEXT NOT NULL,
    last INTEGER NOT NULL, unread INTEGER NOT NULL, total INTEGER NOT NULL, read_upto INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (handset, peer, channel)
);
CREATE INDEX threads_last ON threads (handset, channel, last);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE authenticators (
    id INTEGER PRIMARY KEY, handset TEXT NOT NULL, issuer TEXT NOT NULL, name TEXT NOT NULL,
    secret TEXT NOT NULL, digits INTEGER NOT NULL, period INTEGER NOT NULL, algorithm TEXT NOT NULL,
    added_at REAL NOT NULL
);
CREATE INDEX authenticators_handset ON authenticators (handset, id);
CREATE TABLE faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT NOT NULL, times_left INTEGER, used INTEGER NOT NULL DEFAULT 0
);
CREATE VIRTUAL TABLE search USING fts5 (words, tags, content='', columnsize=0)
"""


@migrations()
def m002_verifications(db: Database) -> None:
    """Verifications of the Verify wire."""
    for statement in M002.split(";"):
        db.execute(statement)


M002 = """
CREATE TABLE verifications (
    sid TEXT PRIMARY KEY, service TEXT NOT NULL, account TEXT NOT NULL, recipient TEXT NOT NULL,
    channel TEXT NOT NULL, code TEXT NOT NULL, status TEXT NOT NULL, wrong INTEGER NOT NULL,
    sends TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL
);
CREATE INDEX verifications_recipient ON verifications (service, recipient, created_at)
"""


@migrations()
def m003_quick_lists(db: Database) -> None:
    """Indexes for a sender's list by date and for what is under way; words found by their first character."""
    for statement in M003.split(";"):
        db.execute(statement)


M003 = """
DROP INDEX messages_created;
CREATE INDEX messages_created ON messages (channel, created_at);
CREATE INDEX messages_under_way ON messages (channel, id) WHERE status IN ('queued', 'ringing', 'in-progress');
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (words, tags, content='', columnsize=0, prefix='1');
DELETE FROM settings WHERE name = 'words_upto'
"""


@migrations()
def m004_calls_by_status(db: Database) -> None:
    """An index for calls of a rare status; it holds calls alone, so that taking an SMS costs no more."""
    db.execute("CREATE INDEX messages_calls_status ON messages (channel, status, id) WHERE channel = 'call'")


@migrations()
def m005_vocabulary(db: Database) -> None:
    """Each word there ever was, so that the beginning of a word can be looked up as the few words it stands for."""
    for statement in M005.split(";"):
        db.execute(statement)


M005 = """
CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE search_words USING fts5vocab (search, col);
INSERT INTO vocabulary (word) SELECT term FROM search_words WHERE col = 'words';
DROP TABLE search_words
"""
