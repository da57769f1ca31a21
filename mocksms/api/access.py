"""Who may use the pages and the tester API: this machine, who logs in from the network, and no other site's page."""

import hashlib
import hmac
import math
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Request, current_app, g, request, session
from werkzeug.datastructures import WWWAuthenticate

from mocksms.config import Settings
from mocksms.errors import Problem
from mocksms.shared import basic_log_in
from mocksms.shared.guesses import Guesses, Held
from mocksms.shared.network import FORWARDED, is_in, is_loopback

REALM = "phone"
SESSION_KEY = "log_in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_ENDPOINTS = frozenset({"static", "healthz", "readyz", "handset.log_in"})


class LogInNeeded(Problem):
    """A request from the network without a log-in."""

    def __init__(self, settings: Settings) -> None:
        self.by_password = bool(settings.password)
        if self.by_password:
            super().__init__(401, "Log in", "Requests from the network need MOCKSMS_PASSWORD (HTTP Basic)")
        else:
            text = "Requests from the network need a log-in; set MOCKSMS_PASSWORD or MOCKSMS_TRUSTED_PROXIES"
            super().__init__(403, "No log-in", text)

    @property
    def challenge(self) -> str:
        """Return the header WWW-Authenticate."""
        return WWWAuthenticate("basic", {"realm": REALM, "charset": "UTF-8"}).to_header()


class TooManyGuesses(Problem):
    """A log-in of an address that sent too many wrong ones."""

    def __init__(self, seconds: float) -> None:
        self.wait = math.ceil(seconds)
        super().__init__(429, "Too many wrong log-ins", f"Wait {self.wait} seconds, then try again")


def check(asked: Request, settings: Settings, is_wire: Callable[[], bool]) -> None:
    """Refuse a request of another site's page, or of the network without a log-in.

    ``is_wire`` tells whether a provider's client sends it. Raise Problem; LogInNeeded if a log-in would help.
    """
    _require_own_page(asked, settings)
    _require_log_in(asked, settings, is_wire)


def _require_own_page(asked: Request, settings: Settings) -> None:
    """Refuse a change that another origin's page asks for. Programs send neither of the two headers."""
    if asked.method in SAFE:
        return
    origin, site = asked.headers.get("Origin"), asked.headers.get("Sec-Fetch-Site")
    if origin is None:
        is_own = site in (None, "same-origin", "none")
    else:
        is_own = _place(origin) == asked.host or origin.lower() in settings.allowed_origins
    if not is_own:
        asking = origin or "another site"
        raise Problem(
            403, "Not your page", f"A page of {asking} may change nothing; see MOCKSMS_ALLOWED_ORIGINS"
        )


def _place(origin: str) -> str | None:
    """Return host and port of an origin, None for one that is no address."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _require_log_in(asked: Request, settings: Settings, is_wire: Callable[[], bool]) -> None:
    """Raise LogInNeeded, TooManyGuesses."""
    if not _is_from_network(asked, settings) or asked.endpoint in OPEN_ENDPOINTS or is_wire():
        return
    if not (_is_by_proxy(settings) or _is_by_password(settings)):
        raise LogInNeeded(settings)


def is_testers(settings: Settings) -> bool:
    """Return whether this machine or a log-in asks: testers may see the names of worlds, and make some."""
    if "is_testers" not in g:
        g.is_testers = not _is_from_network(request, settings) or _is_logged_in(settings)
    return bool(g.is_testers)


def _is_logged_in(settings: Settings) -> bool:
    try:
        return _is_by_proxy(settings) or _is_by_password(settings)
    except TooManyGuesses:
        return False


def _is_from_network(asked: Request, settings: Settings) -> bool:
    peer = asked.remote_addr
    return (
        settings.is_on_network
        or (peer is not None and not is_loopback(peer))  # a call in this process has no peer
        or not FORWARDED.isdisjoint(asked.environ)
        or is_in(peer or "", settings.proxies)
    )


def _address(settings: Settings) -> str | None:
    """Return the address of who asks: behind a trusted proxy, what this one says."""
    told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
    address, trusted = request.remote_addr, settings.trusted_proxies
    if isinstance(trusted, int):
        return told[-min(trusted, len(told))] if told and trusted else address
    while told and is_in(address or "", trusted):
        address = told.pop()
    return address


def _is_by_proxy(settings: Settings) -> bool:
    named = request.headers.get("Remote-User", "").strip()
    return bool(named) and is_in(request.remote_addr or "", settings.proxies)


def _is_by_password(settings: Settings) -> bool:
    if not settings.password:
        return False
    if hmac.compare_digest(str(session.get(SESSION_KEY, "")), _mark(settings)):
        return True
    given = basic_log_in.read(request.headers.get("Authorization", ""))
    return given is not None and is_password(settings, given[1])


def is_password(settings: Settings, typed: str) -> bool:
    """Return whether this is MOCKSMS_PASSWORD. Raise TooManyGuesses when the address sent too many wrong ones."""
    if not settings.password:
        return False
    is_right = hmac.compare_digest(typed.encode("utf-8", "replace"), settings.password.encode())
    asking = _address(settings) if _is_from_network(request, settings) else None
    try:
        return _guesses().judge(asking, is_right)
    except Held as held:
        raise TooManyGuesses(held.seconds) from None


def _guesses() -> Guesses:
    found: Guesses = current_app.extensions["mocksms.guesses"]
    return found


def keep_log_in(settings: Settings) -> None:
    """Keep this browser logged in until it closes or the password changes."""
    session[SESSION_KEY] = _mark(settings)


def _mark(settings: Settings) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, settings.password.encode(), hashlib.sha256).hexdigest()
