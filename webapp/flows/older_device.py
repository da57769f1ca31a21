"""Sign in on older devices: one password field and no page for a code (docs/screens.md#b11, #20).

The right password is answered by an error, and a code goes to the preferred phone. Then the password followed by the
code signs in. The code uses the usual verifier, counters and replay rule. No trust is read or given
(docs/promises.md#25). The password is hashed in every case.
"""

from __future__ import annotations

from webapp.challenges.engine import flow_end, judging, resend_in
from webapp.challenges.method import MethodChallenge, pick
from webapp.errors import MethodSwitchedOff
from webapp.flows import recovery, sign_in
from webapp.flows.password import CookieReader, Proven, prove
from webapp.flows.sign_in import SignedIn
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.digits import is_separator
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.account_lookup import find_account
from webapp.services.context import Services
from webapp.services.holds import keeping_reservation
from webapp.shared.normal_forms import normalise
from webapp.store import sessions
from webapp.store.engine import Connection
from webapp.store.flows import Flow

APP = "older"
CODE_DIGITS = 6

MACHINE = StateMachine(
    kind="older_device",
    pages={BEGIN: "older_device.sign_in", "code": "older_device.sign_in", "done": "older_device.sign_in"},
    transitions=(
        Transition("accept_password", (BEGIN,), "done", "correct password, no code needed"),
        Transition("ask_code", (BEGIN,), "code", "correct password: an error is shown, a code is sent"),
        Transition("send_code", ("code",), "code", "the password alone once more: another code"),
        Transition("note_undelivered", ("code",), "code", "the code couldn't be sent"),
        Transition("accept_code", ("code",), "done", "correct password with the correct code after it"),
    ),
)

CODES = MethodChallenge(MACHINE)

_DIGITS = frozenset("0123456789")


def submit(
    services: Services,
    visitor: Visitor,
    pending: Flow | None,
    identifier: str,
    typed: str,
    *,
    return_to: str,
    cookie: CookieReader,
    ended_session: bytes | None = None,
) -> SignedIn | Flow:
    """Check what was typed into the one field. Return a sign-in, or a flow that waits for password and code.

    Raises:
        WrongPassword, Throttled, WrongCode, MethodSwitchedOff, StaleFlow.
    """
    pending = _of_same_account(services, pending, identifier)
    password, code = split(typed, *_tail_in(pending)) if pending is not None else (typed, None)
    proven = prove(services, visitor, identifier, password, app=APP, cookie=cookie)
    if pending is not None and code is not None:
        return _accept_code(services, visitor, proven, pending, code, return_to, ended_session)
    if not proven.account.two_step_on:
        return _accept_password(services, visitor, proven, return_to, ended_session)
    return _ask(services, visitor, proven, pending, password)


def split(typed: str, password_digits: int, password_separators: int = 0) -> tuple[str, str | None]:
    """Split what was typed into password and code; without enough digits for a code, return all of it and None.

    The password's own tail is given as by `tail_of`: a code needs six more digits. Blanks, hyphens and invisible
    characters before the code or in it are dropped, but for the password's own.
    """
    plain = normalise(typed)
    if tail_of(plain)[0] < password_digits + CODE_DIGITS:
        return typed, None
    places = [at for at, char in enumerate(plain) if char in _DIGITS][-CODE_DIGITS:]
    password = plain[: places[0]]
    extra = max(0, tail_of(password)[1] - password_separators)
    return password[: len(password) - extra], "".join(plain[at] for at in places)


def tail_of(text: str) -> tuple[int, int]:
    """Return how many digits a text ends in, separators between them aside, and how many separators follow them."""
    digits = separators = 0
    for char in reversed(text):
        if char in _DIGITS:
            digits += 1
        elif not is_separator(char):
            break
        elif not digits:
            separators += 1
    return digits, separators


def _tail_in(flow: Flow) -> tuple[int, int]:
    return flow.data["digits"], flow.data.get("separators", 0)


def _of_same_account(services: Services, pending: Flow | None, identifier: str) -> Flow | None:
    if pending is None:
        return None
    with services.store.reading() as db:
        account = find_account(db, identifier)
    return pending if account is not None and account.id == pending.account_id else None


def _accept_password(
    services: Services, visitor: Visitor, proven: Proven, return_to: str, ended_session: bytes | None
) -> SignedIn:
    now = services.clock.now()
    with services.store.writing() as db:
        proven.accept(db, now)
        _end(db, ended_session)
        MACHINE.record_transition("accept_password")
        return sign_in.finish(db, services, visitor, proven.account, APP, return_to, now, how="password")


def _accept_code(
    services: Services,
    visitor: Visitor,
    proven: Proven,
    flow: Flow,
    code: str,
    return_to: str,
    ended_session: bytes | None,
) -> SignedIn:
    now = services.clock.now()
    account = proven.account
    with judging(services, tells_owner=True) as db:
        proven.accept(db, now)
        CODES.judge(db, services, visitor, flow, code, now)
        MACHINE.transition(db, flow, "accept_code")
        _end(db, ended_session)
        ended_case = recovery.cancel_by_sign_in(db, services, visitor, account, now)
        signed_in = sign_in.finish(db, services, visitor, account, APP, return_to, now, how="older_device")
    recovery.after_sign_in(services, ended_case)
    return signed_in


def _ask(services: Services, visitor: Visitor, proven: Proven, pending: Flow | None, password: str) -> Flow:
    now = services.clock.now()
    account = proven.account
    digits, separators = tail_of(normalise(password))
    with keeping_reservation(services.store) as db:
        owned = proven.accept(db, now)
        if pending is not None and resend_in(services, pending) > 0:
            return pending  # a code has just been sent: the same error, and no other code
        method = pick(owned)
        if method.disabled_at is not None:
            raise MethodSwitchedOff()
        # Fewer trailing digits than a code has disclose nothing, so they are not stored.
        digits = digits if digits >= CODE_DIGITS else 0
        data = {"app": APP, "digits": digits, "separators": separators}
        if pending is None:
            flow, message = CODES.begin(db, services, visitor, account, method, now, data=data)
            audit.record(db, visitor, account, "sign_in.password_right", now)
        else:
            asked, message = CODES.issue(db, services, visitor, account, method, flow_id=pending.id, now=now)
            expires_at = flow_end(services, pending.created_at, now, is_code_sent=message is not None)
            flow = MACHINE.transition(db, pending, "send_code", data={**data, **asked}, expires_at=expires_at)
    return CODES.deliver(services, flow, message)


def _end(db: Connection, session: bytes | None) -> None:
    if session is not None:
        sessions.end(db, session)
