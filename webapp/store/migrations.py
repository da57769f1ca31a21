"""The tables, as steps that each database goes through once.

Times are Unix seconds UTC. Ids that a browser may name are random text. Secrets that a browser holds (sessions,
links, trust) are stored only as SHA-256. Types and words are those of `engine.protocol`.
"""

from __future__ import annotations

from webapp.store.engine import Migration, Migrations

# Accounts and their methods.
_ACCOUNTS_AND_FACTORS = (
    """CREATE TABLE accounts (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        email TEXT UNIQUE,
        phone TEXT UNIQUE,
        password_hash TEXT NOT NULL,
        language TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        two_step_on INTEGER NOT NULL DEFAULT 0,
        is_reviewer INTEGER NOT NULL DEFAULT 0,
        trust_epoch INTEGER NOT NULL DEFAULT 1,
        created_at DOUBLE PRECISION NOT NULL,
        CHECK (email IS NOT NULL OR phone IS NOT NULL)
    )""",
    """CREATE TABLE methods (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind TEXT NOT NULL CHECK (kind IN ('sms', 'voice', 'app')),
        number TEXT,
        secret BYTES,
        secret_mark BYTES,
        name TEXT NOT NULL DEFAULT '',
        is_preferred INTEGER NOT NULL DEFAULT 0,
        last_step INTEGER NOT NULL DEFAULT 0,
        disabled_at DOUBLE PRECISION,
        verified_at DOUBLE PRECISION NOT NULL,
        UNIQUE (account_id, number),
        UNIQUE (account_id, secret_mark),
        CHECK ((kind = 'app') = (secret IS NOT NULL)),
        CHECK ((kind = 'app') = (number IS NULL))
    )""",
    "CREATE UNIQUE INDEX methods_preferred ON methods (account_id) WHERE is_preferred = 1",
)

# Unfinished flows, sent codes, and wrong attempts.
_FLOWS_AND_CODES = (
    """CREATE TABLE flows (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
        browser BYTES NOT NULL,
        session BYTES,
        token_hash BYTES UNIQUE,
        data TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX flows_account ON flows (account_id, kind)",
    "CREATE INDEX flows_expires ON flows (expires_at)",
    """CREATE TABLE codes (
        id TEXT PRIMARY KEY,
        flow_id TEXT NOT NULL,
        purpose TEXT NOT NULL,
        account_id TEXT,
        method_id TEXT,
        channel TEXT NOT NULL,
        recipient TEXT NOT NULL,
        digest BYTES NOT NULL,
        state TEXT NOT NULL,
        tries_left INTEGER NOT NULL,
        failure TEXT,
        sent_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX codes_flow ON codes (flow_id, sent_at)",
    "CREATE INDEX codes_account ON codes (account_id, sent_at)",
    "CREATE INDEX codes_recipient ON codes (recipient, sent_at)",
    "CREATE INDEX codes_sent ON codes (sent_at)",
    """CREATE TABLE throttles (
        key TEXT PRIMARY KEY,
        count INTEGER NOT NULL,
        blocked_until DOUBLE PRECISION NOT NULL,
        updated_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX throttles_updated ON throttles (updated_at)",
)

# Sessions and trusted browsers.
_SESSIONS_AND_TRUST = (
    """CREATE TABLE sessions (
        id_hash BYTES PRIMARY KEY,
        public_id TEXT NOT NULL UNIQUE,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        browser BYTES NOT NULL,
        app TEXT NOT NULL,
        device TEXT NOT NULL,
        near TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        seen_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL,
        elevated_until DOUBLE PRECISION NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX sessions_account ON sessions (account_id, seen_at)",
    "CREATE INDEX sessions_expires ON sessions (expires_at)",
    """CREATE TABLE trusted (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        series_hash BYTES NOT NULL UNIQUE,
        token_hash BYTES NOT NULL,
        epoch INTEGER NOT NULL,
        app TEXT NOT NULL,
        device TEXT NOT NULL,
        near TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        used_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX trusted_account ON trusted (account_id, used_at)",
    "CREATE INDEX trusted_expires ON trusted (expires_at)",
)

# Events, and the notices that are due for them.
_EVENTS_AND_NOTICES = (
    """CREATE TABLE events (
        id SERIAL_ID,
        at DOUBLE PRECISION NOT NULL,
        account_id TEXT,
        kind TEXT NOT NULL,
        device TEXT NOT NULL,
        near TEXT NOT NULL,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX events_account ON events (account_id, at)",
    "CREATE INDEX events_at ON events (at)",
    """CREATE TABLE notices (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms')),
        recipient TEXT NOT NULL,
        kind TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX notices_due ON notices (due_at)",
)

# Calls that speak a code, and feedback.
_CALLS_AND_FEEDBACK = (
    "ALTER TABLE codes ADD COLUMN call_sid TEXT",
    """CREATE TABLE feedback (
        id TEXT PRIMARY KEY,
        at DOUBLE PRECISION NOT NULL,
        reason TEXT NOT NULL,
        words TEXT NOT NULL,
        language TEXT NOT NULL
    )""",
    "CREATE INDEX feedback_at ON feedback (at)",
)

# The documents of a reset, and the decisions.
# A case is a flow. The decisions outlive case and account: who decided what, when and why.
_RECOVERIES = (
    """CREATE TABLE documents (
        id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        size INTEGER NOT NULL,
        created_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX documents_case ON documents (case_id, created_at)",
    """CREATE TABLE decisions (
        id TEXT PRIMARY KEY,
        case_id TEXT NOT NULL,
        account_id TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        by_account TEXT,
        decision TEXT NOT NULL,
        reason TEXT NOT NULL
    )""",
    "CREATE INDEX decisions_case ON decisions (case_id, at)",
    "CREATE INDEX flows_kind ON flows (kind, state, created_at)",
)

# The public halves of WebAuthn credentials.
_PASSKEYS = (
    """CREATE TABLE passkeys (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        credential_id BYTES NOT NULL UNIQUE,
        public_key BYTES NOT NULL,
        sign_count BIGINT NOT NULL,
        name TEXT NOT NULL,
        is_synced INTEGER NOT NULL,
        created_at DOUBLE PRECISION NOT NULL,
        used_at DOUBLE PRECISION
    )""",
    "CREATE INDEX passkeys_account ON passkeys (account_id, created_at)",
)

# What a user had typed before a step-up, sealed.
_TYPED = ("ALTER TABLE sessions ADD COLUMN typed BYTES",)

# The sandbox: a world's settings (one row), recorded steps, and how often each thing happened.
_SANDBOX = (
    """CREATE TABLE world_settings (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        clock_offset DOUBLE PRECISION NOT NULL,
        slow_database DOUBLE PRECISION NOT NULL,
        locked_database INTEGER NOT NULL,
        last_step BIGINT NOT NULL
    )""",
    "INSERT INTO world_settings VALUES (1, 0, 0, 0, 0)",
    """CREATE TABLE steps (
        id BIGINT PRIMARY KEY,
        at DOUBLE PRECISION NOT NULL,
        walk TEXT NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        data TEXT NOT NULL
    )""",
    "CREATE INDEX steps_of_walk ON steps (walk, id)",
    """CREATE TABLE counts (
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        times INTEGER NOT NULL,
        first_at DOUBLE PRECISION NOT NULL,
        last_at DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (kind, name)
    )""",
)

# Any factor may have methods: the table knows no kinds (a CHECK can only be dropped with its table).
_ANY_FACTOR = (
    """CREATE TABLE methods_of_any_factor (
        id TEXT PRIMARY KEY,
        account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        number TEXT,
        secret BYTES,
        secret_mark BYTES,
        name TEXT NOT NULL DEFAULT '',
        is_preferred INTEGER NOT NULL DEFAULT 0,
        last_step INTEGER NOT NULL DEFAULT 0,
        disabled_at DOUBLE PRECISION,
        verified_at DOUBLE PRECISION NOT NULL,
        UNIQUE (account_id, number),
        UNIQUE (account_id, secret_mark)
    )""",
    """INSERT INTO methods_of_any_factor
           SELECT id, account_id, kind, number, secret, secret_mark, name, is_preferred, last_step, disabled_at,
                  verified_at FROM methods""",
    "DROP TABLE methods",
    "ALTER TABLE methods_of_any_factor RENAME TO methods",
    "CREATE UNIQUE INDEX methods_preferred ON methods (account_id) WHERE is_preferred = 1",
)

# All that is to leave: notices, and codes and links too, with what is secret in them sealed.
_OUTBOX = (
    """CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
        code_id TEXT,
        channel TEXT NOT NULL,
        recipient TEXT NOT NULL,
        kind TEXT NOT NULL,
        language TEXT NOT NULL,
        data TEXT NOT NULL,
        sealed BYTES,
        created_at DOUBLE PRECISION NOT NULL,
        due_at DOUBLE PRECISION NOT NULL,
        attempts INTEGER NOT NULL,
        failures INTEGER NOT NULL
    )""",
    """INSERT INTO outbox
           SELECT id, account_id, NULL, channel, recipient, kind, '', data, NULL, created_at, due_at, attempts,
                  attempts FROM notices""",
    "DROP TABLE notices",
    "CREATE INDEX outbox_due ON outbox (due_at)",
)

# The language that an account's owner chose; NULL follows the page. All accounts had one before, mostly the page's when
# they were made. The few that an operator chose (`account add --language`) look the same, so none is kept.
_CHOSEN_LANGUAGE = (
    """UPDATE outbox SET language = (SELECT language FROM accounts WHERE accounts.id = outbox.account_id)
           WHERE language = ''""",
    "ALTER TABLE accounts DROP COLUMN language",
    "ALTER TABLE accounts ADD COLUMN language TEXT",
)

# Where a code really goes, what was typed if that is another place, and how long no other code may follow.
_HELD_RECIPIENTS = (
    "ALTER TABLE codes ADD COLUMN sent_to TEXT",
    "ALTER TABLE codes ADD COLUMN named TEXT",
    "ALTER TABLE codes ADD COLUMN held_until DOUBLE PRECISION NOT NULL DEFAULT 0",
    "CREATE INDEX codes_sent_to ON codes (sent_to, held_until)",
    "CREATE INDEX codes_named ON codes (named, held_until) WHERE named IS NOT NULL",
)

# What pages tell of a typed contact is apart from what really holds a recipient; who may come next there.
_TOLD_WAITS = (
    "ALTER TABLE codes ADD COLUMN told_until DOUBLE PRECISION NOT NULL DEFAULT 0",
    "ALTER TABLE codes ADD COLUMN is_at_home INTEGER NOT NULL DEFAULT 0",
)

# A typed contact is looked up by what pages tell of it, no longer by what holds it.
_TOLD_INDEX = (
    "DROP INDEX codes_named",
    "CREATE INDEX codes_named ON codes (named, told_until) WHERE named IS NOT NULL",
)

# Whether the sandbox has set faults on the phone: pages ask it for them only then.
_PHONE_FAULTS = ("ALTER TABLE world_settings ADD COLUMN phone_faults INTEGER NOT NULL DEFAULT 0",)

# What were files before: the sealed content of documents (see `earlier_uploads`), and the pictures of recordings.
_FILES_AS_ROWS = (
    "ALTER TABLE documents ADD COLUMN sealed BYTES",
    "CREATE TABLE pictures (name TEXT PRIMARY KEY, kept_at DOUBLE PRECISION NOT NULL, content BYTES NOT NULL)",
)

# Where the owner lives, for the desk to compare with documents: the lines of a `PostalAddress`; NULL for none.
_ADDRESSES = ("ALTER TABLE accounts ADD COLUMN address TEXT",)

MIGRATIONS = Migrations(
    "site",
    (
        Migration("accounts_and_factors", _ACCOUNTS_AND_FACTORS),
        Migration("flows_and_codes", _FLOWS_AND_CODES),
        Migration("sessions_and_trust", _SESSIONS_AND_TRUST),
        Migration("events_and_notices", _EVENTS_AND_NOTICES),
        Migration("calls_and_feedback", _CALLS_AND_FEEDBACK),
        Migration("recoveries", _RECOVERIES),
        Migration("passkeys", _PASSKEYS),
        Migration("typed", _TYPED),
        Migration("sandbox", _SANDBOX),
        Migration("any_factor", _ANY_FACTOR),
        Migration("outbox", _OUTBOX),
        Migration("chosen_language", _CHOSEN_LANGUAGE),
        Migration("held_recipients", _HELD_RECIPIENTS),
        Migration("told_waits", _TOLD_WAITS),
        Migration("told_index", _TOLD_INDEX),
        Migration("phone_faults", _PHONE_FAULTS),
        Migration("files_as_rows", _FILES_AS_ROWS),
        Migration("addresses", _ADDRESSES),
    ),
)
