"""Types of settings: each function parses the text of a setting.

The second argument is the region for numbers. An invalid value raises ValueError, whose text says what the value must
be.
"""

import math
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from mocksms.shared import database_url, network

MOST_BYTES = 2_000_000_000
Parse = Callable[[str, str], Any]


def text(value: str, _region: str = "") -> str:
    """Accept any text."""
    return value


def whole(low: int, high: int = 10**9) -> Parse:
    """Return the parser of a whole number within bounds."""

    def parse(value: str, _region: str) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", value) or not low <= int(value) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return parse


def decimal(low: float, high: float = 1e9) -> Parse:
    """Return the parser of a number within bounds."""

    def parse(value: str, _region: str) -> float:
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if not low <= found <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return found

    return parse


def switch(value: str, _region: str) -> bool:
    """Parse 1 or 0; the words of earlier versions are accepted too."""
    switches = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    if value.lower() not in switches:
        raise ValueError("1 or 0")
    return switches[value.lower()]


def _parts(value: str, divider: str = ",") -> list[str]:
    return [part.strip() for part in value.split(divider) if part.strip()]


def host(value: str, _region: str = "") -> str:
    """Parse a host name or address, without a port."""
    if not re.fullmatch(r"[\w.-]+|\[?[0-9a-fA-F:.]+\]?", value):
        raise ValueError("a host name or address")
    return value


def hosts(value: str, _region: str) -> frozenset[str]:
    """Parse comma-separated host names, each with an optional port; * matches any."""
    for part in _parts(value):
        if part != "*":
            try:
                host(re.sub(r":\d{1,5}\Z", "", part) if part.count(":") == 1 or "]:" in part else part)
            except ValueError:
                raise ValueError(f"host names, comma-separated; {part!r} is none") from None
    return frozenset(part.lower() for part in _parts(value))


def origins(value: str, _region: str) -> frozenset[str]:
    """Parse comma-separated origins, such as http://localhost:3000."""
    for part in _parts(value):
        if not re.fullmatch(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?", part):
            raise ValueError(f"origins such as http://localhost:3000, comma-separated; {part!r} is none")
    return frozenset(part.lower() for part in _parts(value))


def networks(value: str, _region: str) -> tuple[network.Network, ...]:
    """Parse comma-separated addresses and networks, such as 10.0.0.0/8."""
    try:
        return network.networks(tuple(_parts(value)))
    except ValueError:
        raise ValueError("addresses or networks, comma-separated, such as 10.0.0.0/8") from None


def proxies(value: str, region: str) -> int | tuple[network.Network, ...]:
    """Parse the number of proxies in front, or their addresses and networks."""
    return int(value) if value.isascii() and value.isdigit() else networks(value, region)


def sources(value: str, _region: str) -> str:
    """Parse the sources of a Content-Security-Policy directive."""
    if not re.fullmatch(r"[^;,\x00-\x1f]*", value):
        raise ValueError("CSP sources divided by spaces, without ; and ,")
    return value


def web_address(value: str, _region: str) -> str:
    """Parse an http address; empty means none."""
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # its own text does not fit into ours
        is_address = False
    if value and not is_address:
        raise ValueError("an http or https address, or empty")
    return value


def database(value: str, _region: str = "") -> str:
    """Parse the address of a PostgreSQL database; empty means SQLite."""
    if wrong := database_url.problem(value):
        raise ValueError(wrong)
    return value


def credentials(shape: str) -> Parse:
    """Return the parser of comma-separated pairs such as sid:token."""

    def parse(value: str, _region: str) -> Mapping[str, str]:
        pairs = [part.split(":", 1) for part in _parts(value)]
        if any(len(pair) != 2 or not all(pair) for pair in pairs):
            raise ValueError(f"pairs {shape}, comma-separated")
        return MappingProxyType(dict(pairs))

    return parse


def country(value: str, _region: str) -> str:
    """Parse the code of a country."""
    from mocksms.core import phone_numbers  # the client's command is installed without phonenumbers

    if not phone_numbers.is_region(value.upper()):
        raise ValueError("a country's code of two letters, such as JP")
    return value.upper()


def calling_codes(value: str, _region: str) -> tuple[str, ...]:
    """Parse comma-separated calling codes, with or without +."""
    codes = tuple(part.removeprefix("+") for part in _parts(value))
    if not all(re.fullmatch(r"[1-9]\d{0,6}", code) for code in codes):
        raise ValueError("calling codes, comma-separated, such as 44,7")
    return codes


def number(value: str, region: str) -> str:
    """Parse a phone number as people write it, to E.164."""
    from mocksms.core import phone_numbers  # the client's command is installed without phonenumbers

    found = phone_numbers.normalise(value, region)
    if not phone_numbers.is_e164(found):
        raise ValueError("phone numbers")
    return found


def numbers(value: str, region: str) -> frozenset[str]:
    """Parse comma-separated phone numbers."""
    return frozenset(number(part, region) for part in _parts(value))


def number_pairs(divider: str, parse: Callable[[str], str]) -> Parse:
    """Return the parser of parts ``number=value``; a number without value is allowed."""

    def pairs(value: str, region: str) -> tuple[tuple[str, str], ...]:
        found = (part.partition("=") for part in _parts(value, divider))
        return tuple((number(left, region), parse(right.strip())) for left, _equals, right in found)

    return pairs


def mailbox(value: str) -> str:
    """Parse a mailbox; empty means none."""
    from mocksms.core import phone_numbers  # the client's command is installed without phonenumbers

    found = phone_numbers.normalise(value)
    if value and not re.fullmatch(r"[^\s@]+@[^\s@]+", found):
        raise ValueError("number=mailbox, comma-separated")
    return found


def otpauth(value: str) -> str:
    """Parse the otpauth: address of an authenticator's account."""
    if not value.lower().startswith("otpauth://totp/"):
        raise ValueError("number=otpauth://totp/…, divided by spaces")
    return value
