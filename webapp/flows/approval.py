"""Approve by the link in an email: the step-up of accounts without two-step verification.

Session A asks and waits; the owner of the mailbox decides in any browser B. The link shows, a POST decides, once. It
signs nobody in. It elevates nothing but A, which takes its elevation itself (docs/promises.md#33 to #41). An account
without an email address gets a text with a code instead, and a link that can only deny.
"""

from __future__ import annotations

import math
from typing import Literal

from webapp.challenges.delivery import APPROVAL, dispatch
from webapp.challenges.engine import HELD, Challenge, Target, held_data, judging, owner_of, resend_in
from webapp.errors import SendCapReached, SentRecently, StaleFlow, Throttled
from webapp.flows.state_machine import BEGIN, StateMachine, Transition
from webapp.flows.step_up import Elevated, elevate
from webapp.rules.links import new_token, token_hash
from webapp.rules.visitor import Attempt, Visitor
from webapp.services import audit
from webapp.services.codes import Judgement, SentSource
from webapp.services.context import Services
from webapp.services.holds import keeping_reservation
from webapp.services.outbox import enqueue_secret, message_language
from webapp.store import events, flows
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.outbox import Message

MACHINE = StateMachine(
    kind="approval",
    pages={
        BEGIN: "step_up.confirm",
        "pending": "approval.wait",
        "approved": "approval.wait",
        "denied": "approval.wait",
        "used": None,
    },
    transitions=(
        Transition("ask", (BEGIN,), "pending", "a page asked; the email is sent"),
        Transition("send_again", ("pending",), "pending", "another email; the earlier link stops working"),
        Transition("note_undelivered", ("pending",), "pending", "the email couldn't be sent"),
        Transition(
            "approve",
            ("pending",),
            "approved",
            "Approve on the emailed page, or enter the code from the SMS",
        ),
        Transition("deny", ("pending",), "denied", "Deny: final, and the owner gets an email"),
        Transition("take", ("approved",), "used", "the session that asked is elevated"),
    ),
    ends=frozenset(),
)

CODES = Challenge(MACHINE)

Status = Literal["pending", "approved", "denied", "used", "expired"]


def request(services: Services, visitor: Visitor, account: Account, session: bytes, return_to: str) -> Flow:
    """Ask the owner. A request of this session that is approved or pending is used again and sends nothing
    (docs/promises.md#41). It leads to the page that was asked for last.

    It is for its own browser alone: the session's cookie may be stolen (docs/promises.md#35).
    """
    now = services.clock.now()
    with services.store.writing() as db:
        for state in ("approved", "pending"):
            asked = flows.find_of_session(db, MACHINE.kind, session, visitor.browser, state, now)
            if asked is not None:
                return _leading_to(db, asked, return_to)
        data = {
            "return_to": return_to,
            "by": "mail" if account.email else "sms",
            "delivery": "sent",
            "sent_at": now,
            "device": visitor.device,
            "near": visitor.near,
        }
        if _is_capped(db, services, account, now):
            data |= {"delivery": "capped", "sent_at": 0}
        token = new_token()
        flow = MACHINE.begin(
            db,
            "ask",
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            data=data,
            now=now,
            life_seconds=services.config.approval_seconds,
            token_hash=token_hash(token),
        )
        message = None
        if data["delivery"] != "capped":
            try:
                message = _prepare(db, services, visitor, account, flow, token, now)
            except SentRecently as held:
                data |= held_data(services, held, now)
                flow = MACHINE.transition(db, flow, "note_undelivered", data=data)
    return CODES.deliver(services, flow, message)


def send_again(services: Services, visitor: Visitor, flow: Flow) -> Flow:
    """Send another email (or text) with a new link.

    Raises:
        Throttled, SentRecently: the last one was sent too recently.
        SendCapReached, StaleFlow.
    """
    now = services.clock.now()
    with keeping_reservation(services.store) as db:
        account = owner_of(db, flow)
        wait = resend_in(services, flow)
        if wait > 0 and flow.data["delivery"] != HELD:
            raise Throttled(wait) if flow.data["by"] == "mail" else SentRecently(wait, is_same_flow=True)
        if _is_capped(db, services, account, now):
            raise SendCapReached("approval")
        token = new_token()
        message = _prepare(db, services, visitor, account, flow, token, now)
        flow = MACHINE.transition(
            db, flow, "send_again", data={**flow.data, "delivery": "sent", "sent_at": now}
        )
        flows.set_token(db, flow, token_hash(token))
    return CODES.deliver(services, flow, message)


def find(services: Services, visitor: Visitor, session: bytes, flow_id: str | None) -> Flow | None:
    """Return the request that this session made from this browser, an expired one too (docs/promises.md#38)."""
    if flow_id is None:
        return None
    with services.store.reading() as db:
        flow = flows.find(db, flow_id, MACHINE.kind, visitor.browser, -math.inf)
    return flow if flow is not None and flow.session == session else None


def find_by_link(services: Services, token: str) -> Flow | None:
    """Return the request of an email's link."""
    with services.store.reading() as db:
        return flows.find_by_token(db, MACHINE.kind, token_hash(token))


def status(services: Services, flow: Flow) -> Status:
    """Return a request's state. It has expired if it was neither decided nor taken in time."""
    if flow.state in ("pending", "approved") and services.clock.now() >= flow.expires_at:
        return "expired"
    return flow.state  # type: ignore[return-value]


def attempt_of(services: Services, flow: Flow) -> Attempt:
    """Return who asked, when and where, for the decision page."""
    with services.store.reading() as db:
        account = owner_of(db, flow)
    return Attempt(account.name, flow.created_at, flow.data["device"], flow.data["near"])


def decide(services: Services, visitor: Visitor, flow: Flow, decision: Literal["approve", "deny"]) -> Flow:
    """Decide a pending request, once. A denial is final, and the owner is notified.

    Raises:
        StaleFlow: it was decided before, or has expired.
    """
    now = services.clock.now()
    if status(services, flow) != "pending":
        raise StaleFlow("decided before, or expired")
    if decision == "approve" and flow.data["by"] != "mail":
        raise StaleFlow("a texted link only denies")
    with services.store.writing() as db:
        account = owner_of(db, flow)
        flow = MACHINE.transition(db, flow, decision)
        kind = "approval.approved" if decision == "approve" else "approval.denied"
        audit.record(db, visitor, account, kind, now, asked_from=flow.data["device"])
    if decision == "deny":
        dispatch(services)
    return flow


def submit_code(services: Services, visitor: Visitor, flow: Flow, typed: str) -> Elevated:
    """Approve by the texted code and elevate at once.

    Raises:
        WrongCode, Throttled, StaleFlow.
    """
    now = services.clock.now()
    if status(services, flow) != "pending" or flow.data["by"] != "sms":
        raise StaleFlow("decided before, or expired")
    with judging(services) as db:
        account = owner_of(db, flow)

        def note(judgement: Judgement) -> None:
            audit.record(db, visitor, account, "approval.code_wrong", now, verdict=judgement.verdict.value)

        source = SentSource(flow.id, MACHINE.kind, services.pepper)
        CODES.check(db, services, source, typed, key=f"approval:{account.id}", now=now, note=note)
        flow = MACHINE.transition(db, flow, "approve")
        return _take(db, services, visitor, account, flow, now)


def take(services: Services, visitor: Visitor, flow: Flow) -> Elevated:
    """Elevate the asking session after an approval, once.

    Raises:
        StaleFlow: not approved, taken before, expired, or two-step verification was turned on meanwhile.
    """
    now = services.clock.now()
    if status(services, flow) != "approved":
        raise StaleFlow("not approved")
    with services.store.writing() as db:
        return _take(db, services, visitor, owner_of(db, flow), flow, now)


def _take(
    db: Connection, services: Services, visitor: Visitor, account: Account, flow: Flow, now: float
) -> Elevated:
    if account.two_step_on:
        raise StaleFlow("two-step verification is on by now: a code is asked instead")
    MACHINE.transition(db, flow, "take")
    return elevate(db, services, visitor, account, flow, now, how=flow.data["by"])


def _leading_to(db: Connection, flow: Flow, return_to: str) -> Flow:
    data = {**flow.data, "return_to": return_to}
    return flow if data == flow.data else flows.move(db, flow, state=flow.state, data=data) or flow


def _is_capped(db: Connection, services: Services, account: Account, now: float) -> bool:
    since = now - services.limits.send_cap_seconds
    return events.count_since(db, account.id, "approval.sent", since) >= services.limits.send_cap


def _prepare(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    flow: Flow,
    token: str,
    now: float,
) -> Message:
    """Count the message that will be sent, and write it: an email with a link, or a text with a code too.

    Raises:
        SentRecently: the number is held; nothing was counted.
    """
    data = flow.data
    if data["by"] == "mail":
        assert account.email is not None
        message = Message(
            account_id=account.id,
            channel="mail",
            recipient=account.email,
            kind=APPROVAL,
            language=message_language(visitor, account.language),
            data={"at": flow.created_at, "device": data["device"], "near": data["near"]},
            created_at=now,
            due_at=now,
        )
        message = enqueue_secret(db, services.seal, message, {"token": token}, is_awaited=True)
    else:
        assert account.phone is not None
        language = message_language(visitor, account.language)
        target = Target(flow.id, "sms", account.phone, language, account.id, is_own=True)
        message = CODES.prepare(db, services, target, now, kind=APPROVAL, secret={"token": token})
    audit.record(db, visitor, account, "approval.sent", now, by=data["by"])
    return message
