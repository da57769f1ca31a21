"""What a demo account is, for the tables of them (`personas`, `step_personas`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.sandbox.personas import state_setup
from webapp.sandbox.personas.persona_session import Seat
from webapp.services.context import Services
from webapp.store.accounts import Account
from webapp.store.engine import Connection

PASSWORD = "Mihon-demo-1"  # noqa: S105 - printed by `make run` and in the README


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo account. ``state`` adds what it has beyond name and password, ``tells`` says so (a text to translate).

    ``browser`` gives what else a browser must hold to be in that state: a cookie, a passkey; ``secret`` is the key of
    its authenticator app. ``arrive`` puts a browser into the state and answers with the path where it shows.
    ``starts`` are the states of flows, as (kind, state), that somebody who is taken on is in or begins from. One that
    is not ``registered`` has no account yet.
    """

    key: str
    name: str
    phone: str | None
    state: Callable[[Connection, Services, Account], None] | None = None
    is_reviewer: bool = False
    tells: str = ""
    browser: Callable[[Services, str], dict[str, str]] = field(default=lambda _services, _account_id: {})
    starts: tuple[tuple[str, str], ...] = ()
    arrive: Callable[[Seat], str] = state_setup.signed_in
    secret: str = ""
    registered: bool = True

    @property
    def email(self) -> str:
        """Its mail address; what stands before the @ is its account's id too: the same in every world."""
        return f"{self.key}@example.com"
