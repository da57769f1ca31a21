"""Message ids in the providers' form."""

import hashlib
import secrets


def new_sid(prefix: str) -> str:
    """Return a new id: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def fixed_sid(prefix: str, name: str) -> str:
    """Return the id for a name: always the same one."""
    return prefix + hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
