"""Register passkeys, and use one to sign in (it counts as both steps) or to step up.

A ceremony is a flow: its row holds the challenge, and any answer, right or wrong, uses it up. So an assertion can't
be replayed, whatever the authenticator's counter does (docs/promises.md#64). The answer names its challenge, which
finds the flow: two tabs may each wait for the device (docs/promises.md#90).
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from webapp.challenges.delivery import dispatch
from webapp.errors import PasskeyRefused, PasskeyTaken, StaleFlow
from webapp.flows import recovery, sign_in
from webapp.flows.sign_in import SignedIn
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.flows.step_up import Elevated, elevate
from webapp.rules import webauthn_checks as checks
from webapp.rules.links import token_hash
from webapp.rules.typed import one_line
from webapp.rules.visitor import Visitor
from webapp.rules.webauthn_checks import CHALLENGE_BYTES, Site
from webapp.services import audit
from webapp.services.context import Services
from webapp.store import accounts, flows, passkeys
from webapp.store import sessions as stored_sessions
from webapp.store.accounts import Account
from webapp.store.engine import Conflict
from webapp.store.flows import Flow
from webapp.store.passkeys import Passkey

LONGEST_NAME = 40

REGISTERING = StateMachine(
    kind="passkey_registration",
    pages={BEGIN: "passkeys.overview", "asked": "passkeys.overview", "done": "passkeys.overview"},
    transitions=(
        Transition("ask", (BEGIN,), "asked", "Create a passkey: the device is asked for a new one"),
        Transition("accept", ("asked",), "done", "the device created one: it is stored"),
        Transition("refuse", ("asked",), "done", "the device's answer was not correct: nothing is stored"),
    ),
)
USING = StateMachine(
    kind="passkey",
    pages={BEGIN: "sign_in.identifier", "asked": "sign_in.identifier", "done": "shop.home"},
    transitions=(
        Transition(
            "ask_to_sign_in", (BEGIN,), "asked", "Sign in with a passkey, or the browser's suggestion"
        ),
        Transition("ask_to_step_up", (BEGIN,), "asked", "Confirm with a passkey, before settings open"),
        Transition("accept", ("asked",), "done", "the device confirmed its owner: signed in, or elevated"),
        Transition("refuse", ("asked",), "done", "the device's answer was not correct"),
    ),
)


def of_account(services: Services, account: Account) -> list[Passkey]:
    """Return the account's passkeys, oldest first."""
    with services.store.reading() as db:
        return passkeys.of_account(db, account.id)


def begin_registration(
    services: Services, visitor: Visitor, account: Account, session: bytes
) -> dict[str, Any]:
    """Ask the device for a new passkey. Return the options for the browser."""
    now = services.clock.now()
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    with services.store.writing() as db:
        REGISTERING.begin(
            db,
            "ask",
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            token_hash=_mark(challenge),
            data={"challenge": _text(challenge)},
            now=now,
            life_seconds=services.config.code_seconds,
        )
    known = [passkey.credential_id for passkey in of_account(services, account)]
    handle = checks.user_handle(account.id, services.pepper)
    login = account.email or account.phone or account.name
    return checks.creation_options(site_of(services), challenge, handle, login, account.name, known)


def find_asked(services: Services, visitor: Visitor, machine: StateMachine, answer: str) -> Flow | None:
    """Return the live flow whose challenge a device answered, if this browser began it.

    Raises:
        PasskeyRefused: the answer can't be read.
    """
    challenge = checks.answered_challenge(answer)
    with services.store.reading() as db:
        flow = flows.find_by_token(db, machine.kind, _mark(challenge))
    is_own = flow is not None and flow.browser == visitor.browser and flow.expires_at > services.clock.now()
    return flow if is_own else None


def finish_registration(
    services: Services, visitor: Visitor, account: Account, flow: Flow, answer: str, name: str
) -> Passkey:
    """Store the passkey that the device made, and notify the owner.

    Raises:
        PasskeyRefused, PasskeyTaken, StaleFlow.
    """
    now = services.clock.now()
    try:
        made = checks.check_creation(site_of(services), _bytes(flow.data["challenge"]), answer)
    except PasskeyRefused:
        with services.store.writing() as db:
            REGISTERING.transition(db, flow, "refuse")
        raise
    passkey = Passkey(
        id=secrets.token_hex(8),
        account_id=account.id,
        credential_id=made.id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=one_line(name, LONGEST_NAME) or visitor.device,
        is_synced=made.is_synced,
        created_at=now,
        used_at=None,
    )
    try:
        with services.store.writing() as db:
            REGISTERING.transition(db, flow, "accept")
            passkeys.add(db, passkey)
            audit.record(db, visitor, account, "passkey.added", now, name=passkey.name)
    except Conflict:
        raise PasskeyTaken() from None
    dispatch(services)
    return passkey


def begin_sign_in(
    services: Services, visitor: Visitor, *, app: str, return_to: str, is_suggestion: bool = False
) -> dict[str, Any]:
    """Ask the browser for any passkey of this site. No account is named, so none is disclosed.

    With ``is_suggestion`` the page asked by itself, so that the browser suggests passkeys in the email field.
    """
    data = {"app": app, "return_to": return_to, "is_suggestion": is_suggestion}
    return _ask(services, visitor, "ask_to_sign_in", None, None, data)


def begin_step_up(
    services: Services, visitor: Visitor, account: Account, session: bytes, return_to: str
) -> dict[str, Any]:
    """Ask the browser for a passkey of this account."""
    return _ask(services, visitor, "ask_to_step_up", account, session, {"return_to": return_to})


def finish_sign_in(
    services: Services, visitor: Visitor, flow: Flow, answer: str, ended_session: bytes | None = None
) -> SignedIn:
    """Sign the passkey's owner in. Possession and the device's own check are two steps: no code is asked.

    Raises:
        PasskeyRefused, StaleFlow.
    """
    now = services.clock.now()
    passkey, sign_count = _proven(services, visitor, flow, answer)
    with services.store.writing() as db:
        USING.transition(db, flow, "accept")
        if not passkeys.use(db, passkey, sign_count, now):
            raise StaleFlow("used by another")
        account = accounts.get(db, passkey.account_id)
        if ended_session is not None:
            stored_sessions.end(db, ended_session)
        ended_case = recovery.cancel_by_sign_in(db, services, visitor, account, now)
        signed_in = sign_in.finish(
            db, services, visitor, account, flow.data["app"], flow.data["return_to"], now, how="passkey"
        )
    recovery.after_sign_in(services, ended_case)
    return signed_in


def finish_step_up(
    services: Services, visitor: Visitor, account: Account, flow: Flow, answer: str
) -> Elevated:
    """Elevate the session that asked.

    Raises:
        PasskeyRefused: also for a passkey of another account.
        StaleFlow.
    """
    now = services.clock.now()
    passkey, sign_count = _proven(services, visitor, flow, answer)
    with services.store.writing() as db:
        USING.transition(db, flow, "accept")
        if not passkeys.use(db, passkey, sign_count, now) or flow.session is None:
            raise StaleFlow("used by another")
        return elevate(db, services, visitor, account, flow, now, how="passkey")


def rename(services: Services, visitor: Visitor, account: Account, passkey_id: str, name: str) -> bool:
    """Name a passkey, by a name that `one_line` has passed. Return False if it is not this account's."""
    with services.store.writing() as db:
        was_there = passkeys.rename(db, account.id, passkey_id, name)
        if was_there:
            audit.record(db, visitor, account, "passkey.renamed", services.clock.now())
    return was_there


def remove(services: Services, visitor: Visitor, account: Account, passkey_id: str) -> bool:
    """Remove a passkey and notify the owner. Return False if it is not this account's."""
    with services.store.writing() as db:
        was_there = passkeys.remove(db, account.id, passkey_id)
        if was_there:
            audit.record(db, visitor, account, "passkey.removed", services.clock.now())
    if was_there:
        dispatch(services)
    return was_there


def site_of(services: Services) -> Site:
    """Return this site as browsers know it."""
    return _site_at(services.config.site_url)


@lru_cache(maxsize=8)
def _site_at(url: str) -> Site:
    parts = urlsplit(url)
    return Site(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")


def _ask(
    services: Services,
    visitor: Visitor,
    move: str,
    account: Account | None,
    session: bytes | None,
    data: dict[str, Any],
) -> dict[str, Any]:
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    with services.store.writing() as db:
        USING.begin(
            db,
            move,
            account_id=None if account is None else account.id,
            browser=visitor.browser,
            session=session,
            token_hash=_mark(challenge),
            data={**data, "challenge": _text(challenge)},
            now=services.clock.now(),
            life_seconds=services.config.code_seconds,
        )
    allowed = [] if account is None else of_account(services, account)
    ids = [passkey.credential_id for passkey in allowed]
    return checks.request_options(site_of(services), challenge, ids)


def _proven(services: Services, visitor: Visitor, flow: Flow, answer: str) -> tuple[Passkey, int]:
    """Return the passkey that answered a challenge, with its new counter. A wrong answer uses the challenge up."""
    passkey = None
    try:
        with services.store.reading() as db:
            passkey = passkeys.find_by_credential(db, checks.credential_id(answer))
        if passkey is None or flow.account_id not in (None, passkey.account_id):
            raise PasskeyRefused("no passkey of this account")
        handle = checks.user_handle(passkey.account_id, services.pepper)
        challenge = _bytes(flow.data["challenge"])
        counter = checks.check_request(
            site_of(services), challenge, answer, passkey.public_key, passkey.sign_count, handle
        )
        return passkey, counter
    except PasskeyRefused:
        with services.store.writing() as db:
            USING.transition(db, flow, "refuse")
            owner = accounts.get(db, passkey.account_id) if passkey is not None else None
            audit.record(db, visitor, owner, "passkey.refused", services.clock.now())
        raise


def _mark(challenge: bytes) -> bytes:
    return token_hash(_text(challenge))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
