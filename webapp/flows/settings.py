"""What the settings page does besides the longer flows: trust and signed-in devices."""

from __future__ import annotations

from webapp.flows.delivery import deliver_notices
from webapp.flows.services import Services
from webapp.rules import notices
from webapp.rules.visitor import Visitor
from webapp.store import methods, sessions, trust
from webapp.store.accounts import Account
from webapp.store.methods import Method
from webapp.store.sessions import Session
from webapp.store.trust import Trusted


def methods_of(services: Services, account: Account) -> list[Method]:
    """The account's methods, the preferred one first; kept ones too while two-step verification is off."""
    return methods.of_account(services.store.db(), account.id)


def trusted_of(services: Services, account: Account) -> list[Trusted]:
    """The browsers that need no code now, last used first."""
    return trust.of_account(services.store.db(), account.id, account.trust_epoch, services.clock.now())


def devices_of(services: Services, account: Account) -> list[Session]:
    """Where the account is signed in, last used first."""
    return sessions.of_account(
        services.store.db(), account.id, services.clock.now(), services.config.session_idle_seconds
    )


def revoke_all_trust(services: Services, visitor: Visitor, account: Account) -> int:
    """すべての端末でコードを要求する: trust no browser any longer; how many there were."""
    with services.store.writing() as db:
        count = trust.revoke_all(db, account.id)
        notices.record(db, visitor, account, "trust.revoked_all", services.clock.now(), count=count)
    deliver_notices(services)
    return count


def revoke_trust(services: Services, visitor: Visitor, account: Account, trusted_id: str) -> bool:
    """Trust one browser no longer; False when it is not (or no longer) there."""
    with services.store.writing() as db:
        was_there = trust.revoke(db, account.id, trusted_id)
        if was_there:
            notices.record(db, visitor, account, "trust.revoked", services.clock.now())
    return was_there
