"""The authenticator app."""

from __future__ import annotations


def seal_context(account_id: str) -> str:
    """What an account's TOTP secrets are sealed for: bytes copied to another account open nothing."""
    return f"totp:{account_id}"
