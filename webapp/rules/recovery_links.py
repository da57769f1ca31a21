"""The link in the mail about a reset: it cancels the case it was signed for, and does nothing else."""

from __future__ import annotations

from webapp.rules.links import Signer

PATH = "/ap/recovery/cancel/"
_PURPOSE = "recovery-cancel"


def path(signer: Signer, case_id: str, now: float) -> str:
    """The path that a link to cancel begins with the site's address and goes on with."""
    return PATH + signer.sign(_PURPOSE, case_id, now)


def read(signer: Signer, token: str, life_seconds: float, now: float) -> str:
    """The case's id. Raises LinkExpired or LinkTampered."""
    return signer.read(_PURPOSE, token, life_seconds, now)
