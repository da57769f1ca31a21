"""Proving a method: a number by the code it receives, an app by its first code.

Set-up, backups, new methods and changed ones all prove in this way; each flow's own table says when. Until the
flow's last move the proof is the flow's own, with the app's secret sealed in it (docs/promises.md#9, #65).
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import DeliveryFailed, LandlineNeedsCall, MethodTaken, WrongCode
from webapp.flows import calls, challenge
from webapp.flows.state_machine import StateMachine
from webapp.rules import phone_numbers, totp
from webapp.rules.phone_numbers import PhoneNumber
from webapp.rules.visitor import Visitor
from webapp.services import audit, codes
from webapp.services.codes import Enrolling, Sent
from webapp.services.context import Services
from webapp.store import codes as sent_codes
from webapp.store import methods
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import Kind, Method

NAME_LENGTH = 40

Proof = dict[str, Any]
"""What was proven: ``kind``, with ``number``, or with ``secret`` (sealed) and ``step``; perhaps a ``name``."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app is given: the key, and the same as an ``otpauth:`` address for the QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def new_secret(services: Services, account_id: str) -> str:
    """A fresh app secret, sealed for a flow's data."""
    sealed = services.seal.seal(totp.new_secret().encode(), challenge.seal_context(account_id))
    return base64.b64encode(sealed).decode()


def enrolment(services: Services, account: Account, flow: Flow) -> Enrolment:
    """The key and QR content of the app that may be proven now."""
    secret = _opened(services, account.id, flow.data["secret"])
    return Enrolment(secret, totp.provisioning_uri(secret, account.email or account.phone or account.name))


def read_number(typed: str, region: str, channel: Kind) -> PhoneNumber:
    """A number that can be reached by ``channel``.

    Raises:
        NotAPhoneNumber, LandlineNeedsCall.
    """
    number = phone_numbers.parse(typed, region)
    if channel == "sms" and number.kind == "landline":
        raise LandlineNeedsCall()
    return number


def send(
    services: Services,
    table: StateMachine,
    flow: Flow,
    move: str,
    number: PhoneNumber,
    channel: Kind,
    kept: dict[str, Any],
) -> Flow:
    """Send a code to a number and make ``move``; the flow's data becomes ``kept`` and what was sent.

    The flow goes on only once the code has left: a gateway that fails leaves it where it was.

    Raises:
        Throttled, SendCapReached, DeliveryFailed, StaleFlow.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        account = challenge.owner_of(db, flow)
        code, plain = codes.prepare(
            db,
            flow_id=scope(flow, number.e164),
            purpose=table.kind,
            account_id=account.id,
            method_id=None,
            channel=channel,
            recipient=number.e164,
            pepper=services.pepper,
            limits=services.limits,
            now=now,
        )
    try:
        call_sid = services.outbound.send_code(
            channel=channel, to=number.e164, code=plain, language=account.language
        )
    except DeliveryFailed as failed:
        with services.store.writing() as db:
            sent_codes.mark_failed(db, code.id, challenge.failure_reason(failed))
        raise
    if call_sid is not None:
        calls.note(services, code.id, call_sid)
    with services.store.writing() as db:
        data = {**kept, "number": number.e164, "channel": channel, "sent_at": now}
        return table.transition(db, flow, move, data=data)


def resend_in(services: Services, flow: Flow) -> int:
    """Whole seconds until another code may be asked for."""
    left = flow.data["sent_at"] + services.limits.resend_seconds - services.clock.now()
    return max(0, math.ceil(left))


def call_outcome(services: Services, flow: Flow) -> calls.Outcome | None:
    """Where the call that speaks this flow's code stands; None when it was texted."""
    return calls.outcome(services, scope(flow, flow.data["number"]), flow.kind)


def check_number_code(
    db: Connection, services: Services, visitor: Visitor, account: Account, flow: Flow, typed: str, now: float
) -> Proof | codes.Judgement:
    """Judge the code from the phone: a proof, or the judgement on what was wrong (counted and recorded)."""
    number = flow.data["number"]
    source = Sent(scope(flow, number), flow.kind, services.pepper)
    judgement = _judge(db, services, visitor, account, source, typed, now)
    return {"kind": flow.data["channel"], "number": number} if judgement.is_right else judgement


def check_app_code(
    db: Connection, services: Services, visitor: Visitor, account: Account, flow: Flow, typed: str, now: float
) -> Proof | codes.Judgement:
    """Judge the app's first code; its step is used up and will not sign in (docs/promises.md#9)."""
    sealed = flow.data["secret"]
    source = Enrolling(_opened(services, account.id, sealed), services.limits.totp_window)
    judgement = _judge(db, services, visitor, account, source, typed, now)
    return {"kind": "app", "secret": sealed, "step": source.step} if judgement.is_right else judgement


def refusal(judgement: codes.Judgement) -> WrongCode:
    """The refusal that tells a judgement; raise it after the transaction that counted."""
    return WrongCode(judgement.verdict.value, judgement.wait_seconds)


def refuse_taken(number: str, owned: list[Method], proofs: list[Proof]) -> None:
    """One number is never two methods (docs/screens.md#one-number).

    Raises:
        MethodTaken: it is one of ``owned``, or was proven before in the same flow.
    """
    taken = {method.number for method in owned} | {proof.get("number") for proof in proofs}
    if number in taken:
        raise MethodTaken()


def persist_method(
    db: Connection, services: Services, account: Account, proof: Proof, *, is_preferred: bool, now: float
) -> Method:
    """Make a method of a proof.

    Raises:
        Conflict: the account has this number or secret already.
    """
    name = clean_name(proof.get("name", ""))
    if proof["kind"] != "app":
        return methods.add(
            db,
            account_id=account.id,
            kind=proof["kind"],
            number=proof["number"],
            name=name,
            is_preferred=is_preferred,
            verified_at=now,
        )
    secret = _opened(services, account.id, proof["secret"])
    return methods.add(
        db,
        account_id=account.id,
        kind="app",
        secret=services.seal.seal(secret.encode(), challenge.seal_context(account.id)),
        secret_mark=totp.mark(secret, services.pepper),
        name=name,
        is_preferred=is_preferred,
        last_step=proof["step"],
        verified_at=now,
    )


def clean_name(typed: str) -> str:
    """A method's name as it is kept: printable, on one line, at most `NAME_LENGTH` characters."""
    printable = "".join(char if char.isprintable() else " " for char in typed)
    return " ".join(printable.split())[:NAME_LENGTH].rstrip()


def scope(flow: Flow, number: str) -> str:
    """Return what a code is bound to: flow *and* number, so that it proves no other number (docs/promises.md#14)."""
    return f"{flow.id}:{number}"


def _judge(
    db: Connection,
    services: Services,
    visitor: Visitor,
    account: Account,
    source: codes.Source,
    typed: str,
    now: float,
) -> codes.Judgement:
    key = f"set_up:{account.id}"
    judgement = codes.verify(db, source, typed, key=key, limits=services.limits, now=now)
    if not judgement.is_right:
        audit.record(db, visitor, account, "set_up.code_wrong", now, verdict=judgement.verdict.value)
    return judgement


def _opened(services: Services, account_id: str, sealed: str) -> str:
    return services.seal.open(base64.b64decode(sealed), challenge.seal_context(account_id)).decode()
