"""Sessions of the music app, separate from the shop's.

The app is another device, so it has another cookie with its session's token. The shop's sign-in and sign-out never
touch it. A token of one app opens nothing in the other.
"""

from __future__ import annotations

from flask import Response, g, request

from webapp.flows import sign_in
from webapp.pages.framework.cookies import delete_cookie, read_cookie, set_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import remember_browser, visitor
from webapp.rules.links import token_hash
from webapp.store import sessions
from webapp.store.accounts import Account
from webapp.store.sessions import Session

APP = "music"
COOKIE = "music"
SEEN_EVERY_SECONDS = 60


def is_music() -> bool:
    """Return whether this request is the music app's: its pages, or the sign-in's pages in its look."""
    return bool(request.blueprints) and request.blueprints[-1] in (APP, "older_device")


def listener() -> tuple[Session, Account] | None:
    """Return the music app's live session in this browser, and its account."""
    if "listener" not in g:
        g.listener = _load()
    found: tuple[Session, Account] | None = g.listener
    return found


def _load() -> tuple[Session, Account] | None:
    own = services()
    token = read_cookie(COOKIE)
    if not token:
        return None
    now = own.clock.now()
    with own.store.reading() as db:
        found = sessions.find_with_account(db, token_hash(token), now, own.config.session_idle_seconds)
    if found is None or found[0].app != APP:
        return None
    if now - found[0].seen_at >= SEEN_EVERY_SECONDS:
        with own.store.writing() as db:
            sessions.touch(db, found[0].id_hash, now)
    return found


def session_hash() -> bytes | None:
    """Return the hash of the music app's session here, or None."""
    found = listener()
    return None if found is None else found[0].id_hash


def put_session(response: Response, token: str, account: Account) -> None:
    """Set the cookie of the music app's session (HttpOnly, SameSite, and Secure under TLS; docs/promises.md#45)."""
    remember_browser(account.id)
    set_cookie(response, COOKIE, token)


def drop_session(response: Response) -> None:
    """Delete the cookie."""
    delete_cookie(response, COOKIE)


def leave(response: Response) -> None:
    """Sign the music app out. Its token is invalid at once."""
    found = listener()
    if found is not None:
        sign_in.sign_out(services(), visitor(), found[1], found[0].id_hash)
    drop_session(response)
