"""A secret that an account and its device share, sealed for that account."""

from __future__ import annotations

import base64

from webapp.rules import totp
from webapp.services.context import Services


def new_secret(services: Services, account_id: str) -> str:
    """Return a new secret, sealed for a flow's data."""
    sealed = services.seal.seal(totp.new_secret().encode(), seal_context(account_id))
    return base64.b64encode(sealed).decode()


def unseal(services: Services, account_id: str, sealed: str) -> str:
    """Return the secret of a flow's data. Raise ``SealBroken``."""
    return services.seal.open(base64.b64decode(sealed), seal_context(account_id)).decode()


def seal_context(account_id: str) -> str:
    """Return the context that an account's secrets are sealed for: copied to another account, they can't be opened."""
    return f"totp:{account_id}"
