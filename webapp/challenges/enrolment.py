"""Enrol a method: an address by the code that it receives, a device by its first code.

Set-up, backups, new methods and changed ones share this; each flow's state machine says when. Until the flow's last
transition the proof is kept in the flow, with its secret sealed (docs/promises.md#9, #65).
"""

from __future__ import annotations

from typing import Any

from webapp.challenges import calls
from webapp.challenges.engine import Challenge, Target, deliver_or_raise, flow_end, held_data, owner_of
from webapp.errors import MethodTaken, SentRecently
from webapp.factors.factor import Proof, scope
from webapp.factors.registry import FACTORS, refuse_role
from webapp.rules.typed import one_line
from webapp.rules.visitor import Visitor
from webapp.services import audit
from webapp.services.codes import Judgement
from webapp.services.context import Services
from webapp.services.holds import keeping_reservation
from webapp.services.outbox import message_language
from webapp.store import methods
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.methods import Method

NAME_LENGTH = 40


class EnrolmentChallenge(Challenge):
    """The codes that enrol a method, for one kind of flow."""

    def send(
        self,
        services: Services,
        visitor: Visitor,
        flow: Flow,
        move: str,
        kind: str,
        address: str,
        kept: dict[str, Any],
        *,
        is_again: bool = False,
    ) -> Flow:
        """Send a code to an address and make the transition ``move``. Its data becomes ``kept`` and what was sent.

        The flow goes on only once the code has been sent: a gateway that fails changes nothing. To an address that
        is held the code is sent later, by the page that waits for it.

        Raises:
            SentRecently: the page that waits for the code asked again too early.
            SendCapReached, BudgetSpent, CountryNotServed, DeliveryFailed, StaleFlow.
        """
        now = services.clock.now()
        message = None
        sent: dict[str, Any] = {"delivery": "sent", "sent_at": now}
        try:
            with keeping_reservation(services.store) as db:
                account = owner_of(db, flow)
                target = Target(
                    scope(flow, address),
                    kind,
                    address,
                    message_language(visitor, account.language),
                    account.id,
                    is_own=address == account.phone,
                    sender=visitor.sender,
                )
                message = self.prepare(db, services, target, now)
            deliver_or_raise(services, message)
        except SentRecently as held:
            if is_again:
                raise
            sent = held_data(services, held, now)
        with services.store.writing() as db:
            data = {**kept, "number": address, "channel": kind, **sent}
            expires_at = flow_end(services, flow.created_at, now, is_code_sent=message is not None)
            return self.machine.transition(db, flow, move, data=data, expires_at=expires_at)

    def judge(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        flow: Flow,
        kind: str,
        typed: str,
        now: float,
    ) -> Proof:
        """Check the code that enrols a method of ``kind``.

        Raises:
            WrongCode, Throttled.
        """

        def note(judgement: Judgement) -> None:
            verdict = judgement.verdict.value
            audit.record(db, visitor, owner_of(db, flow), "set_up.code_wrong", now, verdict=verdict)

        assert flow.account_id is not None
        source = FACTORS[kind].first_source(services, flow.account_id, flow)
        self.check(db, services, source, typed, key=f"set_up:{flow.account_id}", now=now, note=note)
        return {**FACTORS[kind].proof(flow, source), "verified_at": now}


def call_outcome(services: Services, flow: Flow) -> calls.Outcome | None:
    """Return the state of the call that speaks this flow's code; None if it was texted."""
    return calls.outcome(services, scope(flow, flow.data["number"]), flow.kind)


def refuse_taken(number: str, owned: list[Method], proofs: list[Proof]) -> None:
    """Refuse a number that is a method already (docs/screens.md#one-number).

    Raises:
        MethodTaken: it is one of ``owned``, or was verified earlier in the same flow.
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
        UnknownChoice: the factor may not be preferred, or no backup.
    """
    refuse_role(proof["kind"], is_preferred=is_preferred)
    return methods.add(
        db,
        account_id=account.id,
        kind=proof["kind"],
        name=clean_name(proof.get("name", "")),
        is_preferred=is_preferred,
        verified_at=proof.get("verified_at", now),
        **FACTORS[proof["kind"]].columns(services, account.id, proof),
    )


def clean_name(typed: str) -> str:
    """Return a method's name as it is stored: on one line, at most `NAME_LENGTH` characters; "" for none."""
    return one_line(typed, NAME_LENGTH)
