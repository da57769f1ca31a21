"""The visitor of a request: the browser's cookie, its address, its device and a place nearby."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g
from flask_babel import get_locale, gettext
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.config import Config
from webapp.errors import LinkRefused
from webapp.pages.framework.cookies import read_cookie, set_cookie
from webapp.pages.framework.services import context, services, this_request
from webapp.rules import links
from webapp.rules.devices import device_label
from webapp.rules.visitor import Visitor, voucher
from webapp.shared.network import is_in, networks, read

if TYPE_CHECKING:
    import maxminddb
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE, KNOWN = "browser", "known"
MOST_VOUCHERS = 5
COOKIE_SECONDS = 400 * 86400  # as long as browsers keep one (RFC 6265bis 5.5)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def install(app: Flask) -> None:
    """Trust the configured proxies, and set each browser's cookie."""
    config: Config = app.extensions["nidankai"].config
    behind: WSGIApplication = app.wsgi_app
    if count := config.proxy_count:
        behind = _behind(behind, count, count)
    elif config.proxies:
        behind = NamedProxies(behind, config.proxies)
    app.wsgi_app = behind  # type: ignore[method-assign, assignment]
    app.after_request(_hand_out_cookie)


def _behind(app: WSGIApplication, hops: int, protocols: int = 1) -> ProxyFix:
    # x_host stays out: the Host header is checked against the allow-list as it came.
    return ProxyFix(app, x_for=hops, x_proto=protocols, x_host=0, x_port=0, x_prefix=0)


class NamedProxies:
    """Take the client's address from X-Forwarded-For as far as named proxies wrote it."""

    def __init__(self, app: WSGIApplication, proxies: tuple[str, ...]) -> None:
        self._app = app
        self._proxies = networks(proxies)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        chain = [
            environ.get("REMOTE_ADDR", ""),
            *reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")),
        ]
        passed = [is_in(each.strip(), self._proxies) for each in chain[:-1]]
        hops = passed.index(False) if False in passed else len(passed)
        return (_behind(self._app, hops) if hops else self._app)(environ, start)


def browser() -> bytes:
    """Return the SHA-256 of this browser's cookie, which finds its flows; give it the cookie if it has none."""
    return links.token_hash(_browser_token())


def visitor() -> Visitor:
    """Return the facts of this request. The first call gives the browser its cookie if it has none."""
    facts = context().g
    known: Visitor | None = facts.get("visitor")
    if known is None:
        asked, own = this_request(), browser()
        address = _written_plainly(asked.remote_addr or "")
        known = facts.visitor = Visitor(
            browser=own,
            address=address,
            device=device_label(asked.user_agent.string) or gettext("Unknown device"),
            near=near(address),
            language=get_locale().language,
            read_vouchers=partial(_vouchers, own),
        )
    return known


def remember_browser(account_id: str) -> None:
    """Mark this browser as one where the account signed in: others' guesses and requests don't hold it up."""
    own, before = voucher(account_id), visitor().vouchers
    if before[:1] != (own,):
        g.vouchers = (own, *(each for each in before if each != own))[:MOST_VOUCHERS]


def _vouchers(own_browser: bytes) -> tuple[str, ...]:
    mark = read_cookie(KNOWN)
    if mark is None:
        return ()
    own = services()
    try:
        named, *vouchers = own.signer.read(KNOWN, mark, COOKIE_SECONDS, own.clock.now()).split(" ")
    except LinkRefused:
        return ()
    return tuple(vouchers) if named == own_browser.hex() else ()


def near(address: str) -> str:
    """Return the place of an address, in the page's language, or the address if no place is known."""
    reader = _places(services().config.geoip_file)
    if reader is None:
        return address
    try:
        found = reader.get(address)
    except ValueError:  # no address at all, or IPv6 against a file of IPv4
        found = None
    return _place_name(found, str(get_locale())) or address


@lru_cache(maxsize=1024)
def _written_plainly(address: str) -> str:
    """Return the peer's address. An IPv4 address mapped to IPv6 is the same visitor."""
    return str(read(address) or "?")


def _browser_token() -> str:
    facts = context().g
    token: str | None = facts.get("browser_token") or read_cookie(COOKIE)
    if token is None or not _TOKEN.fullmatch(token):
        token = facts.new_browser_token = links.new_token()
    facts.browser_token = token
    return token


def _hand_out_cookie(response: Response) -> Response:
    facts = context().g
    token = facts.pop("new_browser_token", None)
    if token is not None:
        set_cookie(response, COOKIE, token, COOKIE_SECONDS)
    vouchers = facts.pop("vouchers", None)
    if vouchers is not None:
        own = services()
        mark = own.signer.sign(KNOWN, " ".join((visitor().browser.hex(), *vouchers)), own.clock.now())
        set_cookie(response, KNOWN, mark, COOKIE_SECONDS)
    return response


@lru_cache(maxsize=4)
def _places(path: str) -> maxminddb.Reader | None:
    if not path:
        return None
    import maxminddb  # of use only where a file is set

    return maxminddb.open_database(path)


def _place_name(found: Any, language: str) -> str:
    """Return city and prefecture (or country) of a MaxMind City record, as far as it has them."""
    if not isinstance(found, dict):
        return ""
    regions = found.get("subdivisions") or [found.get("country") or {}]
    parts = [_named(found.get("city"), language), _named(regions[0], language)]
    if language == "ja":
        return "".join(reversed([part for part in parts if part]))
    return ", ".join(part for part in parts if part)


def _named(record: Any, language: str) -> str:
    names = (record or {}).get("names") or {}
    return str(names.get(language) or names.get("en") or "")
