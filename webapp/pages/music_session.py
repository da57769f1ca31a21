"""Sessions of the music app and of the older device, separate from the shop's and from each other's.

Each is another device, so it has another cookie with its session's token. The shop's sign-in and sign-out never
touch it. A token of one app opens nothing in the other.
"""

from __future__ import annotations

from flask import Response, g

from webapp.flows import sign_in
from webapp.pages.framework.cookies import delete_cookie, read_cookie, set_cookie
from webapp.pages.framework.services import context, services, this_request
from webapp.pages.framework.visitor import remember_browser, visitor
from webapp.rules.links import token_hash
from webapp.store import sessions
from webapp.store.accounts import Account
from webapp.store.sessions import Session

APP = "music"
OLDER = "older"
"""The app of the older device. The cookie of each has its name."""

SEEN_EVERY_SECONDS = 60


def is_music() -> bool:
    """Return whether this request is the music app's: its pages, or the sign-in's pages in its look."""
    facts = context().g
    kept: bool | None = facts.get("is_music")
    if kept is None:
        rooms = this_request().blueprints
        kept = facts.is_music = bool(rooms) and rooms[-1] in (APP, "older_device")
    return kept


def listener(app: str = APP) -> tuple[Session, Account] | None:
    """Return the app's live session in this browser, and its account."""
    name = f"listener_{app}"
    if name not in g:
        setattr(g, name, _load(app))
    found: tuple[Session, Account] | None = getattr(g, name)
    return found


def _load(app: str) -> tuple[Session, Account] | None:
    own = services()
    token = read_cookie(app)
    if not token:
        return None
    now = own.clock.now()
    with own.store.reading() as db:
        found = sessions.find_with_account(db, token_hash(token), now, own.config.session_idle_seconds)
    if found is None or found[0].app != app:
        return None
    if now - found[0].seen_at >= SEEN_EVERY_SECONDS:
        with own.store.writing() as db:
            sessions.touch(db, found[0].id_hash, now)
    return found


def session_hash(app: str = APP) -> bytes | None:
    """Return the hash of the app's session here, or None."""
    found = listener(app)
    return None if found is None else found[0].id_hash


def put_session(response: Response, token: str, account: Account, app: str = APP) -> None:
    """Set the cookie of the app's session (HttpOnly, SameSite, and Secure under TLS; docs/promises.md#45)."""
    remember_browser(account.id)
    set_cookie(response, app, token)


def drop_session(response: Response, app: str = APP) -> None:
    """Delete the cookie."""
    delete_cookie(response, app)


def leave(response: Response, app: str = APP) -> None:
    """Sign the app out. Its token is invalid at once."""
    found = listener(app)
    if found is not None:
        sign_in.sign_out(services(), visitor(), found[1], found[0].id_hash)
    drop_session(response, app)
