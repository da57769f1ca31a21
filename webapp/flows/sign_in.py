"""Sign in: identifier, password, and, with two-step verification on, a code.

Before the right password there is no row: what a stranger types is kept in the stranger's cookie. Known and unknown
accounts look alike and take the same time (docs/promises.md#32).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from webapp.challenges.delivery import dispatch
from webapp.challenges.engine import judging
from webapp.challenges.method import MethodChallenge, pick
from webapp.errors import UnknownAccount
from webapp.flows import recovery
from webapp.flows.password import CookieReader, prove
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.visitor import Visitor
from webapp.services import audit, sessions, trust
from webapp.services.account_lookup import find_account
from webapp.services.context import Services
from webapp.store import sessions as stored_sessions
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import Method
from webapp.store.outbox import Message

MACHINE = StateMachine(
    kind="sign_in",
    pages={BEGIN: "sign_in.identifier", "code": "sign_in.code", "done": "shop.home"},
    transitions=(
        Transition("accept_password", (BEGIN,), "done", "correct password, no code needed"),
        Transition("ask_code", (BEGIN,), "code", "correct password, two-step verification on"),
        Transition("send_code", ("code",), "code", "another code, or another way"),
        Transition("note_undelivered", ("code",), "code", "the code couldn't be sent"),
        Transition("accept_code", ("code",), "done", "correct code"),
    ),
)

CODES = MethodChallenge(MACHINE)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A finished sign-in: the token for the session's cookie, and the trust cookie to set, by name and value."""

    account: Account
    token: str = field(repr=False)
    return_to: str
    trust_cookie: tuple[str, str] | None = field(default=None, repr=False)


def check_identifier(services: Services, typed: str) -> None:
    """Look an identifier up, only if the settings disclose unknown accounts as the original does.

    Raises:
        UnknownAccount: there is no such account.
    """
    if not services.config.discloses_unknown_accounts:
        return
    with services.store.reading() as db:
        if find_account(db, typed) is None:
            raise UnknownAccount()


def submit_password(
    services: Services,
    visitor: Visitor,
    identifier: str,
    password: str,
    *,
    app: str,
    return_to: str,
    cookie: CookieReader,
    ended_session: bytes | None = None,
) -> SignedIn | Flow:
    """Check identifier and password. Return a sign-in, or a flow that waits for a code.

    ``cookie`` reads a cookie by the last part of its name. ``ended_session`` is this browser's earlier session, which
    the new sign-in replaces.

    Raises:
        WrongPassword, Throttled: nothing else is disclosed.
    """
    proven = prove(services, visitor, identifier, password, app=app, cookie=cookie)
    now = services.clock.now()
    with services.store.writing() as db:
        owned = proven.accept(db, now)
        if ended_session is not None:
            stored_sessions.end(db, ended_session)
        outcome, message = _after_password(
            db, services, visitor, proven.account, owned, app=app, return_to=return_to, cookie=cookie, now=now
        )
    if isinstance(outcome, SignedIn):
        return outcome
    if "was_copied" in outcome.data:
        dispatch(services)
    return CODES.deliver(services, outcome, message)


def _after_password(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    owned: list[Method],
    *,
    app: str,
    return_to: str,
    cookie: CookieReader,
    now: float,
) -> tuple[SignedIn | Flow, Message | None]:
    extra: dict[str, Any] = {}
    cookie_name = trust.cookie_name(account.id, app)
    if not account.two_step_on:
        MACHINE.record_transition("accept_password")
        return finish(db, services, visitor, account, app, return_to, now, how="password"), None
    honoured = trust.honour(db, services, cookie(cookie_name), account, app=app, now=now)
    if honoured.cookie is not None:
        MACHINE.record_transition("accept_password")
        return finish(
            db,
            services,
            visitor,
            account,
            app,
            return_to,
            now,
            how="trusted",
            trust_cookie=(cookie_name, honoured.cookie),
        ), None
    if honoured.was_copied:
        audit.record(db, visitor, account, "trust.copied", now)
        extra["was_copied"] = True
    data = {"app": app, "return_to": return_to, "epoch": account.trust_epoch, **extra}
    flow, message = CODES.begin(db, services, visitor, account, pick(owned), now, data=data)
    audit.record(db, visitor, account, "sign_in.password_right", now)
    return flow, message


def send_code(services: Services, visitor: Visitor, flow: Flow, choice: str | None = None) -> Flow:
    """Send another code, by the chosen method (a signed ``otpDeviceContext``) or by the same one.

    Raises:
        UnknownChoice, Throttled, StaleFlow.
    """
    kept = ("app", "return_to", "epoch")
    return CODES.send_again(services, visitor, flow, choice, move="send_code", kept=kept)


def submit_code(services: Services, visitor: Visitor, flow: Flow, typed: str, *, remember: bool) -> SignedIn:
    """Check the code and sign in. With ``remember``, trust this browser from now on.

    Raises:
        WrongCode, MethodSwitchedOff, Throttled, StaleFlow.
    """
    now = services.clock.now()
    with judging(services, tells_owner=True) as db:
        context = CODES.judge(db, services, visitor, flow, typed, now)
        # The account at the time of the right password: a change since then ends this sign-in.
        account = context.account._replace(trust_epoch=flow.data["epoch"])
        MACHINE.transition(db, flow, "accept_code")
        app = flow.data["app"]
        ended_case = False
        if context.has_case:
            ended_case = recovery.cancel_by_sign_in(db, services, visitor, account, now)
        signed_in = finish(
            db,
            services,
            visitor,
            account,
            app,
            flow.data["return_to"],
            now,
            how=flow.data["kind"],
            trust_cookie=trust.issue(db, services, visitor, account, app, now) if remember else None,
        )
    recovery.after_sign_in(services, ended_case)
    return signed_in


def sign_out(services: Services, visitor: Visitor, account: Account, session_hash: bytes) -> None:
    """End a session. Its cookie is invalid at once (docs/promises.md#46)."""
    with services.store.writing() as db:
        stored_sessions.end(db, session_hash)
        audit.record(db, visitor, account, "sign_out", services.clock.now())


def finish(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    app: str,
    return_to: str,
    now: float,
    *,
    how: str,
    trust_cookie: tuple[str, str] | None = None,
) -> SignedIn:
    """Open a session for ``app``, inside the transaction of the proof. ``how`` names the proof in the log."""
    token = sessions.open_session(
        db, account, visitor, app=app, now=now, life_seconds=services.config.session_seconds
    )
    audit.record(db, visitor, account, "sign_in.done", now, how=how, app=app)
    return SignedIn(account, token, return_to, trust_cookie)
