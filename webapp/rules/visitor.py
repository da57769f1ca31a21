"""The facts about a visitor that a request gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """The facts of a request that rules and records use.

    ``browser`` is the SHA-256 of the browser's cookie: flows belong to one browser. ``address`` is the peer's (behind
    trusted proxies, the one they name). ``device`` is such as "Chrome, Windows"; ``near`` a place, else the address;
    ``language`` is ``ja`` or ``en``.
    """

    browser: bytes
    address: str
    device: str
    near: str
    language: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who asks for access, when and where, for the approval's email and page."""

    name: str
    at: float
    device: str
    near: str
