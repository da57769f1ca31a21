"""The phone's testers' API, for the tools: its clock, its faults, its messages, per world."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from webapp.sandbox import world_middleware
from webapp.sandbox.worlds import HEADER

if TYPE_CHECKING:
    import httpx

DEADLINE_SECONDS = 4.0
API = "/api/v1/"
HANDSETS = "/handsets/"


class PhoneUnreachable(Exception):
    """The phone does not answer, or the gateway is another one without such an API. The text names its address."""


class PhoneRefused(Exception):
    """The phone declined; the text is its own."""


def _login(url: SplitResult) -> tuple[str, str] | None:
    """Return the log-in that the address holds, else MOCKSMS_PASSWORD with any user name, else None."""
    if url.username or url.password:
        return unquote(url.username or ""), unquote(url.password or "")
    password = os.environ.get("MOCKSMS_PASSWORD")
    return ("mocksms", password) if password else None


class Phone:
    """One world of the phone at ``url``."""

    def __init__(self, url: str, world: str, transport: httpx.BaseTransport | None = None) -> None:
        parts = urlsplit(url)
        self._url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
        self._login = _login(parts)
        self._world = world
        self._transport = transport

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the phone's API below ``/api/v1/``. Return the JSON; None if the answer is empty.

        Raises:
            PhoneUnreachable, PhoneRefused.
        """
        import httpx  # slow to load, and needed only for a tool

        try:
            with httpx.Client(
                transport=self._transport,
                timeout=DEADLINE_SECONDS,
                trust_env=False,
                auth=self._login,
                verify=self._url.startswith("https:"),  # loading the certificates takes 30 ms
            ) as client:
                at, headers = self._url + API, {HEADER: self._world}
                answer = client.request(method, at + path, json=body, params=query, headers=headers)
                if answer.status_code == HTTPStatus.NOT_FOUND and not path.startswith("worlds"):
                    # it may lack this world: it was down when the site's was made
                    client.put(f"{at}worlds/{self._world}", headers=headers)
                    answer = client.request(method, at + path, json=body, params=query, headers=headers)
            told = (
                answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else None
            )
        except (httpx.HTTPError, ValueError) as failure:
            raise PhoneUnreachable(f"{self._url}: {type(failure).__name__}") from failure
        if answer.is_success:
            return told
        if isinstance(told, dict) and "detail" in told:
            raise PhoneRefused(str(told["detail"]))
        raise PhoneUnreachable(f"{self._url}: HTTP {answer.status_code}")


def phone(world: str | None = None) -> Phone:
    """Return the phone of this request's world, or of another one."""
    url = world_middleware.world().services.config.gateway_url
    return Phone(url, world or world_middleware.world().name, current_app.extensions["nidankai_phone_wire"])
