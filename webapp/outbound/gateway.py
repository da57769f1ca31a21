"""Send texts and calls through a gateway that speaks Twilio's API 2010-04-01 (docs/wires.md#twilio).

The same client talks to the mock phone and to the real provider. Only the base address differs.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlencode

from webapp.config import Config
from webapp.errors import GatewayFailed

if TYPE_CHECKING:
    import httpx

NEWEST = 50
"""How many messages to a number are looked at for one that may have been sent."""
_LISTS = {"sms": ("Messages.json", "messages"), "voice": ("Calls.json", "calls")}
API = "/2010-04-01/Accounts"
LARGEST_ANSWER_BYTES = 64 * 1024
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Nidankai"}
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_FAILED_AT_ONCE = frozenset({"failed", "undelivered", "canceled"})


class Gateway:
    """A gateway account. Nothing is opened before the first message. Safe to share between threads.

    Each exchange ends within ``deadline_seconds`` or raises GatewayFailed: ``down`` (no connection, connection lost,
    5xx), ``slow`` (a server that drips bytes, too), ``garbage`` (an answer outside the contract: no JSON, no sid, too
    large, a redirect), ``refused`` (with the provider's code: 21211, 21610, 21614, …).
    """

    def __init__(
        self,
        base_url: str,
        account_sid: str,
        auth_token: str,
        sender: str,
        deadline_seconds: float = 4.0,
        transport: httpx.BaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._account = account_sid
        self._auth = (account_sid, auth_token)
        self._sender = sender
        self._deadline_seconds = deadline_seconds
        self._transport = transport
        self._headers = {**_HEADERS, **(headers or {})}
        self._client: httpx.Client | None = None
        self._opening = threading.Lock()

    @classmethod
    def of(
        cls,
        config: Config,
        transport: httpx.BaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the gateway that the settings name."""
        return cls(
            config.gateway_url,
            config.gateway_account,
            config.gateway_token,
            config.gateway_sender,
            config.outbound_deadline_seconds,
            transport,
            headers,
        )

    def text(self, to_e164: str, body: str, in_doubt_since: float | None = None) -> str:
        """Send a text and return the message's sid. Raises GatewayFailed.

        One that may have been sent ``in_doubt_since`` a moment is looked for first, and not sent twice.
        """
        if in_doubt_since is not None and (sid := self.find("sms", to_e164, body, in_doubt_since)):
            return sid
        key = "MessagingServiceSid" if self._sender.startswith("MG") else "From"
        form = {"To": to_e164, key: self._sender, "Body": body}
        return self._sid(self._exchange("POST", "Messages.json", form))

    def call(self, to_e164: str, twiml: str, in_doubt_since: float | None = None) -> str:
        """Place a call that speaks ``twiml`` and return its sid, unless it was placed. Raises GatewayFailed."""
        if in_doubt_since is not None and (sid := self.find("voice", to_e164, "", in_doubt_since)):
            return sid
        form = {"To": to_e164, "From": self._sender, "Twiml": twiml}
        return self._sid(self._exchange("POST", "Calls.json", form))

    def call_status(self, sid: str) -> str:
        """Return a call's status (queued, ringing, in-progress, completed, …). Raises GatewayFailed."""
        if not _SID.fullmatch(sid):
            raise ValueError("not a call's sid")
        status = self._exchange("GET", f"Calls/{sid}.json").get("status")
        if not isinstance(status, str):
            raise GatewayFailed("garbage", None, "the call has no status")
        return status

    def find(self, channel: Literal["sms", "voice"], to_e164: str, body: str, since: float) -> str | None:
        """Return the sid of a text with this body, or of any call, that was sent since then and has not failed.
        Raises GatewayFailed.

        The provider has no key for a message, and stores no call's words.
        """
        resource, kind = _LISTS[channel]
        query = urlencode({"To": to_e164, "PageSize": NEWEST})
        found = self._exchange("GET", f"{resource}?{query}").get(kind)
        if not isinstance(found, list):
            raise GatewayFailed("garbage", None, f"the answer is no list of {kind}")
        for each in found:
            is_it = _created(each) >= int(since) and (channel == "voice" or each.get("body") == body)
            if is_it and each.get("status") not in _FAILED_AT_ONCE:
                return self._sid(each)
        return None

    def check(self) -> None:
        """Ask for the newest message, sending nothing: checks address and account. Raises GatewayFailed."""
        if not isinstance(self._exchange("GET", "Messages.json?PageSize=1").get("messages"), list):
            raise GatewayFailed("garbage", None, "the answer is no list of messages")

    def close(self) -> None:
        """Close kept connections; the next message opens new ones."""
        with self._opening:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _exchange(self, method: str, resource: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        import httpcore  # slow to load, and needed only for a message
        import httpx

        client = self._opened()
        path = f"{API}/{self._account}/{resource}"
        unsent = (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpcore.ConnectError,
            httpcore.ConnectTimeout,
            httpcore.PoolTimeout,
        )
        try:
            with self._deadline(), client.stream(method, path, data=form) as answer:
                return _read(answer.status_code, _body(answer))
        except (httpx.TimeoutException, httpcore.TimeoutException) as late:
            text = f"no answer in {self._deadline_seconds:g} s"
            raise GatewayFailed("slow", None, text, is_unsent=isinstance(late, unsent)) from late
        except (httpx.ProtocolError, httpcore.ProtocolError) as broken:
            raise GatewayFailed("garbage", None, type(broken).__name__) from broken
        except (httpx.HTTPError, httpcore.NetworkError, OSError) as lost:
            text = type(lost).__name__
            raise GatewayFailed("down", None, text, is_unsent=isinstance(lost, unsent)) from lost

    def _deadline(self) -> contextlib.AbstractContextManager[None]:
        within = getattr(self._transport, "within", None)
        if within is None:  # a test's transport: in process, no waiting
            return contextlib.nullcontext()
        deadline: contextlib.AbstractContextManager[None] = within(self._deadline_seconds)
        return deadline

    def _opened(self) -> httpx.Client:
        import httpx

        from webapp.outbound.http import DeadlineTransport  # it brings httpx with it

        with self._opening:
            if self._client is None:
                if self._transport is None:
                    self._transport = DeadlineTransport()
                self._client = httpx.Client(
                    base_url=self._base_url,
                    auth=self._auth,
                    transport=self._transport,
                    timeout=self._deadline_seconds,
                    headers=self._headers,
                    follow_redirects=False,
                    trust_env=False,
                )
            return self._client

    @staticmethod
    def _sid(answer: dict[str, Any]) -> str:
        sid = answer.get("sid")
        if not isinstance(sid, str) or not _SID.fullmatch(sid):
            raise GatewayFailed("garbage", None, "the answer has no sid")
        if answer.get("status") in _FAILED_AT_ONCE:
            raise GatewayFailed("refused", _code(answer.get("error_code")), "failed at once")
        return sid


def _body(answer: httpx.Response) -> bytes:
    """Return the answer's bytes as they came, up to a limit. Nothing is unpacked, so nothing can swell."""
    received = bytearray()
    for chunk in answer.iter_raw():
        received += chunk
        if len(received) > LARGEST_ANSWER_BYTES:
            raise GatewayFailed("garbage", None, "the answer is too large")
    return bytes(received)


def _read(status: int, body: bytes) -> dict[str, Any]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GatewayFailed("down", None, f"HTTP {status}")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise GatewayFailed("garbage", None, f"HTTP {status} without the contract's JSON")
    if status >= HTTPStatus.BAD_REQUEST:
        code = _code(answer.get("code"))
        if code is None:
            raise GatewayFailed("garbage", None, f"HTTP {status} without a code")
        raise GatewayFailed("refused", code, f"HTTP {status}, code {code}")
    if status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise GatewayFailed("garbage", None, f"HTTP {status}")
    return answer


def _code(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _created(found: Any) -> float:
    """Return when a listed message or call was made; 0 where it does not say."""
    try:
        return parsedate_to_datetime(found["date_created"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return 0.0
