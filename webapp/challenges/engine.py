"""Issue a code, deliver it, check what is typed, and compute when another may be sent."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from webapp.challenges.delivery import APPROVAL, CODE, DECOY, dispatch, send_now
from webapp.errors import DeliveryFailed, SentRecently, WrongCode
from webapp.services import budgets, codes
from webapp.services.codes import Judgement, Source, Verdict
from webapp.services.context import Services
from webapp.services.outbox import enqueue_secret
from webapp.store import accounts, outbox
from webapp.store import codes as sent_codes
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.outbox import Message
from webapp.store.throttles import Throttle

TELEPHONE = frozenset({"sms", "voice"})
"""The channels on which each message costs money."""


HELD = "held"
"""The delivery of a code that wasn't sent yet: another one went to the same recipient."""


class Machine(Protocol):
    """The part of a flow's state machine that a challenge uses."""

    @property
    def kind(self) -> str:
        """Return the kind of flow, which is also the purpose of its codes."""

    def begin(
        self,
        db: Connection,
        name: str,
        *,
        account_id: str | None,
        browser: bytes,
        session: bytes | None,
        data: dict[str, Any],
        now: float,
        life_seconds: float,
        flow_id: str,
    ) -> Flow:
        """Make a flow by a transition."""

    def transition(
        self, db: Connection, flow: Flow, name: str, *, data: dict[str, Any], expires_at: float | None = None
    ) -> Flow:
        """Make a transition, perhaps with another end. Raise ``StaleFlow`` if the flow is in another state."""


class Target(NamedTuple):
    """Where a code goes and what it counts for.

    The code is valid for ``bound_to`` alone (docs/promises.md#14). ``counted_as`` is the recipient whose cap it uses,
    if that isn't ``to``; ``named`` is what was typed, if that isn't. ``is_own`` says that ``to`` is verified for the
    account. Where it isn't, a text or call is charged to the ``sender``. ``is_at_home`` says that the owner of ``to``
    signed in before at this browser.
    """

    bound_to: str
    channel: str
    to: str
    language: str
    account_id: str | None
    method_id: str | None = None
    counted_as: str | None = None
    named: str | None = None
    is_own: bool = False
    is_at_home: bool = False
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """The codes of one kind of flow.

    If the account ``is_proven``, the answer waits for the result of a message, and shows it. Otherwise messages are
    sent after the answer, and nothing shows their result (docs/promises.md#75).
    """

    machine: Machine
    is_proven: bool = True

    def prepare(
        self,
        db: Connection,
        services: Services,
        target: Target,
        now: float,
        *,
        kind: str = CODE,
        secret: Mapping[str, str] = MappingProxyType({}),
    ) -> Message:
        """Make a code for ``target`` and write the message of ``kind`` with it and the rest of ``secret``.

        Raises:
            SentRecently, SendCapReached, BudgetSpent, CountryNotServed.
        """
        prepared = codes.prepare(
            db,
            flow_id=target.bound_to,
            purpose=self.machine.kind,
            account_id=target.account_id,
            method_id=target.method_id,
            channel=target.channel,
            sent_to=target.to if kind in (CODE, APPROVAL) else None,
            counted_as=target.counted_as or target.to,
            named=target.named or target.to,
            pepper=services.pepper,
            limits=services.limits,
            now=now,
            is_own=target.is_own,
            is_at_home=target.is_at_home,
            may_tell=self.is_proven,
        )
        if target.sender is not None and target.channel in TELEPHONE:
            budgets.spend_text(db, services, sender=target.sender, number=target.to, now=now)
        message = Message(
            account_id=target.account_id,
            code_id=prepared.code.id,
            channel=target.channel,
            recipient=target.to,
            kind=DECOY if prepared.leaves_at is None else kind,
            language=target.language,
            created_at=now,
            due_at=prepared.leaves_at or now,
        )
        is_awaited = self.is_proven and prepared.leaves_at == now
        return enqueue_secret(
            db, services.seal, message, {"code": prepared.plain, **secret}, is_awaited=is_awaited
        )

    def deliver(self, services: Services, flow: Flow, message: Message | None) -> Flow:
        """Have the message sent. Record in the flow what failed before the answer: the next attempt is free."""
        if message is None:
            return flow
        if not message.is_awaited:
            dispatch(services)
            return flow
        failed = send_now(services, message)
        if failed is None:
            return flow
        with services.store.writing() as db:
            reason = _settle_failed(db, message, failed)
            data = {**flow.data, "delivery": reason, "sent_at": 0}
            return self.machine.transition(db, flow, "note_undelivered", data=data)

    def check(
        self,
        db: Connection,
        services: Services,
        source: Source,
        typed: str,
        *,
        key: str,
        now: float,
        note: Callable[[Judgement], None],
        before: Throttle | None = None,
        is_decoy: bool = False,
    ) -> None:
        """Check a typed code inside `judging`; a right one is used up. ``note`` records a wrong one.

        A decoy is a code that was made but never sent: not even a lucky guess is right.

        Raises:
            WrongCode.
            Throttled: a wait runs, so the code was not checked.
        """
        judgement = codes.verify(db, source, typed, key=key, limits=services.limits, now=now, before=before)
        if judgement.is_right and is_decoy:
            judgement = Judgement(Verdict.WRONG, judgement.wrong_in_a_row, judgement.wait_seconds)
        if judgement.is_right:
            return
        note(judgement)
        # Told of every code from the second one on: a hint for codes of another time only would tell a guesser.
        may_be_clock = source.is_by_clock and judgement.wrong_in_a_row >= 2
        raise WrongCode(judgement.verdict.value, judgement.wait_seconds, may_be_clock=may_be_clock)


def resend_in(services: Services, flow: Flow) -> int:
    """Return the whole seconds until another code may be sent; 0 if it may now."""
    if flow.data.get("delivery", "sent") not in ("sent", HELD):
        return 0
    left = flow.data.get("sent_at", 0) + services.limits.resend_seconds - services.clock.now()
    return max(0, math.ceil(left))


def held_data(services: Services, held: SentRecently, now: float) -> dict[str, Any]:
    """Return a flow's data about a code that may be sent later; see `resend_in`."""
    sent_at = now + held.retry_after_seconds - services.limits.resend_seconds
    return {"delivery": "sent" if held.is_same_flow else HELD, "sent_at": sent_at}


def flow_end(services: Services, began_at: float, now: float, *, is_code_sent: bool) -> float:
    """Return when a flow ends. If a code is sent now, it outlives that code, so that an expired one is named so."""
    config = services.config
    latest = began_at + config.flow_seconds
    if not is_code_sent:
        return latest
    return min(latest, now + config.code_seconds + config.flow_grace_seconds)


@contextmanager
def judging(services: Services, *, tells_owner: bool = False) -> Iterator[Connection]:
    """Open a transaction that checks a code. A wrong one is counted and committed, and refused after that.

    With ``tells_owner``, send the notices that a wrong code caused too.
    """
    refused = None
    with services.store.writing() as db:
        try:
            yield db
        except WrongCode as wrong:
            refused = wrong
    if refused is not None:
        if tells_owner:
            dispatch(services)
        raise refused


def deliver_or_raise(services: Services, message: Message) -> None:
    """Send a code, for a flow that only goes on once it has been sent. One that is deferred leaves later.

    Raises:
        DeliveryFailed: the code has expired and counts for no cap.
    """
    if not message.is_awaited:
        dispatch(services)
        return
    failed = send_now(services, message)
    if failed is not None:
        with services.store.writing() as db:
            _settle_failed(db, message, failed)
        raise failed


def failure_reason(failed: DeliveryFailed) -> str:
    """Return a page's name for a failed delivery: ``landline``, ``stopped``, ``unreachable`` or its kind."""
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


def owner_of(db: Connection, flow: Flow) -> Account:
    """Return the account of a flow that is past its password."""
    assert flow.account_id is not None
    return accounts.get(db, flow.account_id)


def _settle_failed(db: Connection, message: Message, failed: DeliveryFailed) -> str:
    """Give a message up that was waited for; return the reason."""
    reason = failure_reason(failed)
    outbox.ack(db, message.id)
    if message.code_id is not None:
        sent_codes.mark_failed(db, message.code_id, reason)
    return reason
