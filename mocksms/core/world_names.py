"""Names of worlds, and the account ids by which senders choose them."""

import hashlib

DEFAULT = "default"


def account_sid(name: str) -> str:
    """Return the AccountSid by which a sender chooses the world of this name."""
    return "AC" + hashlib.md5(f"world:{name}".encode(), usedforsecurity=False).hexdigest()
