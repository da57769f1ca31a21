"""The one-step actions of the settings page: methods, trust and signed-in devices."""

from __future__ import annotations

from webapp.challenges import enrolment
from webapp.challenges.delivery import dispatch
from webapp.errors import LastMethod, MethodSwitchedOff, UnknownMethod
from webapp.factors.registry import FACTORS, refuse_role
from webapp.rules.visitor import Visitor
from webapp.services import audit, session_revocation
from webapp.services import trust as trusting
from webapp.services.context import Services
from webapp.store import methods, sessions, trust
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.methods import Method
from webapp.store.sessions import Session
from webapp.store.trust import Trusted


def methods_of(services: Services, account: Account) -> list[Method]:
    """Return the account's methods, the preferred one first; kept ones too while two-step verification is off."""
    with services.store.reading() as db:
        return methods.of_account(db, account.id)


def get_method(services: Services, account: Account, method_id: str) -> Method:
    """Return one of the account's methods.

    Raises:
        UnknownMethod: it has no such method.
    """
    with services.store.reading() as db:
        return _owned(db, account, method_id)


def prefer(services: Services, visitor: Visitor, account: Account, method_id: str) -> Method:
    """Make a method the preferred one (優先する); the earlier one becomes a backup. The owner is emailed.

    Raises:
        UnknownMethod, MethodSwitchedOff.
        UnknownChoice: this factor may not be preferred.
    """
    with services.store.writing() as db:
        method = _owned(db, account, method_id)
        if method.disabled_at is not None:
            raise MethodSwitchedOff()
        if method.is_preferred:
            return method
        refuse_role(method.kind, is_preferred=True)
        methods.prefer(db, account.id, method.id)
        audit.record(db, visitor, account, "method.preferred", services.clock.now(), method=method.kind)
    dispatch(services)
    return method


def rename(services: Services, visitor: Visitor, account: Account, method_id: str, typed: str) -> Method:
    """Give a method a name, or none.

    Raises:
        UnknownMethod.
    """
    with services.store.writing() as db:
        method = _owned(db, account, method_id)
        methods.rename(db, account.id, method.id, enrolment.clean_name(typed))
        audit.record(db, visitor, account, "method.renamed", services.clock.now(), method=method.kind)
        return _owned(db, account, method_id)


def is_last(services: Services, account: Account, method: Method) -> bool:
    """Return whether no other method of the account takes codes."""
    with services.store.reading() as db:
        return not _others_usable(db, account, method)


def remove(services: Services, visitor: Visitor, account: Account, session: bytes, method_id: str) -> Method:
    """Remove a method (削除), all other sessions and all trust. A backup replaces a preferred method.

    Raises:
        UnknownMethod, LastMethod.
    """
    with services.store.writing() as db:
        method = _owned(db, account, method_id)
        left = _others_usable(db, account, method)
        if not left:
            raise LastMethod()
        methods.remove(db, account.id, method.id)
        if method.is_preferred:
            methods.prefer(db, account.id, left[0].id)
        session_revocation.end_everything_else(db, account.id, session)
        audit.record(db, visitor, account, "method.removed", services.clock.now(), method=method.kind)
    dispatch(services)
    return method


def trusted_of(services: Services, account: Account) -> list[Trusted]:
    """Return the browsers that need no code now, last used first."""
    with services.store.reading() as db:
        return trust.of_account(db, account.id, account.trust_epoch, services.clock.now())


def trusted_here(services: Services, account: Account, cookie: str | None) -> str | None:
    """Return the id of the trusted browser that a trust cookie names, to mark it in the list."""
    with services.store.reading() as db:
        trusted = trusting.find(db, (cookie or "").partition(":")[0])
    return trusted.id if trusted is not None and trusted.account_id == account.id else None


def devices_of(services: Services, account: Account) -> list[Session]:
    """Return where the account is signed in, last used first."""
    with services.store.reading() as db:
        return sessions.of_account(db, account.id, services.clock.now(), services.config.session_idle_seconds)


def revoke_all_trust(services: Services, visitor: Visitor, account: Account) -> int:
    """Trust no browser any longer (すべての端末でコードを要求する). Return how many there were."""
    with services.store.writing() as db:
        count = trust.revoke_all(db, account.id)
        audit.record(db, visitor, account, "trust.revoked_all", services.clock.now(), count=count)
    dispatch(services)
    return count


def revoke_trust(services: Services, visitor: Visitor, account: Account, trusted_id: str) -> bool:
    """Trust one browser no longer. Return False if it isn't there (any more)."""
    with services.store.writing() as db:
        was_there = trust.revoke(db, account.id, trusted_id)
        if was_there:
            audit.record(db, visitor, account, "trust.revoked", services.clock.now())
    return was_there


def _owned(db: Connection, account: Account, method_id: str) -> Method:
    method = methods.find(db, account.id, method_id)
    if method is None:
        raise UnknownMethod()
    return method


def _others_usable(db: Connection, account: Account, method: Method) -> list[Method]:
    """Return the methods that can replace a method: they take codes, and may be preferred if it is."""
    return [
        each
        for each in methods.of_account(db, account.id)
        if each.id != method.id
        and each.disabled_at is None
        and (FACTORS[each.kind].may_be_preferred or not method.is_preferred)
    ]
