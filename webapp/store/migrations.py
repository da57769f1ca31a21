"""The tables, as steps that each database goes through once (sqlite-utils Migrations).

Times are REAL Unix seconds UTC; ids of things that a browser may name are random text; secrets that a
browser holds (sessions, links, trust) are kept only as SHA-256.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

MIGRATIONS = Migrations("site")


@MIGRATIONS()
def accounts_and_factors(db: Database) -> None:
    """Who there is, and by what each proves it."""
    db.execute(
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
            created_at REAL NOT NULL,
            CHECK (email IS NOT NULL OR phone IS NOT NULL)
        )"""
    )
    db.execute(
        """CREATE TABLE methods (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('sms', 'voice', 'app')),
            number TEXT,
            secret BLOB,
            secret_mark BLOB,
            name TEXT NOT NULL DEFAULT '',
            is_preferred INTEGER NOT NULL DEFAULT 0,
            last_step INTEGER NOT NULL DEFAULT 0,
            disabled_at REAL,
            verified_at REAL NOT NULL,
            UNIQUE (account_id, number),
            UNIQUE (account_id, secret_mark),
            CHECK ((kind = 'app') = (secret IS NOT NULL)),
            CHECK ((kind = 'app') = (number IS NULL))
        )"""
    )
    db.execute("CREATE UNIQUE INDEX methods_preferred ON methods (account_id) WHERE is_preferred = 1")


@MIGRATIONS()
def flows_and_codes(db: Database) -> None:
    """What is half done, the codes under way, and the wrong tries."""
    db.execute(
        """CREATE TABLE flows (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            state TEXT NOT NULL,
            account_id TEXT REFERENCES accounts (id) ON DELETE CASCADE,
            browser BLOB NOT NULL,
            session BLOB,
            token_hash BLOB UNIQUE,
            data TEXT NOT NULL,
            created_at REAL NOT NULL,
            expires_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX flows_account ON flows (account_id, kind)")
    db.execute("CREATE INDEX flows_expires ON flows (expires_at)")
    db.execute(
        """CREATE TABLE codes (
            id TEXT PRIMARY KEY,
            flow_id TEXT NOT NULL,
            purpose TEXT NOT NULL,
            account_id TEXT,
            method_id TEXT,
            channel TEXT NOT NULL,
            recipient TEXT NOT NULL,
            digest BLOB NOT NULL,
            state TEXT NOT NULL,
            tries_left INTEGER NOT NULL,
            failure TEXT,
            sent_at REAL NOT NULL,
            expires_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX codes_flow ON codes (flow_id, sent_at)")
    db.execute("CREATE INDEX codes_account ON codes (account_id, sent_at)")
    db.execute("CREATE INDEX codes_recipient ON codes (recipient, sent_at)")
    db.execute("CREATE INDEX codes_sent ON codes (sent_at)")
    db.execute(
        """CREATE TABLE throttles (
            key TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            blocked_until REAL NOT NULL,
            updated_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX throttles_updated ON throttles (updated_at)")


@MIGRATIONS()
def sessions_and_trust(db: Database) -> None:
    """Who is signed in where, and which browsers need no code."""
    db.execute(
        """CREATE TABLE sessions (
            id_hash BLOB PRIMARY KEY,
            public_id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            browser BLOB NOT NULL,
            app TEXT NOT NULL,
            device TEXT NOT NULL,
            near TEXT NOT NULL,
            created_at REAL NOT NULL,
            seen_at REAL NOT NULL,
            expires_at REAL NOT NULL,
            elevated_until REAL NOT NULL DEFAULT 0
        )"""
    )
    db.execute("CREATE INDEX sessions_account ON sessions (account_id, seen_at)")
    db.execute("CREATE INDEX sessions_expires ON sessions (expires_at)")
    db.execute(
        """CREATE TABLE trusted (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            series_hash BLOB NOT NULL UNIQUE,
            token_hash BLOB NOT NULL,
            epoch INTEGER NOT NULL,
            app TEXT NOT NULL,
            device TEXT NOT NULL,
            near TEXT NOT NULL,
            created_at REAL NOT NULL,
            used_at REAL NOT NULL,
            expires_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX trusted_account ON trusted (account_id, used_at)")
    db.execute("CREATE INDEX trusted_expires ON trusted (expires_at)")


@MIGRATIONS()
def events_and_notices(db: Database) -> None:
    """What happened, and the mails that are owed for it."""
    db.execute(
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            account_id TEXT,
            kind TEXT NOT NULL,
            device TEXT NOT NULL,
            near TEXT NOT NULL,
            data TEXT NOT NULL
        )"""
    )
    db.execute("CREATE INDEX events_account ON events (account_id, at)")
    db.execute("CREATE INDEX events_at ON events (at)")
    db.execute(
        """CREATE TABLE notices (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            channel TEXT NOT NULL CHECK (channel IN ('mail', 'sms')),
            recipient TEXT NOT NULL,
            kind TEXT NOT NULL,
            data TEXT NOT NULL,
            created_at REAL NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX notices_due ON notices (due_at)")


@MIGRATIONS()
def calls_and_feedback(db: Database) -> None:
    """Which call speaks a code, and why people turn two-step verification off."""
    db.execute("ALTER TABLE codes ADD COLUMN call_sid TEXT")
    db.execute(
        """CREATE TABLE feedback (
            id TEXT PRIMARY KEY,
            at REAL NOT NULL,
            reason TEXT NOT NULL,
            words TEXT NOT NULL,
            language TEXT NOT NULL
        )"""
    )
    db.execute("CREATE INDEX feedback_at ON feedback (at)")


@MIGRATIONS()
def recoveries(db: Database) -> None:
    """The papers of a reset (their bytes lie sealed in the uploads folder) and what was decided about it.

    A case itself is a flow. The log outlives case and account: who decided what, when and why.
    """
    db.execute(
        """CREATE TABLE documents (
            id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL REFERENCES flows (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            size INTEGER NOT NULL,
            created_at REAL NOT NULL
        )"""
    )
    db.execute("CREATE INDEX documents_case ON documents (case_id, created_at)")
    db.execute(
        """CREATE TABLE decisions (
            id TEXT PRIMARY KEY,
            case_id TEXT NOT NULL,
            account_id TEXT NOT NULL,
            at REAL NOT NULL,
            by_account TEXT,
            decision TEXT NOT NULL,
            reason TEXT NOT NULL
        )"""
    )
    db.execute("CREATE INDEX decisions_case ON decisions (case_id, at)")
    db.execute("CREATE INDEX flows_kind ON flows (kind, state, created_at)")


@MIGRATIONS()
def passkeys(db: Database) -> None:
    """The public halves of WebAuthn credentials."""
    db.execute(
        """CREATE TABLE passkeys (
            id TEXT PRIMARY KEY,
            account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
            credential_id BLOB NOT NULL UNIQUE,
            public_key BLOB NOT NULL,
            sign_count INTEGER NOT NULL,
            name TEXT NOT NULL,
            is_synced INTEGER NOT NULL,
            created_at REAL NOT NULL,
            used_at REAL
        )"""
    )
    db.execute("CREATE INDEX passkeys_account ON passkeys (account_id, created_at)")


@MIGRATIONS()
def typed(db: Database) -> None:
    """What a signed-in person had typed when a fresh proof was asked for in between, sealed."""
    db.execute("ALTER TABLE sessions ADD COLUMN typed BLOB")
