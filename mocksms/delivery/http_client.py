"""Requests the phone makes itself: callbacks and TwiML, to hosts that are allowed (MOCKSMS_FETCH_HOSTS) only."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from mocksms import config
from mocksms.core.sender_app import AppRequest, SenderApp
from mocksms.core.worlds import World

TIMEOUT_SECONDS = 10.0
LARGEST_ANSWER = 1_000_000


class CannotFetch(Exception):
    """The address is not allowed or did not answer; the text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


def send(
    settings: config.Settings,
    url: str,
    fields: list[tuple[str, str]],
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Sends a form (GET puts it into the query) and gives the answer, no redirects followed. Raises
    :class:`CannotFetch`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise CannotFetch(f"{url} is no address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotFetch(f"{url} is no http address")
    if not {"*", parts.hostname, f"[{parts.hostname}]"} & settings.fetch_hosts:
        raise CannotFetch(f"{parts.hostname} is not in MOCKSMS_FETCH_HOSTS")
    body = urlencode(fields)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "mocksms",
        **(headers or {}),
    }
    if method == "GET":
        path, body = f"{path}{'&' if parts.query else '?'}{body}", ""
        del sent["Content-Type"]
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, path, body or None, sent)
        answer = connection.getresponse()
        text = answer.read(LARGEST_ANSWER).decode("utf-8", "replace")
        return Answer(answer.status, text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotFetch(f"{parts.hostname} did not answer: {error or type(error).__name__}") from error
    finally:
        connection.close()


def send_signed(world: World, app: SenderApp, request: AppRequest) -> Answer:
    """Send a request to an app with its provider's headers. Raises :class:`CannotFetch`."""
    headers = app.signed(request, world.tokens.of(request.account))
    return send(world.settings, request.url, request.fields, request.method, headers)


def absolute(base: str, url: str) -> str:
    """An address as seen from the document at `base`; one that cannot be read stays as it is written."""
    try:
        return urljoin(base, url) if base else url
    except ValueError:
        return url


def is_address(url: str) -> bool:
    """Whether this is an http address that names a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
