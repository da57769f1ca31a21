"""Trusted browsers: a rotating cookie ``series:token`` that lets its owner skip the code at sign-in.

The cookie alone is nothing: the password comes first, and the row must be this account's, this app's, of the
account's present epoch and not expired (docs/promises.md#50 to #52). Each use changes the token, so a copied old value
shows itself: the series is then killed and the owner told.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from webapp.rules.links import new_token, token_hash
from webapp.rules.visitor import Visitor
from webapp.services.context import Services
from webapp.store import trust
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.trust import Trusted


@dataclass(frozen=True, slots=True)
class Honoured:
    """What a trust cookie was worth: ``cookie`` is its next value, or None when a code is to be asked.

    ``was_copied`` is True when an old value of a living series came: somebody has a copy.
    """

    cookie: str | None
    was_copied: bool = False


NOT_TRUSTED = Honoured(None)


def cookie_name(account_id: str, app: str) -> str:
    """The cookie's own part of its name: one for each account and app that a browser is trusted for."""
    return f"trust_{app}_{hashlib.sha256(account_id.encode()).hexdigest()[:12]}"


def issue(
    db: Connection, services: Services, visitor: Visitor, account: Account, app: str, now: float
) -> tuple[str, str]:
    """Trust a browser from now on; return the name's own part and the value of its first cookie."""
    series, token = new_token(), new_token()
    trust.add(
        db,
        Trusted(
            id=secrets.token_hex(8),
            account_id=account.id,
            series_hash=token_hash(series),
            token_hash=token_hash(token),
            epoch=account.trust_epoch,
            app=app,
            device=visitor.device,
            near=visitor.near,
            created_at=now,
            used_at=now,
            expires_at=now + services.config.trust_seconds,
        ),
    )
    return cookie_name(account.id, app), f"{series}:{token}"


def honour(db: Connection, cookie: str | None, account: Account, *, app: str, now: float) -> Honoured:
    """Use a trust cookie; call it inside ``store.writing()``, after the password was right."""
    series, _, token = (cookie or "").partition(":")
    if not series or not token:
        return NOT_TRUSTED
    trusted = trust.find_by_series(db, token_hash(series))
    if trusted is None or trusted.account_id != account.id or trusted.app != app:
        return NOT_TRUSTED
    if trusted.epoch != account.trust_epoch or now >= trusted.expires_at:
        return NOT_TRUSTED
    if not hmac.compare_digest(trusted.token_hash, token_hash(token)):
        trust.revoke(db, account.id, trusted.id)
        return Honoured(None, was_copied=True)
    fresh = new_token()
    trust.rotate(db, trusted, token_hash(fresh), now)
    return Honoured(f"{series}:{fresh}")


def find(db: Connection, series: str) -> Trusted | None:
    """The trusted browser that a cookie's series names; nothing is proven by it."""
    return trust.find_by_series(db, token_hash(series))
