"""Trusted browsers: a rotating cookie ``series:token`` that skips the code at sign-in.

The cookie alone opens nothing: the password comes first, and the row must be this account's, this app's, of the
account's current epoch and not expired (docs/promises.md#50 to #52). Each use changes the token. An old token shows a
copy: then the series is revoked and the owner notified.

The next token follows from the last one and the site's key. So a browser that missed an answer, or asked twice, gets
the current token again for `GRACE_SECONDS` (docs/promises.md#89).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import NamedTuple

from webapp.rules.links import TOKEN_BYTES, new_token, token_hash
from webapp.rules.visitor import Visitor
from webapp.services.context import Services
from webapp.store import trust
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.trust import Trusted

GRACE_SECONDS = 60
"""How long the last token of a series stays valid after its use."""


class Honoured(NamedTuple):
    """The result of a trust cookie: ``cookie`` is its next value, or None if a code is needed.

    ``was_copied`` is True if an old value of a live series came: there is a copy.
    """

    cookie: str | None
    was_copied: bool = False


NOT_TRUSTED = Honoured(None)


def cookie_name(account_id: str, app: str) -> str:
    """Return the last part of the cookie's name: one for each account and app that a browser is trusted for."""
    return f"trust_{app}_{hashlib.sha256(account_id.encode()).hexdigest()[:12]}"


def issue(
    db: Connection, services: Services, visitor: Visitor, account: Account, app: str, now: float
) -> tuple[str, str]:
    """Trust a browser from now on. Return the last part of the cookie's name, and its first value."""
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


def honour(
    db: Connection, services: Services, cookie: str | None, account: Account, *, app: str, now: float
) -> Honoured:
    """Use a trust cookie. Call it inside ``store.writing()``, after the right password."""
    series, _, token = (cookie or "").partition(":")
    if not series or not token:
        return NOT_TRUSTED
    trusted = trust.find_by_series(db, token_hash(series))
    if trusted is None or trusted.account_id != account.id or trusted.app != app:
        return NOT_TRUSTED
    if trusted.epoch != account.trust_epoch or now >= trusted.expires_at:
        return NOT_TRUSTED
    following = _next_token(services, series, token)
    if hmac.compare_digest(trusted.token_hash, token_hash(token)):
        trust.rotate(db, trusted, token_hash(following), now)
    elif now >= trusted.used_at + GRACE_SECONDS or not hmac.compare_digest(
        trusted.token_hash, token_hash(following)
    ):
        trust.revoke(db, account.id, trusted.id)
        return Honoured(None, was_copied=True)
    return Honoured(f"{series}:{following}")


def _next_token(services: Services, series: str, token: str) -> str:
    """Return the token that follows ``token``. Only the site can work it out."""
    digest = hmac.digest(services.pepper, f"trust:{series}:{token}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def find(db: Connection, series: str) -> Trusted | None:
    """Return the trusted browser of a cookie's series. It proves nothing."""
    return trust.find_by_series(db, token_hash(series))
