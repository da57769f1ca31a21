"""The address of a server in messages: without its password."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict

UNREADABLE = "it can't be read as an address: write special characters of the user and the password as %XX"
_DEFAULT_PORT = "5432"


def no_connection(url: str, error: psycopg.Error) -> str:
    """Return in one line why there is no connection to a server."""
    try:
        place = server_of(url)
    except ValueError as unreadable:
        return str(unreadable)
    lines = str(error).splitlines() or [type(error).__name__]
    return f"no connection to {place}: {lines[0].rpartition(' failed: ')[2]}"


def server_of(url: str) -> str:
    """Return the host and the port of an address, or the folder of the server's socket.

    Raise ValueError for an unreadable address. Its text is never shown: a part of the password may be taken for a host.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:
        raise ValueError(UNREADABLE) from None
    ports = [port or _DEFAULT_PORT for port in parts.get("port", "").split(",")]
    if "@" in parts.get("host", "") + parts.get("dbname", "") or not all(map(str.isdecimal, ports)):
        raise ValueError(UNREADABLE)
    hosts = (parts.get("host") or parts.get("hostaddr") or "the local socket").split(",")
    ports = ports if len(ports) == len(hosts) else ports[:1] * len(hosts)
    return ", ".join(
        host if "/" in host or " " in host else f"{host}:{port}"
        for host, port in zip(hosts, ports, strict=True)
    )
