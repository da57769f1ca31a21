"""A client of a running site's tools, for tests in any framework: ``Mihon("http://localhost:8000", world="qa-1")``.

It controls the site; the tester's browser or HTTP client walks. The phone of the same world is read by
``mocksms.client.Phone``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx
import pyotp

from webapp import paths

DEFAULT = "default"
PATIENCE_SECONDS = 30.0
PASSWORD = "WEBAPP_TOOLS_PASSWORD"  # noqa: S105 -- the name of a variable


class MihonError(RuntimeError):
    """The site declined or is not there. The text is its own."""


@dataclass(frozen=True)
class Persona:
    """A persona that was made, and what a browser must hold to be in its state.

    ``name`` is the key (taro), ``called`` the name in the site's greeting; ``lands`` is the path where the state
    shows.
    """

    name: str
    called: str
    email: str
    phone: str | None
    password: str = field(repr=False)
    secret: str | None = field(repr=False)
    state: str
    lands: str
    world: str
    held: dict[str, str] = field(repr=False)
    starts: list[list[str]] = field(default_factory=list)
    passkey: dict[str, str] | None = field(default=None, repr=False)
    sign_in: Callable[[], dict[str, str]] | None = field(default=None, repr=False, compare=False)

    @property
    def cookies(self) -> dict[str, str]:
        """Return what a browser must hold to be in the state. A session that is no part of it is made now."""
        if not self.held and self.sign_in is not None:
            self.held.update(self.sign_in())
        return self.held

    def cookies_for(self, base_url: str) -> list[dict[str, str]]:
        """Return the cookies as Playwright's ``context.add_cookies`` takes them."""
        return [{"name": name, "value": value, "url": base_url} for name, value in self.cookies.items()]


class Clock:
    """The time of one world; the phone's follows."""

    def __init__(self, mihon: Mihon) -> None:
        self._mihon = mihon

    def advance(self, seconds: float) -> None:
        """Jump ahead; nothing sleeps."""
        self._mihon.ask("POST", "clock", {"by": seconds})

    def move_to(self, moment: datetime) -> None:
        """Jump to a time. One without a zone is read in the site's."""
        self._mihon.ask("POST", "clock", {"to": moment.isoformat()})

    def back_to_now(self) -> None:
        """Go back to real time."""
        self._mihon.ask("DELETE", "clock")

    @property
    def offset(self) -> float:
        """Return the seconds by which this world is ahead of real time."""
        return float(self._mihon.ask("GET", "clock")["offset"])

    def now(self) -> float:
        """Return Unix seconds in this world."""
        return datetime.fromisoformat(self._mihon.ask("GET", "clock")["now"]).timestamp()


class Faults:
    """The faults of one world, by the names of the page ``/sandbox/faults``."""

    def __init__(self, mihon: Mihon) -> None:
        self._mihon = mihon

    def add(self, fault: str, **more: Any) -> None:
        """Set a fault (``sms-lost``, ``gateway-down``, …), ``times`` times; None is until it is cleared."""
        self._mihon.ask("POST", "faults", {"fault": fault, **more})

    def all(self) -> list[dict[str, Any]]:
        """Return the faults that are set."""
        found: list[dict[str, Any]] = self._mihon.ask("GET", "faults")["faults"]
        return found

    def lift(self) -> None:
        """Clear all faults."""
        self._mihon.ask("DELETE", "faults")


class Mihon:
    """One world of a site in sandbox mode. Only one thread at a time may use it."""

    def __init__(
        self,
        base_url: str = "http://localhost:8000",
        world: str = DEFAULT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Choose the site and the world. ``transport`` replaces the network (`httpx.WSGITransport` of a site in this
        process).

        Raises:
            ValueError: ``world`` is empty. A reset would affect everyone's.
        """
        if not world:
            raise ValueError("the world's name is empty: is a variable unset?")
        self._login = _login(base_url)
        self.url = str(httpx.URL(base_url).copy_with(username=None, password=None)).rstrip("/")
        self.world = world
        self._transport = transport
        self._is_own = False
        self.clock = Clock(self)
        self.faults = Faults(self)

    def persona(self, name: str, *, signed_in: bool = False, language: str | None = None) -> Persona:
        """Make a persona. With ``signed_in`` the cookies are a plain session's, whatever else the state would be.

        No session is left behind: where the state needs none, it is made when ``cookies`` are first asked for.

        Raises:
            MihonError: there is no persona of this name, or a message that the state needs was not sent.
        """
        asked = {"name": name, "signed_in": signed_in, "session": False}
        made = self.ask("POST", "personas", asked | ({"language": language} if language else {}))
        return Persona(**made | {"held": made.pop("cookies")}, sign_in=lambda: self._cookies(name))

    def _cookies(self, name: str) -> dict[str, str]:
        """Sign in as a persona that was made. Return what a browser must hold."""
        kept: dict[str, str] = self.ask("POST", "personas", {"name": name, "keep": True})["cookies"]
        return kept

    def personas(self) -> list[dict[str, Any]]:
        """Return all personas."""
        found: list[dict[str, Any]] = self.ask("GET", "personas")["personas"]
        return found

    def app_code(self, secret: str) -> str:
        """Return what an authenticator app with this key shows now, by this world's clock."""
        return pyotp.TOTP(secret).at(int(self.clock.now()))

    def reset(self) -> None:
        """Reset the world: demo accounts, empty phone, real time, no faults."""
        self.ask("POST", "reset")

    def make(self) -> Self:
        """Make this world, if there is none of its name, and the phone's."""
        answer = self._send("PUT", f"worlds/{self.world}", None, DEFAULT)
        self._is_own = self._is_own or answer.status_code == httpx.codes.CREATED
        return self

    def delete(self) -> None:
        """Delete this world and the phone's. The default one can only be reset."""
        self._call("DELETE", f"worlds/{self.world}", world=DEFAULT)

    def link(self, path: str = "/") -> str:
        """Return the address of a page in this world, for a browser's first visit. Its cookie keeps the world after."""
        query = (
            "" if self.world == DEFAULT else ("&" if "?" in path else "?") + urlencode({"world": self.world})
        )
        return self.url + path + query

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the tools' API in this world (``docs/sandbox.md``). Return the JSON. Raises MihonError."""
        return self._call(method, path, body, self.world)

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, world: str = DEFAULT) -> Any:
        answer = self._send(method, path, body, world)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, body: dict[str, Any] | None, world: str) -> httpx.Response:
        # A new client for each call: no cookie of one persona may reach the next.
        with httpx.Client(
            transport=self._transport, timeout=PATIENCE_SECONDS, trust_env=False, auth=self._login
        ) as client:
            try:
                answer = client.request(
                    method, f"{self.url}{paths.API}/{path}", json=body, headers={"X-World": world}
                )
            except httpx.HTTPError as failure:
                raise MihonError(f"{self.url} does not answer: {failure}") from failure
        if answer.is_error:
            raise MihonError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer

    def __enter__(self) -> Self:
        """Make this world, and delete it after the block. One that exists already is used and kept."""
        return self.make()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_own:
            self.delete()
            self._is_own = False


def _login(address: str) -> httpx.BasicAuth | None:
    """Return the log-in of `http://user:password@host`, else WEBAPP_TOOLS_PASSWORD with any user name, else None."""
    url = httpx.URL(address)
    if url.userinfo:
        return httpx.BasicAuth(url.username, url.password)
    password = os.environ.get(PASSWORD)
    return httpx.BasicAuth("tester", password) if password else None
