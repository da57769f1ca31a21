"""Who may use the tools: this machine, and who logs in from the network (docs/promises.md#94).

To all others they are 404, as if sandbox mode were off.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import current_app, request, session
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized, UnsupportedMediaType

from webapp.config import Config
from webapp.pages.framework.services import services
from webapp.shared import basic_log_in
from webapp.shared.guesses import Guesses, Held
from webapp.shared.network import FORWARDED, is_in, is_loopback, networks

CHALLENGE = WWWAuthenticate("basic", {"realm": "sandbox tools", "charset": "UTF-8"})
KEPT = "tools"
SAME_SITE = {"same-origin", "none", None}
SAFE = ("GET", "HEAD", "OPTIONS")
SIGNATURE = "X-Twilio-Signature"
"""The header of a provider's callback: an address that leads to a tool changes nothing there."""


class LogInNeeded(Unauthorized):
    """A request from the network without a log-in. It is a 403 where no password could help."""

    def __init__(self) -> None:
        super().__init__(www_authenticate=CHALLENGE if asks_password() else None)
        self.code = HTTPStatus.UNAUTHORIZED if asks_password() else HTTPStatus.FORBIDDEN


class TooManyGuesses(TooManyRequests):
    """A log-in of an address that sent too many wrong ones."""

    def __init__(self, seconds: float) -> None:
        super().__init__(retry_after=math.ceil(seconds))


def asks_password() -> bool:
    """Return whether the tools have a password."""
    return bool(services().config.tools_password)


def tools_are_there() -> bool:
    """Return whether this client may know that there are tools, and choose a world."""
    config = services().config
    if config.sandbox_allow:
        return not _is_stranger(config) and is_in(request.remote_addr or "", networks(config.sandbox_allow))
    return config.has_log_in or not _is_from_network(config)


def require_log_in() -> None:
    """Raise LogInNeeded for a request from the network that isn't logged in, or TooManyGuesses."""
    config = services().config
    if _is_from_network(config) and not (_is_by_proxy(config) or _is_by_password(config)):
        raise LogInNeeded


def may_see_names() -> bool:
    """Return whether this client may see the names of worlds: it needs the tools' log-in."""
    try:
        require_log_in()
    except (LogInNeeded, TooManyGuesses):
        return False
    return True


def require_own_page() -> None:
    """Refuse a change that another site's page or a provider's callback asks for."""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin")
    is_own = origin is None or _place(origin) == request.host
    if not is_own or request.headers.get("Sec-Fetch-Site") not in SAME_SITE or SIGNATURE in request.headers:
        raise Forbidden


def _place(origin: str) -> str | None:
    """Return host and port of an origin, None for one that is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def require_json(*others: str) -> None:
    """Refuse a body that is neither JSON nor of the types `others`. A form or `fetch` of another site sends none."""
    is_empty = not request.content_length and "Transfer-Encoding" not in request.headers
    if request.method in SAFE or (is_empty and not request.content_type):
        return
    if not request.is_json and request.mimetype not in others:
        raise UnsupportedMediaType


def _peer() -> str | None:
    """Return the address at the other end of the connection, None for a call in this process."""
    given: str | None = request.environ.get("werkzeug.proxy_fix.orig", request.environ).get("REMOTE_ADDR")
    return given


def _is_stranger(config: Config) -> bool:
    """Return whether the client's address is told by a proxy that nobody trusts."""
    is_trusted = config.proxy_count or is_in(_peer() or "", networks(config.proxies))
    return not is_trusted and not FORWARDED.isdisjoint(request.environ)


def _is_from_network(config: Config) -> bool:
    peer = _peer()
    return (
        not is_loopback(config.host)
        or (peer is not None and not is_loopback(peer))
        or not FORWARDED.isdisjoint(request.environ)
        or is_in(peer or "", networks(config.proxies))
    )


def _is_by_proxy(config: Config) -> bool:
    named = request.headers.get("Remote-User", "").strip()
    return bool(named) and is_in(_peer() or "", networks(config.proxies))


def _is_by_password(config: Config) -> bool:
    if not config.tools_password:
        return False
    if hmac.compare_digest(str(session.get(KEPT, "")), _mark(config)):
        return True
    given = basic_log_in.read(request.headers.get("Authorization", ""))
    return given is not None and is_password(given[1])


def is_password(typed: str) -> bool:
    """Return whether this is WEBAPP_TOOLS_PASSWORD.

    Raises:
        TooManyGuesses: the address sent too many wrong ones.
    """
    config = services().config
    if not config.tools_password:
        return False
    guesses: Guesses = current_app.extensions["nidankai_guesses"]
    asking = request.remote_addr if _is_from_network(config) else None
    try:
        is_right = hmac.compare_digest(typed.encode("utf-8", "replace"), config.tools_password.encode())
        return guesses.judge(asking, is_right)
    except Held as held:
        raise TooManyGuesses(held.seconds) from None


def keep_log_in() -> None:
    """Keep this browser logged in until it closes or the password changes."""
    session[KEPT] = _mark(services().config)


def _mark(config: Config) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, config.tools_password.encode(), hashlib.sha256).hexdigest()
