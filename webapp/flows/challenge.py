"""Asking for a one-time code: what sign-in and step-up have in common.

A challenge lives in its flow's data: which method is asked, when a code left and whether it did. Each code is bound
to its flow, so one for another request, purpose or number fails here (docs/promises.md#14).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import (
    DeliveryFailed,
    LinkRefused,
    MethodSwitchedOff,
    SendCapReached,
    StaleFlow,
    UnknownChoice,
)
from webapp.flows import calls
from webapp.flows.state_machine import StateMachine
from webapp.rules.visitor import Visitor
from webapp.services import audit, codes
from webapp.services.codes import App, Judgement, Sent, Source
from webapp.services.context import Services
from webapp.store import accounts, methods
from webapp.store import codes as sent_codes
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import ChallengeContext, Method

TELL_AT = (1, 10)
"""The wrong codes in a row after which the owner is mailed: the first of a run, and when it goes on."""


@dataclass(frozen=True, slots=True)
class OutgoingCode:
    """A code on its way out: made in a transaction, sent after it."""

    code_id: str
    channel: str
    to: str
    plain: str = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to receive a code, as the page offers it; ``value`` is signed for this flow alone."""

    value: str
    kind: str
    last3: str
    name: str
    is_current: bool
    is_off: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the code page tells of the challenge; ``resend_in`` in whole seconds."""

    kind: str
    last3: str
    name: str
    delivery: str | None
    resend_in: int


def pick(owned: list[Method]) -> Method:
    """The method that is asked first: the preferred one, unless it is switched off and another is not.

    Raises:
        StaleFlow: there is none any more; all were cleared after the account was looked at.
    """
    if not owned:
        raise StaleFlow("the methods are gone")
    return next((method for method in owned if method.disabled_at is None), owned[0])


def issue(
    db: Connection,
    services: Services,
    account: Account,
    method: Method,
    *,
    flow_id: str,
    purpose: str,
    now: float,
) -> tuple[dict[str, Any], OutgoingCode | None]:
    """Ask for a code of ``method``: the flow's data about it, and the code to send where there is one.

    A reached send cap is part of the answer, not a refusal: the visitor gets to the page and may choose the app.

    Raises:
        Throttled: the last code of this flow left too recently.
    """
    asked: dict[str, Any] = {
        "method": method.id,
        "kind": method.kind,
        "last3": (method.number or "")[-3:],
        "name": method.name,
    }
    if method.number is None or method.disabled_at is not None:
        return asked, None
    try:
        code, plain = codes.prepare(
            db,
            flow_id=flow_id,
            purpose=purpose,
            account_id=account.id,
            method_id=method.id,
            channel=method.kind,
            recipient=method.number,
            pepper=services.pepper,
            limits=services.limits,
            now=now,
        )
    except SendCapReached:
        return {**asked, "delivery": "capped"}, None
    asked |= {"delivery": "sent", "sent_at": now}
    return asked, OutgoingCode(code.id, method.kind, method.number, plain, account.language)


def issue_again(
    db: Connection, services: Services, flow: Flow, choice: str | None, now: float
) -> tuple[dict[str, Any], OutgoingCode | None]:
    """Ask once more, by the chosen way or by the same; see `chosen` and `issue`.

    Over the send cap the way that was asked stays: a code that left for it is still good, and is counted for it alone.
    """
    account = owner_of(db, flow)
    method = chosen(db, services, flow, choice, now)
    asked, outgoing = issue(db, services, account, method, flow_id=flow.id, purpose=flow.kind, now=now)
    if asked.get("delivery") == "capped":
        asked |= {name: flow.data[name] for name in ("method", "kind", "last3", "name")}
    return asked, outgoing


def send(services: Services, table: StateMachine, flow: Flow, outgoing: OutgoingCode | None) -> Flow:
    """Send the code; a failure is written down, so that the page tells it and another try is free."""
    if outgoing is None:
        return flow
    try:
        call_sid = services.outbound.send_code(
            channel=outgoing.channel, to=outgoing.to, code=outgoing.plain, language=outgoing.language
        )
    except DeliveryFailed as failed:
        reason = failure_reason(failed)
        with services.store.writing() as db:
            sent_codes.mark_failed(db, outgoing.code_id, reason)
            return table.transition(
                db, flow, "note_undelivered", data={**flow.data, "delivery": reason, "sent_at": 0}
            )
    if call_sid is not None:
        calls.note(services, outgoing.code_id, call_sid)
    return flow


def failure_reason(failed: DeliveryFailed) -> str:
    """The word a page knows a failed delivery by: ``landline``, ``stopped``, ``unreachable`` or the failure's kind."""
    code = getattr(failed, "code", None)
    return {
        21635: "landline",
        21614: "landline",
        21610: "stopped",
        21211: "unreachable",
        21217: "unreachable",
        21612: "unreachable",
        21408: "unreachable",
    }.get(code or 0, failed.kind)


def asked(services: Services, flow: Flow) -> Asked:
    """What the code page shows of a flow's challenge."""
    data = flow.data
    delivery = data.get("delivery")
    left = data.get("sent_at", 0) + services.limits.resend_seconds - services.clock.now()
    return Asked(
        data["kind"],
        data["last3"],
        data["name"],
        delivery,
        max(0, math.ceil(left)) if delivery == "sent" else 0,
    )


def choices(services: Services, flow: Flow) -> list[Choice]:
    """Every way of the account to receive a code, the app too; unverified numbers have no row and so no place."""
    assert flow.account_id is not None
    with services.store.reading() as db:
        return [
            Choice(
                value=services.signer.sign(f"choice:{flow.id}", method.id, services.clock.now()),
                kind=method.kind,
                last3=(method.number or "")[-3:],
                name=method.name,
                is_current=method.id == flow.data.get("method"),
                is_off=method.disabled_at is not None,
            )
            for method in methods.of_account(db, flow.account_id)
        ]


def chosen(db: Connection, services: Services, flow: Flow, value: str | None, now: float) -> Method:
    """The method that a posted choice names; without one, the method asked now (a plain resend).

    Raises:
        UnknownChoice: forged, of another flow, or of a method that is gone: nothing is sent (docs/promises.md#30).
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


def judge(
    db: Connection, services: Services, visitor: Visitor, flow: Flow, typed: str, now: float
) -> tuple[ChallengeContext, Judgement]:
    """Judge a typed code against the method asked; record and count what is not right.

    Returns the method with its owner as well, for what follows.

    Raises:
        MethodSwitchedOff: the method takes no codes any more.
        Throttled: a wait runs.
    """
    assert flow.account_id is not None
    asked_id = flow.data["method"]
    context = methods.find_challenge_context(db, flow.account_id, asked_id, throttle_key(asked_id))
    if context is None or context.method.disabled_at is not None:
        raise MethodSwitchedOff()
    judgement = codes.verify(
        db,
        source_of(services, context.method, flow),
        typed,
        key=throttle_key(asked_id),
        limits=services.limits,
        now=now,
        before=context.throttle,
    )
    if not judgement.is_right:
        count_against(db, services, visitor, context.account, context.method, judgement, now)
    return context, judgement


def count_against(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    method: Method,
    judgement: Judgement,
    now: float,
) -> None:
    """Record a code that was not right; after too many in a row, switch the method off (docs/promises.md#20)."""
    audit.record(
        db,
        visitor,
        account,
        "sign_in.code_wrong",
        now,
        tell=judgement.wrong_in_a_row in TELL_AT,
        verdict=judgement.verdict.value,
        method=method.kind,
    )
    if judgement.wrong_in_a_row >= services.limits.tries_until_off:
        methods.switch_off(db, method.id, now)
        audit.record(db, visitor, account, "method.switched_off", now, method=method.kind)


def source_of(services: Services, method: Method, flow: Flow) -> Source:
    """Where the codes of a method come from, for this flow."""
    if method.secret is None:
        return Sent(flow.id, flow.kind, services.pepper)
    return App(
        method,
        services.seal.open(method.secret, seal_context(method.account_id)).decode(),
        services.limits.totp_window,
    )


def seal_context(account_id: str) -> str:
    """What an account's TOTP secrets are sealed for: bytes copied to another account open nothing."""
    return f"totp:{account_id}"


def throttle_key(method_id: str) -> str:
    """Who is counted: the method, whatever the browser or address (docs/promises.md#22)."""
    return f"method:{method_id}"


def owner_of(db: Connection, flow: Flow) -> Account:
    """The account that a flow past its password belongs to."""
    assert flow.account_id is not None
    return accounts.get(db, flow.account_id)
