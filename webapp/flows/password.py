"""Check a password: shared by all ways to sign in, with one counter of wrong attempts."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from webapp.errors import NotAPhoneNumber, WrongPassword
from webapp.rules import identifiers
from webapp.rules.visitor import Visitor
from webapp.services import audit, throttling, trust
from webapp.services.context import Services
from webapp.store import accounts, throttles
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.throttles import Throttle

CookieReader = Callable[[str], str | None]
"""Reads a cookie by the last part of its name."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was given, and the counter of earlier wrong attempts."""

    account: Account
    key: str
    guesses: int

    def forget_guesses(self, db: Connection) -> None:
        """Reset the counter after a success, in its transaction (docs/promises.md#23)."""
        if self.guesses:
            throttles.clear(db, self.key)


def prove(
    services: Services, visitor: Visitor, identifier: str, password: str, *, app: str, cookie: CookieReader
) -> Proven:
    """Check identifier and password, by one hash for any identifier (docs/promises.md#32).

    Raises:
        WrongPassword, Throttled: nothing else is disclosed.
    """
    config = services.config
    with services.store.reading() as db:
        account, key, guesses = _known(db, services, visitor, identifier, app, cookie)
    throttling.refuse_if_blocked(guesses, services.clock.now(), "password")
    is_right = services.hasher.matches(account.password_hash if account else None, password)
    # Others may have tried while this was hashed: the result is shown only if no wait runs by now.
    now = services.clock.now()
    if account is None or not is_right:
        with services.store.writing() as db:
            throttling.count_guess(
                db, key, now, config.password_free_tries, config.wait_max_seconds, "password"
            )
            audit.record(db, visitor, account, "sign_in.password_wrong", now)
        raise WrongPassword()
    with services.store.reading() as db:
        guesses = throttles.read(db, key)
    throttling.refuse_if_blocked(guesses, now, "password")
    return Proven(account, key, guesses.count)


def _known(
    db: Connection, services: Services, visitor: Visitor, typed: str, app: str, cookie: CookieReader
) -> tuple[Account | None, str, Throttle]:
    """Return the account, if any, and the keys that count wrong passwords.

    The keys hold identifier and address: a remote attacker cannot lock out the owner. A browser that was trusted has
    its own counter: its owner gets in even if others guess from the same address (docs/promises.md#24). The cookie is
    only a name here; it proves nothing.
    """
    try:
        identifier = identifiers.read(typed)
    except NotAPhoneNumber:
        key = guess_key(services, typed.strip().lower(), visitor.address)
        return None, key, throttles.read(db, key)
    key = guess_key(services, identifier.value, visitor.address)
    account, guesses = accounts.find_with_throttle(db, identifier.kind, identifier.value, key)
    series = ((account and cookie(trust.cookie_name(account.id, app))) or "").partition(":")[0]
    if account is not None and series:
        trusted = trust.find(db, series)
        if trusted is not None and trusted.account_id == account.id:
            key = guess_key(services, account.id, series)
            return account, key, throttles.read(db, key)
    return account, key, guesses


def guess_key(services: Services, who: str, where: str) -> str:
    """Return the throttle's key for attempts at ``who`` from the address ``where``."""
    counted = f"{who}|{_neighbourhood(where)}".encode()
    return "password:" + hmac.new(services.pepper, counted, hashlib.sha256).hexdigest()[:32]


def _neighbourhood(where: str) -> str:
    """Return an IPv6 address as its
    64: a visitor has at least that many (RFC 6177). Return others unchanged.
    """
    try:
        return str(ipaddress.IPv6Network((where, 64), strict=False))
    except ValueError:
        return where
