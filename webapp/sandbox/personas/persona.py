"""The type of a demo account, for the tables of them (`personas`, `step_personas`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from webapp import paths
from webapp.pages.render import language
from webapp.rules.postal_address import PostalAddress
from webapp.sandbox.journeys.steps import LandOn, Step
from webapp.services.context import Services
from webapp.store.accounts import Account
from webapp.store.engine import Connection

PASSWORD = "Mihon-demo-1"  # noqa: S105 - printed by `make run` and in the README

ACCOUNT_PAGE: tuple[Step, ...] = (LandOn(paths.ACCOUNT),)


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo account. Its ``name`` is Japanese, and ``latin`` the same in Latin letters.

    ``state`` adds what it has beyond name and password, ``tells`` says so (a text to translate).

    ``browser`` gives what else a browser must hold to be in that state: a cookie, a passkey; ``secret`` is the key of
    its authenticator app. A browser ``begins`` signed out, signed in or freshly proven; ``journey`` leads it to the
    state. ``starts`` are the states of flows, as (kind, state), that the browser is then in or begins from. A persona
    that is not ``registered`` has no account yet.
    """

    key: str
    name: str
    latin: str
    phone: str | None
    state: Callable[[Connection, Services, Account], None] | None = None
    is_reviewer: bool = False
    tells: str = ""
    browser: Callable[[Services, str], dict[str, str]] = field(default=lambda _services, _account_id: {})
    starts: tuple[tuple[str, str], ...] = ()
    begins: Literal["signed_out", "signed_in", "proven"] = "signed_in"
    journey: tuple[Step, ...] = ACCOUNT_PAGE
    secret: str = ""
    registered: bool = True
    block: str = ""

    @property
    def title(self) -> str:
        """Return the name for a page: on an English one in Latin letters, with the account's own beside it."""
        return self.name if language() == "ja" else f"{self.latin} ({self.name})"

    @property
    def address(self) -> PostalAddress:
        """Return its address. The specimen licence, which all send to the desk, shows that of sakura."""
        block = self.block or f"3-{int((self.phone or '0')[-2:])}-1"
        return PostalAddress("100-0000", "東京都", "見本区", f"二段階町 {block}")

    @property
    def is_all_account(self) -> bool:
        """Whether the state is in the account alone: no page waits in a browser, no cookie is part of it."""
        return self.registered and self.begins == "signed_in" and self.journey == ACCOUNT_PAGE

    @property
    def password(self) -> str:
        """Return the password, which all personas share."""
        return PASSWORD

    @property
    def email(self) -> str:
        """Return its email address. The part before the @ is its account's id too: the same in every world."""
        return f"{self.key}@example.com"
