"""Ids of messages as the providers make them."""

import secrets


def new_sid(prefix: str) -> str:
    """Return a new id on a wire: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)
