"""Addresses of the network: which belong to this machine, and which to a list of networks."""

import ipaddress
from collections.abc import Collection
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def read(written: str) -> Address | None:
    """Return the IP address of a text, IPv4 also where it is mapped to IPv6; None for anything else."""
    try:
        address = ipaddress.ip_address(written.strip("[]"))
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


def is_in(written: str, networks: Collection[Network]) -> bool:
    """Return whether an address is in one of the networks."""
    address = read(written)
    return address is not None and any(address in network for network in networks)
