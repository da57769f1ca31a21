"""Ask for a code of one of the account's methods: at sign-in, at step-up, and to turn it on again.

The flow's data holds which method is asked, when a code was sent and whether it was delivered.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from webapp.challenges.engine import Challenge, Target, flow_end, held_data, owner_of, resend_in
from webapp.errors import (
    LinkRefused,
    MethodSwitchedOff,
    SendCapReached,
    SentRecently,
    StaleFlow,
    UnknownChoice,
)
from webapp.factors.factor import SentFactor
from webapp.factors.registry import FACTORS
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.codes import Judgement
from webapp.services.context import Services
from webapp.services.holds import keeping_reservation
from webapp.services.outbox import message_language
from webapp.store import flows, methods
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import ChallengeContext, Method
from webapp.store.outbox import Message

NOTIFY_AT = (1, 10)
"""The numbers of wrong codes in a row after which the owner gets an email: at the start of a run, and if it goes on."""

SHOWN = ("method", "kind", "last3", "name")


class Choice(NamedTuple):
    """A way to receive a code, as the page offers it. ``value`` is signed for this flow alone."""

    value: str
    kind: str
    last3: str
    name: str
    is_current: bool
    is_off: bool


class CodePageState(NamedTuple):
    """What the code page shows of the challenge.

    ``has_code`` says that there is a code to enter. ``resend_in`` is in whole seconds.
    """

    kind: str
    last3: str
    name: str
    delivery: str | None
    has_code: bool
    resend_in: int


class MethodChallenge(Challenge):
    """The codes of an account's methods, for one kind of flow."""

    def issue(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        account: Account,
        method: Method,
        *,
        flow_id: str,
        now: float,
    ) -> tuple[dict[str, Any], Message | None]:
        """Ask for a code of ``method``. Return the flow's data about it, and the message, if one is sent.

        A reached cap is part of the result, not a refusal: the visitor gets to the page and may choose the app.

        Raises:
            SentRecently.
        """
        factor = FACTORS[method.kind]
        asked = _shown(method)
        if not isinstance(factor, SentFactor) or method.disabled_at is not None:
            return asked, None
        language = message_language(visitor, account.language)
        target = Target(flow_id, method.kind, method.number or "", language, account.id, method.id)
        try:
            message = self.prepare(db, services, target, now)
        except SendCapReached:
            return {**asked, "delivery": "capped"}, None
        return asked | {"delivery": "sent", "sent_at": now}, message

    def begin(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        account: Account,
        method: Method,
        now: float,
        *,
        data: dict[str, Any],
        move: str = "ask_code",
        session: bytes | None = None,
    ) -> tuple[Flow, Message | None]:
        """Begin a flow that asks for a code of ``method``; see `issue`. A recipient that is held gets it later."""
        flow_id = flows.new_id()
        message = None
        try:
            issued, message = self.issue(db, services, visitor, account, method, flow_id=flow_id, now=now)
        except SentRecently as held:
            issued = _shown(method) | held_data(services, held, now)
        flow = self.machine.begin(
            db,
            move,
            account_id=account.id,
            browser=visitor.browser,
            session=session,
            data={**data, **issued},
            now=now,
            life_seconds=flow_end(services, now, now, is_code_sent=message is not None) - now,
            flow_id=flow_id,
        )
        return flow, message

    def send_again(
        self,
        services: Services,
        visitor: Visitor,
        flow: Flow,
        choice: str | None,
        *,
        move: str,
        kept: tuple[str, ...],
    ) -> Flow:
        """Ask again, by the chosen method or by the same one. Make the transition ``move`` with what is ``kept``.

        Over the cap, the current method stays: a code that was sent for it is still valid, and is counted for it
        alone.

        Raises:
            UnknownChoice, SentRecently, StaleFlow.
        """
        now = services.clock.now()
        with keeping_reservation(services.store) as db:
            account = owner_of(db, flow)
            method = chosen(db, services, flow, choice, now)
            asked, message = self.issue(db, services, visitor, account, method, flow_id=flow.id, now=now)
            if asked.get("delivery") == "capped":
                asked |= {name: flow.data[name] for name in SHOWN} | {"has_earlier": _has_code(flow)}
            data = {**{name: flow.data[name] for name in kept}, **asked}
            expires_at = flow_end(services, flow.created_at, now, is_code_sent=message is not None)
            flow = self.machine.transition(db, flow, move, data=data, expires_at=expires_at)
        return self.deliver(services, flow, message)

    def judge(
        self, db: Connection, services: Services, visitor: Visitor, flow: Flow, typed: str, now: float
    ) -> ChallengeContext:
        """Check a typed code against the method asked. Record and count a wrong one.

        Return the method with its owner.

        Raises:
            WrongCode, Throttled.
            MethodSwitchedOff: the method takes no codes any more.
        """
        asked_id = flow.data["method"]
        key = throttle_key(asked_id)
        context = methods.find_challenge_context(db, flow, asked_id, key)
        if context is None or context.method.disabled_at is not None:
            raise MethodSwitchedOff()
        self.check(
            db,
            services,
            FACTORS[context.method.kind].source(services, context, flow),
            typed,
            key=key,
            now=now,
            note=lambda judgement: _count_against(db, services, visitor, context, judgement, now),
            before=context.throttle,
        )
        return context


def pick(owned: list[Method]) -> Method:
    """Return the method to ask first: the preferred one, unless it is switched off and another is not.

    Raises:
        StaleFlow: all methods were cleared after the account was read.
    """
    if not owned:
        raise StaleFlow("the methods are gone")
    return next((method for method in owned if method.disabled_at is None), owned[0])


def asked(services: Services, flow: Flow) -> CodePageState:
    """Return what the code page shows of a flow's challenge."""
    data = flow.data
    return CodePageState(
        data["kind"],
        data["last3"],
        data["name"],
        data.get("delivery"),
        _has_code(flow),
        resend_in(services, flow),
    )


def choices(services: Services, flow: Flow) -> list[Choice]:
    """Return each way of the account to receive a code, the app included. Unverified numbers have no row here."""
    assert flow.account_id is not None
    with services.store.reading() as db:
        return [
            Choice(
                value=services.signer.sign(f"choice:{flow.id}", method.id, services.clock.now()),
                kind=method.kind,
                last3=FACTORS[method.kind].mask(method),
                name=method.name,
                is_current=method.id == flow.data.get("method"),
                is_off=method.disabled_at is not None,
            )
            for method in methods.of_account(db, flow.account_id)
        ]


def chosen(db: Connection, services: Services, flow: Flow, value: str | None, now: float) -> Method:
    """Return the method that a posted choice names; without a choice, the method asked now (a resend).

    Raises:
        UnknownChoice: forged, of another flow, or of a removed method; nothing is sent (docs/promises.md#30).
    """
    assert flow.account_id is not None
    try:
        method_id = (
            flow.data["method"]
            if value is None
            else services.signer.read(f"choice:{flow.id}", value, services.config.flow_seconds, now)
        )
    except LinkRefused:
        raise UnknownChoice() from None
    method = methods.find(db, flow.account_id, method_id)
    if method is None:
        raise UnknownChoice()
    return method


def _has_code(flow: Flow) -> bool:
    """Return whether a code left in this flow, and is not replaced; an app has one at any time."""
    return flow.data.get("delivery", "sent") == "sent" or flow.data.get("has_earlier", False)


def _shown(method: Method) -> dict[str, Any]:
    """Return the flow's data about the method that is asked."""
    return {
        "method": method.id,
        "kind": method.kind,
        "last3": FACTORS[method.kind].mask(method),
        "name": method.name,
    }


def throttle_key(method_id: str) -> str:
    """Return the throttle's key: the method, not the browser or address (docs/promises.md#22)."""
    return f"method:{method_id}"


def _count_against(
    db: Connection,
    services: Services,
    visitor: Visitor,
    context: ChallengeContext,
    judgement: Judgement,
    now: float,
) -> None:
    """Record a wrong code. After too many in a row, switch the method off (docs/promises.md#20)."""
    account, method = context.account, context.method
    audit.record(
        db,
        visitor,
        account,
        "sign_in.code_wrong",
        now,
        notify=judgement.is_guess and judgement.wrong_in_a_row in NOTIFY_AT,
        verdict=judgement.verdict.value,
        method=method.kind,
    )
    if judgement.wrong_in_a_row >= services.limits.tries_until_off:
        methods.switch_off(db, method.id, now)
        audit.record(db, visitor, account, "method.switched_off", now, method=method.kind)
