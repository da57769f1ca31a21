"""The address of a PostgreSQL database, as the setting DATABASE_URL of both apps."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlsplit

_SCHEMES = ("postgresql", "postgres")
_DRIVERS = ("psycopg", "psycopg_pool")


def problem(url: str) -> str | None:
    """Return what is wrong with an address, to follow "must be", or None. Empty means SQLite."""
    if not url:
        return None
    try:
        is_address = urlsplit(url).scheme in _SCHEMES and url.partition("://")[1] != ""
    except ValueError:
        is_address = False
    if not is_address:
        return "an address that begins with postgresql://, or empty for SQLite"
    if any(find_spec(name) is None for name in _DRIVERS):
        return "empty, or the extra postgres installed: pip install 'nidankai[postgres]'"
    return None
