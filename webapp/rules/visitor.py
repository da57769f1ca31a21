"""The facts about a visitor that a request gives."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Visitor:
    """The facts of a request that rules and records use.

    ``browser`` is the SHA-256 of the browser's cookie: flows belong to one browser. ``address`` is the peer's (behind
    trusted proxies, the one they name). ``device`` is such as "Chrome, Windows"; ``near`` a place, else the address;
    ``language`` is ``ja`` or ``en``. ``read_vouchers`` reads `vouchers` from a signed cookie.
    """

    browser: bytes
    address: str
    device: str
    near: str
    language: str
    read_vouchers: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False, compare=False)

    @property
    def vouchers(self) -> tuple[str, ...]:
        """Return the accounts that signed in at this browser, by `voucher`, the latest first."""
        return self.read_vouchers()

    @property
    def sender(self) -> str:
        """Return who is counted: the account that signed in last at this browser, else the IPv4 address or IPv6 /64.

        One visitor has at least a /64 to choose from (RFC 6177). One account can sign in at any number of browsers:
        they share its count.
        """
        latest = self.vouchers[:1]
        return f"account {latest[0]}" if latest else network_of(self.address)

    def has_signed_in(self, account_id: str) -> bool:
        """Return whether this account signed in at this browser before."""
        return voucher(account_id) in self.vouchers


class Attempt(NamedTuple):
    """Who asks for access, when and where, for the approval's email and page."""

    name: str
    at: float
    device: str
    near: str


def voucher(account_id: str) -> str:
    """Return what a browser's mark tells of an account that signed in there: not its id."""
    return hashlib.sha256(account_id.encode()).hexdigest()[:16]


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """Return an IPv6 address as its /64, anything else as it is."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
