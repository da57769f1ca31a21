"""The tables of a world, as migrations that each database runs once, in order.

Times are Unix seconds UTC: messages' by the phone's clock, jobs' by the computer's. `messages.id` is the id of the
arrival event, so one sequence orders messages, status changes and calls. A held message (SendAt, a delaying fault)
has a negative id until it arrives. Types and words are those of `engine.protocol`; the full-text tables are in
`search_index`.
"""

from mocksms.store import search_index
from mocksms.store.engine import Migration, Migrations, Only

_INBOX: tuple[str | Only, ...] = (
    """CREATE TABLE events (
        id SERIAL_ID,
        at DOUBLE PRECISION NOT NULL, kind TEXT NOT NULL, message BIGINT NOT NULL, detail TEXT NOT NULL
    )""",
    # SQLite stores rows in the order of an INTEGER key only; a world sees fewer than 2³¹ events.
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY, sid TEXT NOT NULL,
        channel TEXT NOT NULL, wire TEXT NOT NULL, direction TEXT NOT NULL, account TEXT NOT NULL,
        sender TEXT NOT NULL, recipient TEXT NOT NULL, handset TEXT NOT NULL, peer TEXT NOT NULL,
        subject TEXT NOT NULL, body TEXT NOT NULL, html TEXT NOT NULL, code TEXT, links TEXT NOT NULL,
        status TEXT NOT NULL, error_code INTEGER, segments INTEGER NOT NULL,
        created_at DOUBLE PRECISION NOT NULL, received_at DOUBLE PRECISION NOT NULL,
        updated_at DOUBLE PRECISION NOT NULL, due_at DOUBLE PRECISION, read_at DOUBLE PRECISION,
        history TEXT NOT NULL, details TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX messages_sid ON messages (sid)",
    "CREATE INDEX messages_recipient ON messages (recipient, id)",
    "CREATE INDEX messages_recipient_channel ON messages (recipient, channel, id)",
    "CREATE INDEX messages_sender ON messages (sender, id)",
    "CREATE INDEX messages_thread ON messages (handset, peer, channel, id)",
    "CREATE INDEX messages_channel ON messages (channel, id)",
    "CREATE INDEX messages_created ON messages (created_at, sid)",
    "CREATE INDEX messages_code ON messages (recipient, id) WHERE code IS NOT NULL",
    "CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL",
    "CREATE TABLE raws (sid TEXT PRIMARY KEY, source BYTES NOT NULL)",
    """CREATE TABLE handsets (
        address TEXT PRIMARY KEY, kind TEXT NOT NULL, first_at DOUBLE PRECISION NOT NULL,
        last BIGINT NOT NULL, unread INTEGER NOT NULL, total INTEGER NOT NULL
    )""",
    "CREATE INDEX handsets_last ON handsets (last)",
    """CREATE TABLE threads (
        handset TEXT NOT NULL, peer TEXT NOT NULL, channel TEXT NOT NULL,
        last BIGINT NOT NULL, unread INTEGER NOT NULL, total INTEGER NOT NULL, read_upto BIGINT NOT NULL DEFAULT 0,
        PRIMARY KEY (handset, peer, channel)
    )""",
    "CREATE INDEX threads_last ON threads (handset, channel, last)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE authenticators (
        id SERIAL_ID, handset TEXT NOT NULL, issuer TEXT NOT NULL, name TEXT NOT NULL,
        secret TEXT NOT NULL, digits INTEGER NOT NULL, period INTEGER NOT NULL, algorithm TEXT NOT NULL,
        added_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX authenticators_handset ON authenticators (handset, id)",
    """CREATE TABLE faults (
        id SERIAL_ID, rule TEXT NOT NULL, times_left INTEGER, used INTEGER NOT NULL DEFAULT 0
    )""",
    *search_index.WORDS_AND_TAGS,
)

_VERIFICATIONS = (
    """CREATE TABLE verifications (
        sid TEXT PRIMARY KEY, service TEXT NOT NULL, account TEXT NOT NULL, recipient TEXT NOT NULL,
        channel TEXT NOT NULL, code TEXT NOT NULL, status TEXT NOT NULL, wrong INTEGER NOT NULL,
        sends TEXT NOT NULL, created_at DOUBLE PRECISION NOT NULL, updated_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX verifications_recipient ON verifications (service, recipient, created_at)",
)

# For a sender's list by date and for messages under way; words are found by their first character.
_QUICK_LISTS: tuple[str | Only, ...] = (
    "DROP INDEX messages_created",
    "CREATE INDEX messages_created ON messages (channel, created_at)",
    "CREATE INDEX messages_under_way ON messages (channel, id)"
    " WHERE status IN ('queued', 'ringing', 'in-progress')",
    *search_index.WITH_FIRST_CHARACTERS,
)

# For calls of a rare status. It holds calls only, so an SMS costs nothing extra.
_CALLS_BY_STATUS = (
    "CREATE INDEX messages_calls_status ON messages (channel, status, id) WHERE channel = 'call'",
)

# Opt-outs: "number:sender".
_STOPS = (
    "CREATE TABLE stops (pair TEXT PRIMARY KEY)",
    "INSERT INTO stops (pair) SELECT substr(name, 6) FROM settings WHERE name LIKE 'stop:%' AND value = '1'",
    "DELETE FROM settings WHERE name LIKE 'stop:%'",
)

# Jobs for apps, and the tokens that sign them.
_JOBS = (
    """CREATE TABLE jobs (
        id SERIAL_ID, kind TEXT NOT NULL, line TEXT NOT NULL, due_at DOUBLE PRECISION NOT NULL,
        tries INTEGER NOT NULL, content TEXT NOT NULL
    )""",
    "CREATE INDEX jobs_line ON jobs (line, id)",
    "CREATE INDEX jobs_due ON jobs (due_at)",
    "CREATE TABLE tokens (account TEXT PRIMARY KEY, token TEXT NOT NULL)",
)

# Leased addresses; only the default world's rows count.
_LEASES = (
    """CREATE TABLE leases (
        id SERIAL_ID, address TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, country TEXT NOT NULL,
        world TEXT NOT NULL, place TEXT NOT NULL, made_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX leases_place ON leases (place)",
)

# Senders' requests to the providers, with the answers.
_REQUESTS = (
    """CREATE TABLE requests (
        id SERIAL_ID, at DOUBLE PRECISION NOT NULL, wire TEXT NOT NULL, chosen_by TEXT NOT NULL,
        method TEXT NOT NULL, path TEXT NOT NULL, recipient TEXT NOT NULL, status INTEGER NOT NULL,
        is_accepted INTEGER NOT NULL, reason TEXT NOT NULL, sid TEXT NOT NULL, headers TEXT NOT NULL,
        body TEXT NOT NULL, answer TEXT NOT NULL
    )""",
)

# What apps create at a provider besides messages.
_RESOURCES = (
    """CREATE TABLE resources (
        id SERIAL_ID, sid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, parent TEXT NOT NULL, account TEXT NOT NULL,
        content TEXT NOT NULL, created_at DOUBLE PRECISION NOT NULL, updated_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX resources_parent ON resources (parent, kind, id)",
)

# The time step of the code that a test was given last.
_GIVEN_CODES = ("ALTER TABLE authenticators ADD COLUMN given INTEGER NOT NULL DEFAULT -1",)

MIGRATIONS = Migrations(
    "mocksms",
    (
        Migration("m001_inbox", _INBOX),
        Migration("m002_verifications", _VERIFICATIONS),
        Migration("m003_quick_lists", _QUICK_LISTS),
        Migration("m004_calls_by_status", _CALLS_BY_STATUS),
        Migration("m005_vocabulary", search_index.VOCABULARY),
        Migration("m006_stops", _STOPS),
        Migration("m007_jobs", _JOBS),
        Migration("m008_leases", _LEASES),
        Migration("m009_requests", _REQUESTS),
        Migration("m010_resources", _RESOURCES),
        Migration("m011_given_codes", _GIVEN_CODES),
    ),
)
