"""The link in the email about a reset. It cancels the case it was signed for, and nothing else."""

from __future__ import annotations

from webapp.rules.links import Signer

_PURPOSE = "recovery-cancel"


def sign(signer: Signer, case_id: str, now: float) -> str:
    """Return the token that ends the link's path."""
    return signer.sign(_PURPOSE, case_id, now)


def read(signer: Signer, token: str, life_seconds: float, now: float) -> str:
    """Return the case's id. Raises LinkExpired or LinkTampered."""
    return signer.read(_PURPOSE, token, life_seconds, now)
