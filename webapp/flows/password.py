"""Proving a password: what every way in has in common, with one counter of guesses for all of them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from webapp.errors import WrongPassword
from webapp.flows.services import Services
from webapp.rules import identifiers, notices, trust
from webapp.rules import throttle as throttling
from webapp.rules.visitor import Visitor
from webapp.store import throttles
from webapp.store.accounts import Account

CookieReader = Callable[[str], str | None]
"""Reads a cookie by the own part of its name."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was given, and the counter of the guesses before it."""

    account: Account
    key: str
    guesses: int

    def forget_guesses(self, db: Database) -> None:
        """Success resets the counter (SECURITY.md 23); call it in the transaction of the success."""
        if self.guesses:
            throttles.clear(db, self.key)


def prove(
    services: Services, visitor: Visitor, identifier: str, password: str, *, app: str, cookie: CookieReader
) -> Proven:
    """Check identifier and password, by one hash whoever it is (SECURITY.md 32).

    Raises:
        WrongPassword, Throttled: nothing else is told.
    """
    now = services.clock.now()
    db = services.store.db()
    account = identifiers.find_account(db, identifier)
    key = _guess_key(services, visitor, identifier, account, app, cookie)
    guesses = throttles.read(db, key)
    throttling.refuse_if_blocked(guesses, now, "password")
    is_right = services.hasher.matches(account.password_hash if account else None, password)
    if account is None or not is_right:
        with services.store.writing() as db:
            throttling.count_wrong(
                db,
                key,
                throttles.read(db, key),
                now,
                services.config.password_free_tries,
                services.config.wait_max_seconds,
            )
            notices.record(db, visitor, account, "sign_in.password_wrong", now)
        raise WrongPassword()
    return Proven(account, key, guesses.count)


def _guess_key(
    services: Services,
    visitor: Visitor,
    identifier: str,
    account: Account | None,
    app: str,
    cookie: CookieReader,
) -> str:
    """Who is counted for wrong passwords: identifier and address, so that a stranger elsewhere locks nobody out.

    A browser that was trusted has a counter of its own: its owner gets in though others guess from the same
    address (SECURITY.md 24). The cookie is only a name here; it proves nothing.
    """
    known = cookie(trust.cookie_name(account.id, app)) if account is not None else None
    who = account.id if account is not None else identifier.strip().lower()
    series = (known or "").partition(":")[0]
    words = f"{who}|{series if series and _is_series(services, account, series) else visitor.address}"
    return "password:" + hmac.new(services.pepper, words.encode(), hashlib.sha256).hexdigest()[:32]


def _is_series(services: Services, account: Account | None, series: str) -> bool:
    trusted = trust.find(services.store.db(), series)
    return trusted is not None and account is not None and trusted.account_id == account.id
