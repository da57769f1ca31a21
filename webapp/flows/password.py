"""Check a password: shared by all ways to sign in, with one counter of wrong attempts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple

from webapp.errors import NotAPhoneNumber, SenderThrottled, WrongPassword
from webapp.rules import identifiers
from webapp.rules.identifiers import Identifier
from webapp.rules.visitor import Visitor, network_of
from webapp.services import audit, throttling, trust
from webapp.services.context import Services
from webapp.store import accounts, methods, throttles
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.methods import Method
from webapp.store.throttles import Throttle

CookieReader = Callable[[str], str | None]
"""Reads a cookie by the last part of its name."""


class Proven(NamedTuple):
    """An account whose password was given, and the keys of the counters of wrong ones: its own, and its sender's."""

    account: Account
    key: str
    sender_key: str

    def accept(self, db: Connection, now: float) -> list[Method]:
        """Begin the transaction that follows the right password. Return the account's methods.

        Others may have tried while the password was hashed: nothing is shown if a wait runs by now. Else the counter
        is reset (docs/promises.md#23).

        Raises:
            Throttled.
        """
        keys = (self.key, self.sender_key)
        owned, counted = methods.of_account_with_throttles(db, self.account.id, keys)
        _refuse_if_blocked(counted[self.key], counted[self.sender_key], now)
        if counted[self.key].count:
            throttles.clear(db, self.key)
        return owned


def prove(
    services: Services, visitor: Visitor, identifier: str, password: str, *, app: str, cookie: CookieReader
) -> Proven:
    """Check identifier and password, by one hash for any identifier (docs/promises.md#32).

    Tell nobody that the password was right before `Proven.accept`.

    Raises:
        WrongPassword, Throttled: nothing else is disclosed.
    """
    config = services.config
    with services.store.reading() as db:
        asked = _known(db, services, visitor, identifier, app, cookie)
    account, key = asked.account, asked.key
    _refuse_if_blocked(asked.guesses, asked.of_sender, services.clock.now())
    is_right = services.hasher.matches(account.password_hash if account else None, password)
    if account is None or not is_right:
        now = services.clock.now()
        with services.store.writing() as db:
            throttling.count_guess(
                db, key, now, config.password_free_tries, config.wait_max_seconds, "password"
            )
            _count_for_sender(db, services, asked.sender_key, now)
            audit.record(db, visitor, account, "sign_in.password_wrong", now)
        raise WrongPassword()
    proven = Proven(account, key, asked.sender_key)
    if services.hasher.needs_rehash(account.password_hash):
        with services.store.writing() as db:  # a refusal must not take the time of another hash
            proven.accept(db, services.clock.now())
        return proven._replace(account=_rehash(services, account, password))
    return proven


def _rehash(services: Services, account: Account, password: str) -> Account:
    """Hash a correct password with the present parameters, unless it has just been changed."""
    password_hash = services.hasher.hash(password)
    with services.store.writing() as db:
        is_kept = accounts.replace_password_hash(db, account.id, account.password_hash, password_hash)
    return account._replace(password_hash=password_hash) if is_kept else account


class _Asked(NamedTuple):
    """Who is asked for, if anybody, and the two counters of wrong passwords: of the name, and of the sender."""

    account: Account | None
    key: str
    guesses: Throttle
    sender_key: str
    of_sender: Throttle


def _refuse_if_blocked(guesses: Throttle, of_sender: Throttle, now: float) -> None:
    throttling.refuse_if_blocked(guesses, now, "password")
    throttling.refuse_if_blocked(of_sender, now, "password", SenderThrottled)


def _count_for_sender(db: Connection, services: Services, key: str, now: float) -> None:
    """Count a wrong password for its sender, whatever the name was (docs/promises.md#79)."""
    config = services.config
    before = throttles.read(db, key)
    if now - before.blocked_until > config.passwords_seconds:
        before = throttles.NONE
    throttling.refuse_if_blocked(before, now, "password", SenderThrottled)
    most = config.most("passwords_per_sender")
    assert most is not None
    throttling.count_wrong(db, key, before, now, most, config.wait_max_seconds)


def _known(
    db: Connection, services: Services, visitor: Visitor, typed: str, app: str, cookie: CookieReader
) -> _Asked:
    """Return the account, if any, and the keys that count wrong passwords.

    The keys hold identifier and address: a remote attacker cannot lock out the owner. A browser that was trusted has
    its own counter: its owner gets in even if others guess from the same address (docs/promises.md#24). The cookie is
    only a name here; it proves nothing.
    """
    try:
        identifier = identifiers.read(typed)
    except NotAPhoneNumber:
        identifier = Identifier("email", typed.strip().lower())
    key = guess_key(services, identifier.value, visitor.address)
    slot = f"password:{throttling.slot_of(services.pepper, key)}"
    of_sender = sender_key(visitor.sender)
    # All three for a known name too: both take equally long.
    account, counted = accounts.find_with_throttles(
        db, identifier.kind, identifier.value, (key, slot, of_sender)
    )
    asked = _Asked(account, key, counted[key], of_sender, counted[of_sender])
    if account is None:
        return asked._replace(key=slot, guesses=counted[slot])
    series = (cookie(trust.cookie_name(account.id, app)) or "").partition(":")[0]
    if series:
        trusted = trust.find(db, series)
        if trusted is not None and trusted.account_id == account.id:
            key = guess_key(services, account.id, series)
            return asked._replace(key=key, guesses=throttles.read(db, key))
    return asked


def sender_key(sender: str) -> str:
    """Return the throttle's key for all wrong passwords of a sender."""
    return f"passwords_per_sender:{sender}"


def guess_key(services: Services, who: str, where: str) -> str:
    """Return the throttle's key for attempts at ``who`` from the address ``where``."""
    counted = f"{who}|{network_of(where)}".encode()
    return "password:" + hmac.new(services.pepper, counted, hashlib.sha256).hexdigest()[:32]
