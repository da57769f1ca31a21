"""The facts about a visitor that a request gives."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """The facts of a request that rules and records use.

    ``browser`` is the SHA-256 of the browser's cookie: flows belong to one browser. ``address`` is the peer's (behind
    trusted proxies, the one they name). ``device`` is such as "Chrome, Windows"; ``near`` a place, else the address;
    ``language`` is ``ja`` or ``en``. A browser ``is_known`` after a sign-in there, to any account.
    """

    browser: bytes
    address: str
    device: str
    near: str
    language: str
    is_known: bool = False

    @property
    def sender(self) -> str:
        """Return who is counted: a browser that signed in before by itself, else the IPv4 address or IPv6 /64.

        One visitor has at least a /64 to choose from (RFC 6177).
        """
        return f"browser {self.browser.hex()}" if self.is_known else network_of(self.address)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who asks for access, when and where, for the approval's email and page."""

    name: str
    at: float
    device: str
    near: str


def network_of(address: str) -> str:
    """Return an IPv6 address as its /64, anything else as it is."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
