"""Who is asking, as far as a request tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """The facts of a request that rules and records use.

    ``browser`` is the SHA-256 of the browser's own cookie: flows belong to one. ``address`` is the peer's (behind
    trusted proxies, the one they name); ``device`` such as "Chrome, Windows"; ``near`` a place, else the address;
    ``language`` is ``ja`` or ``en``.
    """

    browser: bytes
    address: str
    device: str
    near: str
    language: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who, when and where somebody asks for access: what the approval mail and page tell."""

    name: str
    at: float
    device: str
    near: str
