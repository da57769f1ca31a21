"""The factors of the site, by kind."""

from __future__ import annotations

from webapp.errors import UnknownChoice
from webapp.factors.app import App
from webapp.factors.factor import Factor, SentFactor
from webapp.factors.phone import Sms, Voice

FACTORS: dict[str, Factor] = {each.kind: each for each in (Sms(), Voice(), App())}


def sent_factor(kind: str) -> SentFactor:
    """Return a factor whose codes are sent.

    Raises:
        UnknownChoice: there is none of this kind.
    """
    factor = FACTORS.get(kind)
    if not isinstance(factor, SentFactor):
        raise UnknownChoice()
    return factor


def refuse_role(kind: str, *, is_preferred: bool) -> None:
    """Let a factor be only what it may be.

    Raises:
        UnknownChoice: it may not be the preferred method, or no backup.
    """
    factor = FACTORS[kind]
    if not (factor.may_be_preferred if is_preferred else factor.may_be_backup):
        raise UnknownChoice()
