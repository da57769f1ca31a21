"""What a setting's value must be. Each check raises ValueError with what is wrong."""

from __future__ import annotations

import math
import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from webapp.shared import database_url, network

# Narrower than RFC 5321 on purpose: no quoting, no comment, nothing that could be two addresses or a header.
MAIL_ADDRESS = re.compile(
    r"[^\s\x00-\x1f\x7f<>()\[\]\\,;:\"@]{1,64}@[^\s\x00-\x1f\x7f<>()\[\]\\,;:\"@]{1,255}"
)


def parts(text: str) -> tuple[str, ...]:
    """Return the parts of a comma-separated text."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def amount(value: Any) -> None:
    """Refuse a number that counts or measures nothing; other values pass."""
    if isinstance(value, int | float) and not 0 <= value < math.inf:
        raise ValueError(f"{value} must not be below 0 or infinite")


def at_least_one(value: int) -> None:
    """Refuse 0 and less."""
    if value < 1:
        raise ValueError(f"{value} must be at least 1")


def port(value: int) -> None:
    """Refuse what is no TCP port; 0 is any free one."""
    if not 0 <= value < 65536:
        raise ValueError(f"{value} must be from 0 to 65535")


def url(value: str) -> None:
    """Refuse what is no web address; it may be empty."""
    if value and not _is_address(value):
        raise ValueError(f"{value!r} must begin with http:// or https:// and a host name")


def database(value: str) -> None:
    """Refuse what is no address of a PostgreSQL database, and any where its driver is missing; it may be empty."""
    if wrong := database_url.problem(value):
        raise ValueError(f"must be {wrong}")


def language(value: str) -> None:
    """Refuse languages other than Japanese and English."""
    if value not in ("ja", "en"):
        raise ValueError(f"{value!r} must be ja or en")


def time_zone(value: str) -> None:
    """Refuse what names no time zone."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"{value!r} must be a time zone, as Asia/Tokyo") from None


def sender(value: str) -> None:
    """Refuse what mail cannot come from everywhere: no address, or one beyond ASCII (RFC 6531 servers only)."""
    address = parseaddr(value)[1]
    if not MAIL_ADDRESS.fullmatch(address) or not address.isascii():
        raise ValueError(f"{value!r} must be an address, as Mihon <no-reply@mihon.example.com>")


def networks(value: tuple[str, ...]) -> None:
    """Refuse what is no network."""
    network.networks(value)


def proxies(value: str) -> None:
    """Refuse what is neither a number nor networks."""
    if not str(value).isdecimal():
        network.networks(parts(value))


def _is_address(written: str) -> bool:
    try:
        read = urlsplit(written)
        return read.scheme in ("http", "https") and bool(read.hostname) and read.port != 0
    except ValueError:
        return False
