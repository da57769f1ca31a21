"""Add a method to two-step verification, or change one: the new one is verified first.

A change replaces the old method in the transaction that verifies the new one. It ends all other sessions and all
trust, emails the owner and texts the old number (docs/screens.md#endings, docs/promises.md#18).
"""

from __future__ import annotations

from webapp.challenges import enrolment
from webapp.challenges.delivery import dispatch
from webapp.challenges.engine import judging, owner_of
from webapp.challenges.enrolment import EnrolmentChallenge
from webapp.errors import StaleFlow, UnknownMethod
from webapp.factors.factor import Proof
from webapp.factors.registry import FACTORS, sent_factor
from webapp.factors.shared_secret import new_secret
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.rules.visitor import Visitor
from webapp.services import audit, outbox, session_revocation
from webapp.services.context import Services
from webapp.store import flows, methods
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import Method

MACHINE = StateMachine(
    kind="method",
    pages={
        BEGIN: "settings.overview",
        "choose": "settings.choose_method",
        "verify": "settings.verify",
        "done": "settings.overview",
    },
    transitions=(
        Transition("start_adding", (BEGIN,), "choose", "Add a new phone or app"),
        Transition("start_changing", (BEGIN,), "choose", "Change"),
        Transition("send_code", ("choose", "verify"), "verify", "number entered; its code is sent"),
        Transition("send_again", ("verify",), "verify", "another code to the same number"),
        Transition(
            "accept_number", ("verify",), "done", "correct code from the phone: the method is registered"
        ),
        Transition(
            "accept_app", ("choose", "verify"), "done", "correct code from the app: the method is registered"
        ),
    ),
)

CODES = EnrolmentChallenge(MACHINE)


def start(
    services: Services, visitor: Visitor, account: Account, session: bytes, replaces: str | None = None
) -> Flow:
    """Begin to add a method, or to change the one that ``replaces`` names. An earlier attempt is dropped.

    Raises:
        StaleFlow: two-step verification is off.
        UnknownMethod: there is no such method to change.
    """
    if not account.two_step_on:
        raise StaleFlow("it is off")
    now = services.clock.now()
    with services.store.writing() as db:
        if replaces is not None and methods.find(db, account.id, replaces) is None:
            raise UnknownMethod()
        flows.end_of_account(db, account.id, (MACHINE.kind,))
        return MACHINE.begin(
            db,
            "start_adding" if replaces is None else "start_changing",
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            data={"secret": new_secret(services, account.id), "replaces": replaces},
            now=now,
            life_seconds=services.config.flow_seconds,
        )


def replaced_by(services: Services, account: Account, flow: Flow) -> Method | None:
    """Return the method that this flow changes; None if it adds one."""
    replaces = flow.data["replaces"]
    with services.store.reading() as db:
        return methods.find(db, account.id, replaces) if replaces is not None else None


def submit_number(
    services: Services, visitor: Visitor, flow: Flow, *, region: str, typed: str, channel: str
) -> Flow:
    """Take a number and send it a code. The number of the changed method may be kept for another channel.

    Raises:
        NotAPhoneNumber, LandlineNeedsCall, MethodTaken, Throttled, SendCapReached,
        BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
    """
    address = sent_factor(channel).read(typed, region)
    with services.store.reading() as db:
        enrolment.refuse_taken(address, _others(db, flow), [])
    return CODES.send(services, visitor, flow, "send_code", channel, address, _standing(flow))


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another code to the number given before. The earlier one expires.

    Raises:
        Throttled, SendCapReached, BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
    """
    if flow.state != "verify":
        raise StaleFlow("nothing to send again")
    kind, address = flow.data["channel"], flow.data["number"]
    return CODES.send(services, visitor, flow, "send_again", kind, address, _standing(flow), is_again=True)


def submit_number_code(
    services: Services, visitor: Visitor, session: bytes, flow: Flow, typed: str
) -> Method:
    """Check the code from the phone. If it is right, store the method.

    Raises:
        WrongCode, MethodTaken, Throttled, StaleFlow.
    """
    if flow.state != "verify":
        raise StaleFlow("no code is awaited")
    now = services.clock.now()
    with judging(services) as db:
        proof = CODES.judge(db, services, visitor, flow, flow.data["channel"], typed, now)
        MACHINE.transition(db, flow, "accept_number")
        method = _keep(db, services, visitor, session, flow, proof, now)
    dispatch(services)
    return method


def submit_app_code(
    services: Services, visitor: Visitor, session: bytes, flow: Flow, typed: str, *, kind: str, name: str = ""
) -> Method:
    """Check the first code of an app or other device. If it is right, store the method.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    now = services.clock.now()
    with judging(services) as db:
        proof = CODES.judge(db, services, visitor, flow, kind, typed, now)
        MACHINE.transition(db, flow, "accept_app")
        method = _keep(db, services, visitor, session, flow, {**proof, "name": name}, now)
    dispatch(services)
    return method


def _keep(
    db: Connection,
    services: Services,
    visitor: Visitor,
    session: bytes,
    flow: Flow,
    proof: Proof,
    now: float,
) -> Method:
    """Store the verified method, in place of the one it changes, if any."""
    account = owner_of(db, flow)
    if not account.two_step_on:
        raise StaleFlow("it was turned off meanwhile")
    if "number" in proof:
        enrolment.refuse_taken(proof["number"], _others(db, flow), [])
    if flow.data["replaces"] is None:
        method = enrolment.persist_method(db, services, account, proof, is_preferred=False, now=now)
        audit.record(db, visitor, account, "method.added", now, method=method.kind)
        return method
    old = methods.find(db, account.id, flow.data["replaces"])
    if old is None:
        raise StaleFlow("it was removed meanwhile")
    methods.remove(db, account.id, old.id)
    if ("number" in proof) == bool(old.number):
        proof = {**proof, "name": proof.get("name") or old.name}
    method = enrolment.persist_method(db, services, account, proof, is_preferred=old.is_preferred, now=now)
    session_revocation.end_everything_else(db, account.id, session)
    audit.record(db, visitor, account, "method.changed", now, method=method.kind)
    number = FACTORS[old.kind].number_to_notify(old)
    if number is not None and number != method.number:
        outbox.enqueue_to_number(db, visitor, account, number, "method.number_replaced", now)
    return method


def _others(db: Connection, flow: Flow) -> list[Method]:
    """Return the account's methods except the one that is being changed."""
    assert flow.account_id is not None
    return [each for each in methods.of_account(db, flow.account_id) if each.id != flow.data["replaces"]]


def _standing(flow: Flow) -> dict[str, object]:
    return {name: flow.data[name] for name in ("secret", "replaces")}
