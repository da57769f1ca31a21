"""Step up: an account with two-step verification enters another code before its settings open.

Trusted browsers are asked too (docs/promises.md#53). Only the session that asked is elevated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from webapp.challenges.engine import judging
from webapp.challenges.method import MethodChallenge, pick
from webapp.errors import SealBroken, StaleFlow
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.visitor import Visitor
from webapp.services import audit, sessions
from webapp.services.context import Services
from webapp.store import methods
from webapp.store import sessions as session_rows
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.sessions import Session

Typed = list[tuple[str, str]]
"""Names and values of a form's fields, in the order they were sent."""

SECRET_FIELDS = re.compile("password|otp|token|credential", re.IGNORECASE)
MOST_TYPED = 4000  # characters; the largest form in the settings has 1,000

MACHINE = StateMachine(
    kind="step_up",
    pages={BEGIN: "step_up.confirm", "code": "sign_in.code", "done": None},
    transitions=(
        Transition("ask_code", (BEGIN,), "code", "a page asked to confirm who it is"),
        Transition("send_code", ("code",), "code", "another code, or another way"),
        Transition("note_undelivered", ("code",), "code", "the code couldn't be sent"),
        Transition("accept_code", ("code",), "done", "correct code: the session is elevated"),
    ),
)

CODES = MethodChallenge(MACHINE)


@dataclass(frozen=True, slots=True)
class Elevated:
    """A session was elevated: the token that replaces its cookie's, and the page that its browser wanted."""

    token: str = field(repr=False)
    return_to: str


def begin(services: Services, visitor: Visitor, account: Account, session: bytes, return_to: str) -> Flow:
    """Ask for a code of the preferred method, and send it if the factor sends codes."""
    now = services.clock.now()
    with services.store.writing() as db:
        method = pick(methods.of_account(db, account.id))
        data = {"return_to": return_to}
        flow, message = CODES.begin(db, services, visitor, account, method, now, data=data, session=session)
    return CODES.deliver(services, flow, message)


def find(services: Services, browser: bytes, session: bytes, flow_id: str | None) -> Flow | None:
    """Return this session's step-up under way."""
    flow = MACHINE.find(services, browser, flow_id)
    return flow if flow is not None and flow.session == session else None


def send_code(services: Services, visitor: Visitor, flow: Flow, choice: str | None = None) -> Flow:
    """Send another code, by the chosen method or by the same one.

    Raises:
        UnknownChoice, Throttled, StaleFlow.
    """
    return CODES.send_again(services, visitor, flow, choice, move="send_code", kept=("return_to",))


def submit_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Elevated:
    """Check the code and elevate the session that asked.

    Raises:
        WrongCode, MethodSwitchedOff, Throttled, StaleFlow.
    """
    now = services.clock.now()
    with judging(services, tells_owner=True) as db:
        context = CODES.judge(db, services, visitor, flow, typed, now)
        MACHINE.transition(db, flow, "accept_code")
        return elevate(db, services, visitor, context.account, flow, now, how=flow.data["kind"])


def elevate(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    flow: Flow,
    now: float,
    *,
    how: str,
) -> Elevated:
    """Elevate the session that asked, inside the transaction of its proof. ``how`` names the proof in the log.

    Raises:
        StaleFlow: the session has ended.
    """
    assert flow.session is not None
    token = sessions.elevate(db, flow.session, now + services.config.step_up_seconds)
    if token is None:
        raise StaleFlow("the session has ended")
    audit.record(db, visitor, account, "step_up.done", now, how=how)
    return Elevated(token, flow.data["return_to"])


def keep_typed(services: Services, session: Session, page: str, typed: Iterable[tuple[str, str]]) -> None:
    """Keep what was typed on ``page`` (its path) until the step-up is done.

    Secrets are not kept, nor a form larger than any of ours.
    """
    kept = [pair for pair in typed if not SECRET_FIELDS.search(pair[0])]
    if not kept or sum(len(name) + len(value) for name, value in kept) > MOST_TYPED:
        return
    sealed = services.seal.seal(json.dumps([page, kept]).encode(), _typed_context(session))
    with services.store.writing() as db:
        session_rows.keep_typed(db, session.id_hash, sealed)


def take_typed(services: Services, session: Session, page: str) -> Typed:
    """Return what was kept for ``page``, once; empty if nothing was, or if another page is opened now."""
    with services.store.writing() as db:
        sealed = session_rows.take_typed(db, session.id_hash)
    if sealed is None:
        return []
    try:
        kept_for, typed = json.loads(services.seal.open(sealed, _typed_context(session)))
    except SealBroken:  # the key was changed meanwhile
        return []
    return [(name, value) for name, value in typed] if kept_for == page else []


def _typed_context(session: Session) -> str:
    """Return the session's id that stays the same when it is elevated."""
    return f"typed:{session.public_id}"
