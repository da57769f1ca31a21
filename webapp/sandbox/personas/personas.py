"""The demo accounts (docs/screens.md#demo-accounts): the same names, numbers, password and secrets every time."""

from __future__ import annotations

from webapp import paths
from webapp.flows.state_machine import BEGIN
from webapp.sandbox.journeys.steps import LandOn
from webapp.sandbox.personas import persona_journeys, states
from webapp.sandbox.personas.persona import PASSWORD, Persona
from webapp.sandbox.personas.step_personas import STEPS
from webapp.services.context import Services
from webapp.store import accounts, codes
from webapp.store.accounts import Account
from webapp.store.engine import Connection

__all__ = ["BASIC", "MAIN", "PASSWORD", "PERSONAS", "STEPS", "Persona", "seed"]


def seed(
    services: Services, keys: tuple[str, ...] | None = None, language: str | None = None
) -> list[Account]:
    """Make these personas (all of `BASIC` by default) again, in one transaction. Return the accounts.

    ``language`` is what their owners chose. Any other account with one of their addresses or numbers is removed.
    """
    made = []
    chosen = [PERSONAS[key] for key in keys] if keys is not None else [PERSONAS[key] for key in BASIC]
    password_hash = services.hasher.hash(PASSWORD)  # one hash for all: the password is public
    now = services.clock.now()
    with services.store.writing() as db:
        for at, persona in enumerate(chosen):
            _clear(db, persona)
            if not persona.registered:
                continue
            account = accounts.add(
                db,
                now=now + at / 1000,
                name=persona.name,
                email=persona.email,
                phone=persona.phone,
                password_hash=password_hash,
                language=language,
                time_zone=services.config.time_zone,
                is_reviewer=persona.is_reviewer,
                account_id=persona.key,
                address=persona.address.stored,
            )
            if persona.state is not None:
                persona.state(db, services, account)
            made.append(accounts.get(db, account.id))
    return made


def _clear(db: Connection, persona: Persona) -> None:
    """Delete all that this persona did before: account, counters, codes."""
    accounts.remove(db, persona.key)
    holders = [accounts.find_by_email(db, persona.email)]
    codes.forget_recipient(db, persona.email)
    if persona.phone is not None:
        holders.append(accounts.find_by_phone(db, persona.phone))
        codes.forget_recipient(db, persona.phone)
    for account_id in {holder.id for holder in holders if holder is not None}:
        accounts.remove(db, account_id)


def _(text: str) -> str:
    """Mark a text for the catalogue; the page that shows it translates it."""
    return text


MAIN = (
    Persona("hanako", "花子", "Hanako", "+819012345678", block="1-1-1", tells=_("Two-step verification off"),
        starts=(("approval", BEGIN), ("set_up", BEGIN), ("account_change", BEGIN), ("passkey_registration", BEGIN))),
    Persona("taro", "太郎", "Taro", "+818012345678", states.by_sms, block="1-2-1", tells=_("Codes by SMS"),
        starts=(("step_up", BEGIN), ("turn_off", BEGIN), ("method", BEGIN))),
    Persona("jiro", "次郎", "Jiro", "+817012345678", states.by_app, block="1-3-1",
        tells=_("Codes by app; backup is a call to the landline 03-1234-5678"),
        starts=(("step_up", BEGIN), ("method", BEGIN)), secret=states.JIRO_SECRET),
    Persona("sakura", "さくら", "Sakura", "+819087654321", states.locked_out, block="2-2-2",
        tells=_("Lost phone: reset with ID documents waiting for review"),
        starts=(("recovery", "received"), ("recovery_visit", "inside")), begins="signed_out",
        journey=persona_journeys.VISITING),
    Persona("desk", "窓口", "Desk", "+817087654321", states.reviewing, block="1-5-1", is_reviewer=True,
        tells=_("Codes by app; reviews resets with ID documents"),
        journey=(LandOn(paths.DESK),), secret=states.REVIEWER_SECRET),
    Persona("trusted", "信子", "Nobuko", "+819011110001", states.trusted,
        tells=_("Codes by SMS; this browser is trusted and needs none"),
        browser=states.trust_cookie,
        starts=(("sign_in", BEGIN), ("forgot_password", BEGIN), ("recovery", BEGIN), ("recovery_visit", BEGIN)),
        begins="signed_out", journey=persona_journeys.TRUSTED),
    Persona("throttled", "待子", "Machiko", "+819011110002", states.throttled,
        tells=_("Many incorrect codes in a row; you must wait before the next one"), starts=(("sign_in", "code"),),
        begins="signed_out", journey=persona_journeys.THROTTLED),
    Persona("halfway", "途中", "Tochu", "+819011110003", states.half_way,
        tells=_("Two-step verification off; setup started, code not entered"), starts=(("set_up", "verify"),),
        begins="proven", journey=persona_journeys.NUMBER_GIVEN),
    Persona("kept", "保", "Tamotsu", "+819011110004", states.kept,
        tells=_("Two-step verification turned off; methods kept"),
        starts=(("set_up", BEGIN),)),
    Persona("capped", "限", "Kagiri", "+819011110005", states.capped, tells=_("Today's SMS limit reached"),
        starts=(("sign_in", "code"),), begins="signed_out", journey=persona_journeys.CAPPED),
    Persona("older", "古夫", "Furuo", "+819011110006", states.by_sms,
        tells=_("Codes by SMS; signs in on an older device, with the code right after the password"),
        starts=(("older_device", BEGIN),), begins="signed_out", journey=(LandOn(paths.OLDER_DEVICE),)),
    Persona("passkey", "鍵子", "Kagiko", "+819011110007", states.by_passkey,
        tells=_("Codes by SMS, and a passkey with a published key"), browser=states.passkey_credential,
        starts=(("passkey", BEGIN),), begins="signed_out", journey=(LandOn(paths.SIGN_IN),)),
)  # fmt: skip
"""The states of docs/screens.md#demo-accounts."""

PERSONAS = {persona.key: persona for persona in (*MAIN, *STEPS)}
BASIC = ("hanako", "taro", "jiro", "sakura", "desk")
"""The personas of the first start."""
