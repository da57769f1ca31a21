"""Proving that an address or number is the visitor's: a code goes there and comes back.

Registering, a forgotten password and a change of address have this in common. Where no code is to be given (the
address has an account already, or none at all), a word goes there instead, the code that was made stays here, and the
page looks the same: whoever does not read the mailbox learns nothing (docs/promises.md#32).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from webapp.errors import DeliveryFailed
from webapp.flows.challenge import failure_reason
from webapp.flows.state_machine import StateMachine
from webapp.rules.contacts import Contact
from webapp.services import codes
from webapp.services.codes import Judgement, Sent, Verdict
from webapp.services.context import Services
from webapp.store import codes as sent_codes
from webapp.store.engine import Connection
from webapp.store.flows import Flow


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves once the transaction is done: the code, or the ``word`` in its stead."""

    code_id: str
    contact: Contact
    language: str
    word: str | None
    plain: str = field(repr=False)


def write(
    db: Connection,
    services: Services,
    table: StateMachine,
    flow_id: str,
    contact: Contact,
    *,
    language: str,
    now: float,
    word: str | None = None,
    account_id: str | None = None,
    named: str | None = None,
) -> tuple[dict[str, Any], Letter]:
    """Make a code for ``contact``: the flow's data about it, and the letter to `post` after the commit.

    The cap of sends counts per address and kind of flow: strangers who register or forget passwords in somebody's
    name use up no code of that owner's sign-in (docs/promises.md#24). What was typed is counted, ``named``, where the
    code goes elsewhere: else the cap of an address would tell which number belongs to it (docs/promises.md#32).

    Raises:
        Throttled, SendCapReached.
    """
    code, plain = codes.prepare(
        db,
        flow_id=flow_id,
        purpose=table.kind,
        account_id=account_id,
        method_id=None,
        channel=contact.channel,
        recipient=f"{table.kind}:{named or contact.value}",
        pepper=services.pepper,
        limits=services.limits,
        now=now,
    )
    data = {
        "channel": contact.channel,
        "to": contact.value,
        "named": named,
        "language": language,
        "word": word,
        "delivery": "sent",
        "sent_at": now,
    }
    return data, Letter(code.id, contact, language, word, plain)


def write_again(
    db: Connection,
    services: Services,
    table: StateMachine,
    flow: Flow,
    now: float,
    account_id: str | None = None,
) -> tuple[Flow, Letter]:
    """Make another code for the same contact by the move ``send_again``; the earlier one is dead.

    Raises:
        Throttled, SendCapReached, StaleFlow.
    """
    data, letter = write(
        db,
        services,
        table,
        flow.id,
        Contact(flow.data["channel"], flow.data["to"]),
        language=flow.data["language"],
        now=now,
        word=flow.data["word"],
        account_id=account_id,
        named=flow.data["named"],
    )
    return table.transition(db, flow, "send_again", data={**flow.data, **data}), letter


def post(services: Services, table: StateMachine, flow: Flow, letter: Letter) -> Flow:
    """Send the letter; a failure is written down, so that the page tells it and another try is free."""
    to = letter.contact
    try:
        if letter.word is None:
            services.outbound.send_code(
                channel=to.channel, to=to.value, code=letter.plain, language=letter.language
            )
        else:
            services.outbound.send_no_account_notice(
                kind=letter.word, channel=to.channel, to=to.value, language=letter.language
            )
    except DeliveryFailed as failed:
        reason = failure_reason(failed)
        with services.store.writing() as db:
            sent_codes.mark_failed(db, letter.code_id, reason)
            return table.transition(
                db, flow, "note_undelivered", data={**flow.data, "delivery": reason, "sent_at": 0}
            )
    return flow


def judge(db: Connection, services: Services, flow: Flow, typed: str, *, key: str, now: float) -> Judgement:
    """Judge a typed code; one that never left is wrong, even when it was guessed.

    Raises:
        Throttled: a wait runs.
    """
    judgement = codes.verify(
        db, Sent(flow.id, flow.kind, services.pepper), typed, key=key, limits=services.limits, now=now
    )
    if judgement.is_right and flow.data["word"] is not None:
        return Judgement(Verdict.WRONG, judgement.wrong_in_a_row, judgement.wait_seconds)
    return judgement


def resend_in(services: Services, flow: Flow) -> int:
    """Whole seconds until another code may be asked for; 0 when it may now."""
    if flow.data["delivery"] != "sent":
        return 0
    return max(0, math.ceil(flow.data["sent_at"] + services.limits.resend_seconds - services.clock.now()))
