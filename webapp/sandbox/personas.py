"""The demo accounts (PRODUCT.md §6): the same names, numbers, password and secrets every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from webapp.flows import recovery
from webapp.flows.challenge import seal_context
from webapp.flows.services import Services
from webapp.rules import totp
from webapp.store import accounts, flows, methods
from webapp.store import recovery as stored_recovery
from webapp.store.accounts import Account
from webapp.store.recovery import StoredDocument

PASSWORD = "Mihon-demo-1"  # noqa: S105 - printed by `make run` and in the README
JIRO_SECRET = "MIHONDEMOMIHONDEMOMIHONDEMO23456"  # noqa: S105 - the demo's own, also public
SPECIMEN = Path(__file__).parent / "specimen_licence.png"


@dataclass(frozen=True, slots=True)
class Persona:
    """A demo account. ``state`` adds what it has beyond a name and a password."""

    key: str
    name: str
    phone: str | None
    state: Callable[[Database, Services, Account], None] | None = None
    is_reviewer: bool = False

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


def _by_sms(db: Database, services: Services, account: Account) -> None:
    methods.add(
        db,
        account_id=account.id,
        kind="sms",
        number=account.phone,
        is_preferred=True,
        verified_at=account.created_at,
        method_id=f"{account.id}-sms",
    )
    accounts.set_two_step(db, account.id, True)


def _by_app(db: Database, services: Services, account: Account) -> None:
    methods.add(
        db,
        account_id=account.id,
        kind="app",
        secret=services.seal.seal(JIRO_SECRET.encode(), seal_context(account.id)),
        secret_mark=totp.mark(JIRO_SECRET, services.pepper),
        is_preferred=True,
        verified_at=account.created_at,
        method_id=f"{account.id}-app",
    )
    methods.add(
        db,
        account_id=account.id,
        kind="voice",
        number="+81312345678",
        is_preferred=False,
        verified_at=account.created_at + 1,
        method_id=f"{account.id}-voice",
    )
    accounts.set_two_step(db, account.id, True)


def _locked_out(db: Database, services: Services, account: Account) -> None:
    """By SMS to a phone that is lost; a case with one document waits at the desk."""
    _by_sms(db, services, account)
    case = flows.add(
        db,
        kind=recovery.TABLE.kind,
        state="received",
        account_id=account.id,
        browser=hashlib.sha256(account.id.encode()).digest(),
        data={"device": "Chrome, Windows", "near": "127.0.0.1"},
        now=account.created_at,
        life_seconds=services.config.recovery_seconds,
        flow_id=f"{account.id}-recovery",
    )
    picture = SPECIMEN.read_bytes()
    name = hashlib.sha256(case.id.encode()).hexdigest()[:32]
    services.uploads.write(name, services.seal.seal(picture, recovery.seal_context(name)))
    stored_recovery.add_document(db, StoredDocument(name, case.id, "png", len(picture), account.created_at))


PERSONAS = {
    persona.key: persona
    for persona in (
        Persona("hanako", "花子", "+819012345678"),
        Persona("taro", "太郎", "+818012345678", _by_sms),
        Persona("jiro", "次郎", "+817012345678", _by_app),
        Persona("sakura", "さくら", "+819087654321", _locked_out),
        Persona("desk", "窓口", None, is_reviewer=True),
    )
}
BASIC = ("hanako", "taro", "jiro", "sakura", "desk")
