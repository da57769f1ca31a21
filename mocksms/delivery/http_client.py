"""Requests that the phone makes: callbacks and TwiML, only to MOCKSMS_FETCH_HOSTS, and never to the phone itself."""

import codecs
import http.client
import re
import socket
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlencode, urljoin, urlsplit

from mocksms import config
from mocksms.core.sender_app import AppAnswer, AppRequest, SenderApp
from mocksms.core.worlds import World
from mocksms.shared.network import is_loopback

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER = 1_000_000
MOST_REDIRECTS = 10
_AS_GET = frozenset({301, 302, 303})
_AS_BEFORE = frozenset({307, 308})
_FORM = "application/x-www-form-urlencoded"
_XML_ENCODING = re.compile(rb"""<\?xml\b[^>]{0,100}?\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class CannotFetch(Exception):
    """The address is not allowed or did not answer; the text says which."""


class _Place(NamedTuple):
    """A parsed address: its parts, and the login that it contains."""

    parts: SplitResult
    port: int | None
    authorization: str

    @property
    def url(self) -> str:
        """Return the address without login and fragment: what the server sees and what is signed."""
        return f"{self.parts.scheme}://{self.parts.netloc.rpartition('@')[2]}{self.path}"

    @property
    def path(self) -> str:
        """Return the path with its query."""
        return (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")


def send_signed(world: World, app: SenderApp, request: AppRequest) -> AppAnswer:
    """Send a request to an app with its provider's headers, follow redirects as a browser does, return the answer.

    The answer's `problem` says why there is no answer, or what is wrong with its status.
    """
    token, asked = world.tokens.of(request.account), request
    try:
        for _ in range(MOST_REDIRECTS + 1):
            place = _place(world.settings, request.url)
            signed = app.signed(replace(request, url=place.url), token)
            status, headers, body = _exchange(place, request, {**request.headers, **signed}, world.own_ports)
            location = headers.get("Location")
            if location is None or status not in _AS_GET | _AS_BEFORE:
                problem = "" if 200 <= status < 300 else f"{place.url} answered {status}"
                kind = headers.get_content_type() if "Content-Type" in headers else ""
                text = _decoded(body, headers.get_content_charset() or "")
                return AppAnswer(request.url, status, text, kind, problem)
            request = replace(
                request, url=absolute(request.url, location)
            )  # a log-in stays on its own server
            if status in _AS_GET:
                request = replace(request, method="GET", fields=[], body="", headers={})
    except CannotFetch as error:
        return AppAnswer(asked.url, problem=str(error))
    return AppAnswer(asked.url, problem=f"{place.url} redirects more than {MOST_REDIRECTS} times")


def _place(settings: config.Settings, url: str) -> _Place:
    """Parse an address. Raise :class:`CannotFetch` for an invalid or disallowed one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise CannotFetch(f"{url} is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotFetch(f"{url} is no http address")
    named = parts.hostname, f"[{parts.hostname}]"
    port = port or http.client.HTTPS_PORT if parts.scheme == "https" else port or http.client.HTTP_PORT
    if settings.fetch_hosts.isdisjoint({"*", *named, *(f"{each}:{port}" for each in named)}):
        raise CannotFetch(f"{parts.hostname}:{port} is not in MOCKSMS_FETCH_HOSTS")
    login = parts.netloc.rpartition("@")[0]
    user, _, password = login.partition(":")
    encoded = b64encode(f"{unquote(user)}:{unquote(password)}".encode("utf-8", "replace")).decode()
    return _Place(parts, port, f"Basic {encoded}" if login else "")


def _exchange(
    place: _Place, request: AppRequest, headers: Mapping[str, str], own_ports: Collection[int]
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send a form (in the query for GET). Return status, headers and body. Raise :class:`CannotFetch`.

    `own_ports` are those that this phone listens on.
    """
    parts, path, body = place.parts, place.path, request.body or urlencode(request.fields)
    sent = {"User-Agent": "mocksms", **headers}
    if place.authorization:
        sent["Authorization"] = place.authorization
    if request.method == "GET":
        path += f"{'&' if parts.query else '?'}{body}" if body else ""
        body = ""
    else:
        sent.setdefault("Content-Type", _FORM)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", place.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.connect()
        if _is_own(connection.sock, own_ports):
            raise CannotFetch(f"{place.url} is this phone itself")
        connection.request(request.method, path, body.encode() or None, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotFetch(f"{parts.hostname} did not answer: {error or type(error).__name__}") from error
    finally:
        connection.close()


def _is_own(connected: socket.socket, own_ports: Collection[int]) -> bool:
    """Return whether the other end is this phone. Names are resolved by now: none can mean another place later."""
    address, port = connected.getpeername()[:2]
    return port in own_ports and (is_loopback(address) or address == connected.getsockname()[0])


def _decoded(body: bytes, charset: str) -> str:
    """Decode a body: by its byte order mark, the charset of its headers, its XML declaration, else UTF-8."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    declared = _XML_ENCODING.match(body.lstrip())
    for name in (charset, declared[1].decode() if declared else ""):
        try:
            return body.decode(name, "replace")
        except LookupError:  # an unknown charset, or none
            continue
    return body.decode("utf-8", "replace")


def absolute(base: str, url: str) -> str:
    """Resolve an address against `base`; return an unreadable one unchanged."""
    try:
        return urljoin(base, url) if base else url
    except ValueError:
        return url


def is_address(url: str) -> bool:
    """Return True for an http address with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
