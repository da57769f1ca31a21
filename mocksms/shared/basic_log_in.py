"""Read who logs in by HTTP Basic (RFC 7617)."""

from __future__ import annotations

from base64 import b64decode


def read(header: str) -> tuple[str, str] | None:
    """Return user and password of an Authorization header, whatever it contains; None if it names nobody so."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return user, password
