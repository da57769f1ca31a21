"""Reset a forgotten password by a code: by email if the account has an address.

Two-step verification stays on: the next sign-in asks for its code (docs/promises.md#54). Known and unknown accounts
look alike and take the same time. An address without an account gets a notice instead (docs/promises.md#32).
"""

from __future__ import annotations

from webapp.challenges.contact import ContactChallenge
from webapp.challenges.delivery import DECOY, dispatch
from webapp.challenges.engine import judging
from webapp.errors import PasswordResetLocked
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules import contacts, password_strength
from webapp.rules.contacts import Contact
from webapp.rules.visitor import Visitor
from webapp.services import audit, throttling
from webapp.services.account_lookup import find_owner
from webapp.services.codes import Judgement
from webapp.services.context import Services
from webapp.services.session_revocation import end_everything_else
from webapp.store import accounts, flows, throttles
from webapp.store.flows import Flow
from webapp.store.throttles import Throttle

MACHINE = StateMachine(
    kind="forgot_password",
    pages={
        BEGIN: "account.forgot_password",
        "verify": "account.confirm_reset",
        "choose": "account.new_password",
        "done": "sign_in.identifier",
    },
    transitions=(
        Transition("send_code", (BEGIN,), "verify", "address or number entered; the code is sent"),
        Transition("send_again", ("verify",), "verify", "another code to the same place"),
        Transition("accept_code", ("verify",), "choose", "correct code"),
        Transition(
            "set_password",
            ("choose",),
            "done",
            "the new password takes effect; all other devices are signed out",
        ),
    ),
)

CODES = ContactChallenge(MACHINE, is_proven=False, by_sender=True)

_UNKNOWN = {"mail": "forgot_password.unknown", "sms": DECOY}
"""What is sent where there is no account: to a number nothing, for a text costs money (docs/promises.md#76)."""


def start(services: Services, visitor: Visitor, identifier: str) -> Flow:
    """Send the code to the account of ``identifier``, if there is one.

    It goes by email if the account has an address, even if the number was typed. Codes of the second step go to the
    number too, so a stolen number alone must not be enough.

    Raises:
        NotAMailAddress, NotAPhoneNumber, MobileNeeded, MailDomainRefused, SendCapReached.
    """
    typed = contacts.read(identifier, services.config.mail_domains if services.config.sandbox else None)
    now = services.clock.now()
    with services.store.writing() as db:
        account = find_owner(db, typed)
        to = Contact("mail", account.email) if account is not None and account.email else typed
        flow, message = CODES.begin(
            db,
            services,
            visitor,
            to,
            now=now,
            data={"typed": identifier},
            owner=account,
            notice_kind=None if account else _UNKNOWN[typed.channel],
            named=typed.value,
            account_id=account.id if account else None,
        )
        audit.record(db, visitor, account, "password.reset_started", now)
    return CODES.deliver(services, flow, message)


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code. The earlier one expires.

    Raises:
        Throttled, SendCapReached, StaleFlow.
    """
    return CODES.send_again(services, visitor, flow)


def submit_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Flow:
    """Check the code. The flow goes on under a new id, which only this browser learns.

    Each code expires after too many wrong attempts. The growing wait is this flow's: a stranger who asks for a reset
    must not block the owner (docs/promises.md#24). Wrong codes add up over the account's flows. A browser where this
    account signed in before has a count for itself; its right code forgets the others' wrong ones too
    (docs/promises.md#78).

    Raises:
        WrongCode, Throttled, StaleFlow.
        PasswordResetLocked: too many wrong codes in a row were given for this account.
    """
    now = services.clock.now()
    shared = _count_key(services, flow)
    key = f"{shared}:{visitor.browser.hex()}" if _is_at_home(visitor, flow) else shared
    with judging(services, tells_owner=True) as db:
        before = throttles.read(db, key)
        if before.count >= services.limits.tries_until_off:
            raise PasswordResetLocked()

        def note(judgement: Judgement) -> None:
            account = None if flow.account_id is None else accounts.get(db, flow.account_id)
            audit.record(db, visitor, account, "password.reset_code_wrong", now)
            if judgement.is_guess:
                throttles.write(db, key, Throttle(before.count + 1, now), now)
                if before.count + 1 == services.limits.tries_until_off:
                    audit.record(db, visitor, account, "password.reset_locked", now)

        CODES.judge(db, services, flow, typed, key=f"forgot_password:{flow.id}", now=now, note=note)
        throttles.clear(db, key)
        throttles.clear(db, shared)
        return MACHINE.transition(db, flow, "accept_code", flow_id=flows.new_id())


def _count_key(services: Services, flow: Flow) -> str:
    """Return the counter of an account's wrong codes; for a name that nobody has, one that takes alike."""
    named = f"reset:{flow.data['named']}"
    who = flow.account_id or throttling.slot_of(services.pepper, named)
    return f"reset:{who}"


def _is_at_home(visitor: Visitor, flow: Flow) -> bool:
    return flow.account_id is not None and visitor.has_signed_in(flow.account_id)


def set_password(services: Services, visitor: Visitor, flow: Flow, password: str) -> None:
    """Store the new password and end every session and all trust. It signs nobody in.

    Raises:
        WeakPassword, StaleFlow.
    """
    assert flow.account_id is not None  # no code of a flow without an account is ever right
    with services.store.reading() as db:
        account = accounts.get(db, flow.account_id)
    password_strength.refuse_weak(password, name=account.name, email=account.email, phone=account.phone)
    password_hash = services.hasher.hash(password)
    now = services.clock.now()
    with services.store.writing() as db:
        MACHINE.transition(db, flow, "set_password")
        accounts.set_password_hash(db, account.id, password_hash)
        end_everything_else(db, account.id, None)
        audit.record(db, visitor, account, "password.reset", now)
    dispatch(services)
