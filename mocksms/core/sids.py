"""Ids of messages as the providers make them."""

import hashlib
import secrets


def new_sid(prefix: str) -> str:
    """Return a new id on a wire: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def fixed_sid(prefix: str, name: str) -> str:
    """Return the id of what is known by a name: the same one each time."""
    return prefix + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
