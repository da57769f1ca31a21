"""Addresses of the network: which mean this machine, which are in a list of networks, and what proxies add."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORWARDED = frozenset(
    {
        f"HTTP_{name}"
        for name in (
            "FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP",
            "X_CLIENT_IP", "TRUE_CLIENT_IP", "CF_CONNECTING_IP",
        )
    }
)  # fmt: skip
"""Headers that only a proxy adds: its client is elsewhere, though the proxy may be on this machine."""


def read(written: str) -> Address | None:
    """Return the IP address of a text, IPv4 also where it is mapped to IPv6; None for anything else.

    Some proxies write the client's port behind it: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
    """
    host, _, port = written.rpartition(":")
    has_port = port.isdecimal() and (host.endswith("]") or ":" not in host)
    try:
        address = ipaddress.ip_address((host if has_port else written).strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Return whether a name or address always means this machine."""
    address = read(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback


@lru_cache(maxsize=8)
def networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    """Return the networks of a setting. Raise ValueError."""
    return tuple(ipaddress.ip_network(each, strict=False) for each in written)


def is_in(written: str, allowed: Collection[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    if not allowed:
        return False
    address = read(written)
    return address is not None and any(address in network for network in allowed)
