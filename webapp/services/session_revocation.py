"""End everything but the current session after a change of the factors, of the password, or a reset."""

from __future__ import annotations

from webapp.store import accounts, flows, sessions, trust
from webapp.store.engine import Connection


def end_everything_else(db: Connection, account_id: str, but_session: bytes | None) -> int:
    """End all other sessions, all trust and all unfinished flows of an account (docs/screens.md#endings).

    Call it in the transaction of the change. ``but_session`` is the id hash of the session that makes the change. It
    and its flows go on; None if no session does (a reset, a forgotten password). Trust is voided twice: its rows are
    deleted, and a new epoch begins, so that a copied cookie is worth nothing. Return how many sessions ended.
    """
    ended = sessions.end_others(db, account_id, but_session)
    trust.revoke_all(db, account_id)
    accounts.void_trust(db, account_id)
    flows.end_of_account(db, account_id, but_session=but_session)
    return ended
