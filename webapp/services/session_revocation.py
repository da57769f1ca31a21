"""What a change of the factors, the password or a recovery ends: everything but the session that made it."""

from __future__ import annotations

from webapp.store import accounts, flows, sessions, trust
from webapp.store.engine import Connection


def end_everything_else(db: Connection, account_id: str, but_session: bytes | None) -> int:
    """End all other sessions, all trust and all half-done flows of an account (docs/screens.md#endings).

    Call it in the transaction of the change. ``but_session`` is the id hash of the session that makes the change: it
    and its own flows go on; None where no session does (a recovery, a forgotten password). Trust is voided twice
    over: its rows go, and a new epoch begins, so that a cookie of any copy is worth nothing. How many sessions ended.
    """
    ended = sessions.end_others(db, account_id, but_session)
    trust.revoke_all(db, account_id)
    accounts.void_trust(db, account_id)
    flows.end_of_account(db, account_id, but_session=but_session)
    return ended
