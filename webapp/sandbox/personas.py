"""The demo accounts (PRODUCT.md §6): the same names, numbers, password and secrets every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlite_utils import Database

from webapp.flows.services import Services
from webapp.flows.table import BEGIN
from webapp.rules import trust
from webapp.sandbox import states
from webapp.store import accounts
from webapp.store.accounts import Account

PASSWORD = "Mihon-demo-1"  # noqa: S105 - printed by `make run` and in the README


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo account. ``state`` adds what it has beyond name and password, ``tells`` says so.

    ``browser`` gives what a browser must hold to be in that state: a cookie, a passkey. ``starts`` are the states of
    flows, as (kind, state), that somebody who is taken on is in or begins from.
    """

    key: str
    name: str
    phone: str | None
    state: Callable[[Database, Services, Account], None] | None = None
    is_reviewer: bool = False
    tells: str = ""
    browser: Callable[[Services, Account], dict[str, str]] = field(default=lambda _services, _account: {})
    starts: tuple[tuple[str, str], ...] = ()

    @property
    def email(self) -> str:
        """Its mail address, which is its account's id too: the same in every world."""
        return f"{self.key}@example.com"


def seed(services: Services, keys: tuple[str, ...] | None = None) -> list[Account]:
    """Make these personas (all of `BASIC` by default) anew, in one transaction."""
    made = []
    chosen = [PERSONAS[key] for key in keys] if keys is not None else [PERSONAS[key] for key in BASIC]
    hashes = [services.hasher.hash(PASSWORD) for _ in chosen]
    now = services.clock.now()
    with services.store.writing() as db:
        for at, (persona, password_hash) in enumerate(zip(chosen, hashes, strict=True)):
            accounts.remove(db, persona.key)
            account = accounts.add(
                db,
                now=now + at / 1000,
                name=persona.name,
                email=persona.email,
                phone=persona.phone,
                password_hash=password_hash,
                language=services.config.language,
                time_zone=services.config.time_zone,
                is_reviewer=persona.is_reviewer,
                account_id=persona.key,
            )
            if persona.state is not None:
                persona.state(db, services, account)
            made.append(accounts.get(db, account.id))
    return made


PERSONAS = {
    persona.key: persona
    for persona in (
        Persona(
            "hanako",
            "花子",
            "+819012345678",
            tells="2SV off",
            starts=(
                ("approval", BEGIN),
                ("set_up", BEGIN),
                ("account_change", BEGIN),
                ("passkey_registration", BEGIN),
            ),
        ),
        Persona(
            "taro",
            "太郎",
            "+818012345678",
            states.by_sms,
            tells="codes by SMS",
            starts=(("step_up", BEGIN), ("turn_off", BEGIN), ("method", BEGIN), ("forgot_password", BEGIN)),
        ),
        Persona(
            "jiro",
            "次郎",
            "+817012345678",
            states.by_app,
            tells="codes by app, a landline as backup",
            starts=(("step_up", BEGIN), ("method", BEGIN)),
        ),
        Persona(
            "sakura",
            "さくら",
            "+819087654321",
            states.locked_out,
            tells="phone lost, a recovery case open",
            starts=(("recovery", "received"), ("recovery_visit", "inside")),
        ),
        Persona("desk", "窓口", None, is_reviewer=True, tells="reviewer of recovery cases"),
        Persona(
            "trusted",
            "信子",
            "+819011110001",
            states.trusted,
            tells="codes by SMS, and a browser that holds the trust cookie below is not asked",
            browser=lambda services, account: {
                services.config.cookie(trust.cookie_name(account.id, "shop")): states.TRUST_COOKIE
            },
            starts=(("sign_in", BEGIN),),
        ),
        Persona(
            "throttled",
            "待子",
            "+819011110002",
            states.throttled,
            tells="12 wrong codes: a wait of 512 s runs",
            starts=(("sign_in", "code"),),
        ),
        Persona(
            "halfway",
            "途中",
            "+819011110003",
            states.half_way,
            tells="2SV off, a set-up left half-way",
            starts=(("set_up", "verify"),),
        ),
        Persona(
            "kept",
            "保",
            "+819011110004",
            states.kept,
            tells="2SV turned off, its methods kept",
            starts=(("set_up", BEGIN),),
        ),
        Persona(
            "capped",
            "限",
            "+819011110005",
            states.capped,
            tells="10 codes sent today: no more by SMS",
            starts=(("sign_in", "code"),),
        ),
        Persona(
            "older",
            "古夫",
            "+819011110006",
            states.by_sms,
            tells="codes by SMS; sign in at /music/older",
            starts=(("older_device", BEGIN),),
        ),
        Persona(
            "passkey",
            "鍵子",
            "+819011110007",
            states.by_passkey,
            tells="codes by SMS, and the passkey below",
            browser=states.passkey_credential,
            starts=(("passkey", BEGIN),),
        ),
    )
}
BASIC = ("hanako", "taro", "jiro", "sakura", "desk")
