"""Show an owner what happened to the account."""

from __future__ import annotations

from webapp.services.context import Services
from webapp.store import events
from webapp.store.accounts import Account
from webapp.store.events import Event

SHOWN = 20


def recent(services: Services, account: Account, limit: int = SHOWN) -> list[Event]:
    """Return the account's newest events."""
    with services.store.reading() as db:
        return events.of_account(db, account.id, limit)
