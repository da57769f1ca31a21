"""Open and elevate sessions: the browser holds a random token, the store its hash."""

from __future__ import annotations

import secrets

from webapp.errors import StaleFlow
from webapp.rules.links import new_token, token_hash
from webapp.rules.visitor import Visitor
from webapp.store import sessions
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.sessions import Session


def open_session(
    db: Connection, account: Account, visitor: Visitor, *, app: str, now: float, life_seconds: int
) -> str:
    """Sign a browser in. Return the token for its cookie (192 bits, docs/promises.md#44).

    ``account`` is the account at the time of its owner's proof: a change of password or factors since then ends all
    sessions, and refuses this one too (docs/promises.md#48).

    Raises:
        StaleFlow: there was such a change.
    """
    token = new_token()
    is_open = sessions.add(
        db,
        Session(
            id_hash=token_hash(token),
            public_id=secrets.token_hex(8),
            account_id=account.id,
            browser=visitor.browser,
            app=app,
            device=visitor.device,
            near=visitor.near,
            created_at=now,
            seen_at=now,
            expires_at=now + life_seconds,
            elevated_until=0.0,
        ),
        account.trust_epoch,
    )
    if not is_open:
        raise StaleFlow("password or factors have changed since")
    return token


def elevate(db: Connection, session_hash: bytes, until: float) -> str | None:
    """Elevate a session until ``until`` under a new token; the old one is invalid (docs/promises.md#43).

    Return None if the session has ended meanwhile.
    """
    token = new_token()
    return token if sessions.elevate(db, session_hash, token_hash(token), until) else None
