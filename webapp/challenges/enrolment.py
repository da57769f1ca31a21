"""Verify a method before it is one: a number by the code it receives, an app by its first code.

Set-up, backups, new methods and changed ones all enrol in this way; each flow's own table says when. Until the
flow's last move the proof is the flow's own, with the app's secret sealed in it (docs/promises.md#9, #65).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from webapp.challenges import calls
from webapp.challenges.engine import Challenge, Target, deliver_or_raise, owner_of
from webapp.errors import LandlineNeedsCall, MethodTaken
from webapp.factors.app import seal_context
from webapp.rules import phone_numbers, totp
from webapp.rules.phone_numbers import PhoneNumber
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.codes import Enrolling, Judgement, Sent, Source
from webapp.services.context import Services
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


class EnrolmentChallenge(Challenge):
    """The codes that enrol a method, for one kind of flow."""

    def send(
        self,
        services: Services,
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
            account = owner_of(db, flow)
            target = Target(scope(flow, number.e164), channel, number.e164, account.language, account.id)
            outgoing = self.prepare(db, services, target, now)
        deliver_or_raise(services, outgoing)
        with services.store.writing() as db:
            data = {**kept, "number": number.e164, "channel": channel, "sent_at": now}
            return self.table.transition(db, flow, move, data=data)

    def judge_number(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        account: Account,
        flow: Flow,
        typed: str,
        now: float,
    ) -> Proof:
        """Judge the code from the phone.

        Raises:
            WrongCode, Throttled.
        """
        number = flow.data["number"]
        source = Sent(scope(flow, number), flow.kind, services.pepper)
        self._judge(db, services, visitor, account, source, typed, now)
        return {"kind": flow.data["channel"], "number": number}

    def judge_app(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        account: Account,
        flow: Flow,
        typed: str,
        now: float,
    ) -> Proof:
        """Judge the app's first code; its step is used up and will not sign in (docs/promises.md#9).

        Raises:
            WrongCode, Throttled.
        """
        sealed = flow.data["secret"]
        source = Enrolling(_opened(services, account.id, sealed), services.limits.totp_window)
        self._judge(db, services, visitor, account, source, typed, now)
        return {"kind": "app", "secret": sealed, "step": source.step}

    def _judge(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        account: Account,
        source: Source,
        typed: str,
        now: float,
    ) -> None:
        def note(judgement: Judgement) -> None:
            verdict = judgement.verdict.value
            audit.record(db, visitor, account, "set_up.code_wrong", now, verdict=verdict)

        self.check(db, services, source, typed, key=f"set_up:{account.id}", now=now, note=note)


def new_secret(services: Services, account_id: str) -> str:
    """A fresh app secret, sealed for a flow's data."""
    sealed = services.seal.seal(totp.new_secret().encode(), seal_context(account_id))
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


def call_outcome(services: Services, flow: Flow) -> calls.Outcome | None:
    """Where the call that speaks this flow's code stands; None when it was texted."""
    return calls.outcome(services, scope(flow, flow.data["number"]), flow.kind)


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
        secret=services.seal.seal(secret.encode(), seal_context(account.id)),
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


def _opened(services: Services, account_id: str, sealed: str) -> str:
    return services.seal.open(base64.b64decode(sealed), seal_context(account_id)).decode()
