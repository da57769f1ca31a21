"""Set two-step verification up: choose a method, verify it, perhaps a backup too, and turn it on.

Until the last step, everything is kept in the flow: an abandoned set-up changes nothing (docs/promises.md#9, #65). If
methods were kept when it was turned off, one code of theirs is enough to turn it on again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.challenges import calls, enrolment
from webapp.challenges.delivery import dispatch
from webapp.challenges.engine import judging
from webapp.challenges.enrolment import EnrolmentChallenge
from webapp.challenges.method import MethodChallenge
from webapp.errors import StaleFlow
from webapp.factors.factor import Proof
from webapp.factors.registry import sent_factor
from webapp.factors.shared_secret import new_secret
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.visitor import Visitor
from webapp.services import audit, trust
from webapp.services.context import Services
from webapp.store import accounts, flows, methods, sessions
from webapp.store import trust as stored_trust
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import Method

MACHINE = StateMachine(
    kind="set_up",
    pages={
        BEGIN: "settings.overview",
        "confirm": "set_up.confirm_kept",
        "choose": "set_up.choose_method",
        "verify": "set_up.verify",
        "ready": "set_up.almost_done",
        "backup": "set_up.verify",
        "done": "settings.overview",
    },
    transitions=(
        Transition("start", (BEGIN,), "choose", "Get Started"),
        Transition(
            "start_again", (BEGIN,), "confirm", "Get Started with methods kept: asks for the preferred one"
        ),
        Transition("send_kept_code", ("confirm",), "confirm", "another code to the kept number"),
        Transition("note_undelivered", ("confirm",), "confirm", "the code couldn't be sent"),
        Transition("accept_kept_code", ("confirm",), "ready", "correct code of the kept method"),
        Transition("choose_anew", ("confirm",), "choose", "other methods replace the kept ones"),
        Transition(
            "send_code",
            ("choose", "verify", "ready", "backup"),
            "verify",
            "number entered; its code is sent",
        ),
        Transition("send_again", ("verify",), "verify", "another code to the same number"),
        Transition("accept_number", ("verify",), "ready", "correct code from the phone"),
        Transition(
            "accept_app", ("choose", "verify", "ready", "backup"), "ready", "correct code from the app"
        ),
        Transition("send_backup_code", ("ready", "backup"), "backup", "backup number entered"),
        Transition("send_backup_again", ("backup",), "backup", "another code to the backup's number"),
        Transition("accept_backup_number", ("backup",), "ready", "correct code from the backup phone"),
        Transition("accept_backup_app", ("ready", "backup"), "ready", "correct code from the backup app"),
        Transition("skip_backup", ("backup",), "ready", "backup number dropped"),
        Transition("turn_on", ("ready",), "done", "Got it. Turn on Two-Step Verification"),
    ),
)

KEPT_CODES = MethodChallenge(MACHINE)
"""The codes of methods that were kept."""

CODES = EnrolmentChallenge(MACHINE)
"""The codes of new methods."""

KEPT: Proof = {"kind": "kept"}
"""The proof was a code of the kept methods, which come back unchanged."""


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """Two-step verification is on. Holds the trust cookie to set, if the checkbox was ticked."""

    trust_cookie: tuple[str, str] | None = field(repr=False)


def start(services: Services, visitor: Visitor, account: Account, session: bytes) -> Flow:
    """Begin a set-up. An earlier, unfinished one of the account is dropped.

    It gets a fresh app secret. If methods were kept, it asks for a code of the preferred one instead of a choice.

    Raises:
        StaleFlow: two-step verification is on already.
    """
    if account.two_step_on:
        raise StaleFlow("it is on already")
    now = services.clock.now()
    message = None
    with services.store.writing() as db:
        flows.end_of_account(db, account.id, (MACHINE.kind,))
        data = {"secret": new_secret(services, account.id)}
        kept = next((each for each in methods.of_account(db, account.id) if each.disabled_at is None), None)
        if kept is not None:
            flow, message = KEPT_CODES.begin(
                db, services, visitor, account, kept, now, move="start_again", data=data, session=session
            )
        else:
            flow = MACHINE.begin(
                db,
                "start",
                account_id=account.id,
                browser=visitor.browser,
                session=session,
                data=data,
                now=now,
                life_seconds=services.config.flow_seconds,
            )
        audit.record(db, visitor, account, "set_up.started", now)
    return KEPT_CODES.deliver(services, flow, message)


def backups_of(flow: Flow) -> list[Proof]:
    """Return the backups that were verified in this set-up so far."""
    backups: list[Proof] = flow.data.get("backups", [])
    return backups


def kept_backups(services: Services, flow: Flow) -> list[Method]:
    """Return the kept methods after the preferred one, if this set-up keeps them."""
    with services.store.reading() as db:
        return kept_methods(db, flow)[1:]


def needs_backup(services: Services, flow: Flow) -> bool:
    """Return whether a backup is required before it can be turned on (the setting ``backup_required``)."""
    if not services.config.backup_required or backups_of(flow):
        return False
    with services.store.reading() as db:
        return len(kept_methods(db, flow)) < 2


# -- with kept methods ---------------------------------------------------------------------------------------


def send_kept_code(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code to the kept number.

    Raises:
        UnknownChoice, Throttled, StaleFlow.
    """
    return KEPT_CODES.send_again(services, visitor, flow, None, move="send_kept_code", kept=("secret",))


def submit_kept_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Flow:
    """Check the code of the kept method, with the verifier, counters and replay rule of sign-in.

    Raises:
        WrongCode, MethodSwitchedOff, Throttled, StaleFlow.
    """
    now = services.clock.now()
    with judging(services, tells_owner=True) as db:
        KEPT_CODES.judge(db, services, visitor, flow, typed, now)
        data = {"secret": flow.data["secret"], "proven": KEPT}
        return MACHINE.transition(db, flow, "accept_kept_code", data=data)


def asked_method(services: Services, flow: Flow) -> Method | None:
    """Return the kept method that is asked."""
    assert flow.account_id is not None
    with services.store.reading() as db:
        return methods.find(db, flow.account_id, flow.data["method"])


def call_outcome(services: Services, flow: Flow) -> calls.Outcome | None:
    """Return the state of the call that speaks this flow's code; None if there is no call."""
    if flow.state == "confirm":
        return calls.outcome(services, flow.id, flow.kind)
    return enrolment.call_outcome(services, flow) if flow.state in ("verify", "backup") else None


def replace_kept(services: Services, flow: Flow) -> Flow:
    """Set up other methods. The kept ones are removed once it is turned on.

    Raises:
        StaleFlow.
    """
    with services.store.writing() as db:
        return MACHINE.transition(db, flow, "choose_anew", data={"secret": flow.data["secret"]})


# -- the preferred method -----------------------------------------------------------------------------------


def submit_number(
    services: Services, visitor: Visitor, flow: Flow, *, region: str, typed: str, channel: str
) -> Flow:
    """Take the preferred method's number and send it a code by ``sms`` or ``voice``. Later steps are erased.

    Raises:
        NotAPhoneNumber, LandlineNeedsCall, Throttled, SendCapReached,
        BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
    """
    address = sent_factor(channel).read(typed, region)
    kept = {"secret": flow.data["secret"]}
    return CODES.send(services, visitor, flow, "send_code", channel, address, kept)


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code to the number given before. The earlier one expires.

    Raises:
        Throttled, SendCapReached, BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
    """
    if flow.state not in ("verify", "backup"):
        raise StaleFlow("nothing to send again")
    move = "send_again" if flow.state == "verify" else "send_backup_again"
    return CODES.send(
        services,
        visitor,
        flow,
        move,
        flow.data["channel"],
        flow.data["number"],
        lasting_data(flow),
        is_again=True,
    )


def submit_number_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Flow:
    """Check the code from the phone, the preferred one or a backup.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    if flow.state not in ("verify", "backup"):
        raise StaleFlow("no code is awaited")
    move = "accept_number" if flow.state == "verify" else "accept_backup_number"
    return prove(services, visitor, flow, move, flow.data["channel"], typed)


def submit_app_code(services: Services, visitor: Visitor, flow: Flow, typed: str, *, kind: str) -> Flow:
    """Check the first code of the preferred app or other device. Later steps are erased.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    return prove(services, visitor, flow, "accept_app", kind, typed)


def turn_on(services: Services, visitor: Visitor, flow: Flow, *, remember: bool) -> TurnedOn:
    """Store the verified methods and turn two-step verification on.

    Other devices stay signed in, but lose what an approval by email had opened: from now on a code opens it
    (docs/promises.md#35, #42). With ``remember`` this browser is trusted.

    Raises:
        StaleFlow: no method is verified (docs/promises.md#28), a backup is missing, or it is on already.
    """
    now = services.clock.now()
    assert flow.account_id is not None
    with services.store.writing() as db:
        MACHINE.transition(db, flow, "turn_on")
        if needs_backup(services, flow):
            raise StaleFlow("a backup is required")
        if not accounts.set_two_step(db, flow.account_id, True):
            raise StaleFlow("it is on already")
        stored_trust.revoke_all(db, flow.account_id)
        sessions.lower_others(db, flow.account_id, flow.browser)
        account = accounts.get(db, flow.account_id)
        preferred = _keep_methods(db, services, account, flow, now)
        cookie = trust.issue(db, services, visitor, account, "shop", now) if remember else None
        audit.record(db, visitor, account, "two_step.on", now, method=preferred.kind)
    dispatch(services)
    return TurnedOn(cookie)


def _keep_methods(db: Connection, services: Services, account: Account, flow: Flow, now: float) -> Method:
    """Store the verified methods. Return the preferred one."""
    proven: Proof = flow.data["proven"]
    if proven == KEPT:
        preferred = methods.of_account(db, account.id)[0]
    else:
        methods.remove_all(db, account.id)
        preferred = enrolment.persist_method(db, services, account, proven, is_preferred=True, now=now)
    for at, backup in enumerate(backups_of(flow), 1):
        enrolment.persist_method(db, services, account, backup, is_preferred=False, now=now + at / 1000)
    return preferred


def prove(
    services: Services, visitor: Visitor, flow: Flow, move: str, kind: str, typed: str, name: str = ""
) -> Flow:
    """Check a code. If it is right, add the proof to the flow's data and make a new secret for the next app.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    now = services.clock.now()
    assert flow.account_id is not None
    with judging(services) as db:
        proof = CODES.judge(db, services, visitor, flow, kind, typed, now)
        secret = new_secret(services, flow.account_id)
        if move in ("accept_number", "accept_app"):
            return MACHINE.transition(db, flow, move, data={"secret": secret, "proven": proof})
        backup = {**proof, "name": enrolment.clean_name(name)}
        data = {**lasting_data(flow), "secret": secret, "backups": [*backups_of(flow), backup]}
        return MACHINE.transition(db, flow, move, data=data)


def lasting_data(flow: Flow) -> dict[str, object]:
    """Return the part of a flow's data that stays while another number is tried."""
    return {name: flow.data[name] for name in ("secret", "proven", "backups") if name in flow.data}


def kept_methods(db: Connection, flow: Flow) -> list[Method]:
    """Return the account's kept methods, if this set-up keeps them."""
    assert flow.account_id is not None
    return methods.of_account(db, flow.account_id) if flow.data.get("proven") == KEPT else []
