"""Verify that an address or number is the visitor's, by a code that is sent there.

Registration, a forgotten password and a change of address share this. If no code may be sent (the address has an
account already, or none at all), a notice goes there instead. The page looks the same: only the owner of the mailbox
learns the difference (docs/promises.md#32).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webapp.challenges.delivery import CODE
from webapp.challenges.engine import Challenge, Target, flow_end, held_data
from webapp.errors import SentRecently
from webapp.rules.contacts import Contact
from webapp.rules.visitor import Visitor
from webapp.services.codes import Judgement, SentSource
from webapp.services.context import Services
from webapp.services.outbox import message_language
from webapp.store import flows
from webapp.store.accounts import Account
from webapp.store.engine import Connection
from webapp.store.flows import Flow
from webapp.store.outbox import Message


@dataclass(frozen=True, slots=True)
class ContactChallenge(Challenge):
    """The codes that verify a contact.

    With ``by_sender`` each sender has its own cap for a contact, and no text goes to an unproven number.
    """

    by_sender: bool = False

    def issue(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        flow_id: str,
        contact: Contact,
        *,
        chosen_language: str | None,
        now: float,
        notice_kind: str | None = None,
        account_id: str | None = None,
        named: str | None = None,
        is_at_home: bool = False,
        is_again: bool = False,
    ) -> tuple[dict[str, Any], Message | None]:
        """Make a code for ``contact``. Return the flow's data about it, and the message to deliver.

        ``notice_kind`` names the notice that is sent instead. The cap counts per address and kind of flow: a stranger
        who registers with the address of another uses up no code of that owner's sign-in (docs/promises.md#24). If
        the code goes elsewhere, ``named`` (what was typed) is counted: else the cap would show which number belongs
        to an address (docs/promises.md#32).

        A contact that is held gets no message at first; ``is_again`` refuses it.

        Raises:
            SentRecently, SendCapReached, BudgetSpent, CountryNotServed.
        """
        channel, to = contact.channel, contact.value
        recipient = f"{self.machine.kind}:{named or to}"
        if self.by_sender:
            recipient = f"{self.machine.kind}:{visitor.sender}:{named or to}"
        sender = None if self.by_sender else visitor.sender
        language = message_language(visitor, chosen_language)
        target = Target(
            flow_id,
            channel,
            to,
            language,
            account_id,
            counted_as=recipient,
            named=named,
            is_at_home=is_at_home,
            sender=sender,
        )
        data = {
            "channel": channel,
            "to": to,
            "named": named,
            "language": chosen_language,
            "word": notice_kind,
        }
        try:
            message = self.prepare(db, services, target, now, kind=notice_kind or CODE)
        except SentRecently as held:
            if is_again:
                raise
            return data | held_data(services, held, now), None
        return data | {"delivery": "sent", "sent_at": now}, message

    def begin(
        self,
        db: Connection,
        services: Services,
        visitor: Visitor,
        contact: Contact,
        *,
        owner: Account | None,
        now: float,
        data: dict[str, Any],
        notice_kind: str | None = None,
        named: str | None = None,
        account_id: str | None = None,
        counts_for: str | None = None,
        session: bytes | None = None,
    ) -> tuple[Flow, Message | None]:
        """Begin a flow that verifies ``contact``; see `issue`. The code counts for the account ``counts_for``.

        ``owner`` is whose chosen language the messages are in.
        """
        flow_id, move = flows.new_id(), "send_code"
        issued, message = self.issue(
            db,
            services,
            visitor,
            flow_id,
            contact,
            chosen_language=owner.language if owner is not None else None,
            now=now,
            notice_kind=notice_kind,
            account_id=counts_for,
            named=named,
            is_at_home=self._is_at_home(visitor, account_id),
        )
        flow = self.machine.begin(
            db,
            move,
            account_id=account_id,
            browser=visitor.browser,
            session=session,
            data={**data, **issued},
            now=now,
            life_seconds=flow_end(services, now, now, is_code_sent=message is not None) - now,
            flow_id=flow_id,
        )
        return flow, message

    def send_again(
        self, services: Services, visitor: Visitor, flow: Flow, account_id: str | None = None
    ) -> Flow:
        """Send another code to the same contact, by the transition ``send_again``. The earlier code expires.

        Raises:
            SentRecently, SendCapReached, BudgetSpent, CountryNotServed, StaleFlow.
        """
        kept, now = flow.data, services.clock.now()
        with services.store.writing() as db:
            data, message = self.issue(
                db,
                services,
                visitor,
                flow.id,
                Contact(kept["channel"], kept["to"]),
                chosen_language=kept["language"],
                now=now,
                notice_kind=kept["word"],
                account_id=account_id,
                named=kept["named"],
                is_at_home=self._is_at_home(visitor, flow.account_id),
                is_again=True,
            )
            expires_at = flow_end(services, flow.created_at, now, is_code_sent=message is not None)
            flow = self.machine.transition(
                db, flow, "send_again", data={**kept, **data}, expires_at=expires_at
            )
        return self.deliver(services, flow, message)

    def _is_at_home(self, visitor: Visitor, account_id: str | None) -> bool:
        """Return whether a flow is of the contact's owner, at a browser where the owner signed in before."""
        return self.by_sender and account_id is not None and visitor.has_signed_in(account_id)

    def judge(
        self,
        db: Connection,
        services: Services,
        flow: Flow,
        typed: str,
        *,
        key: str,
        now: float,
        note: Callable[[Judgement], None] = lambda _judgement: None,
    ) -> Contact:
        """Check a typed code and return the contact that it verifies; see `Challenge.check`.

        Raises:
            WrongCode, Throttled.
        """
        source = SentSource(flow.id, flow.kind, services.pepper)
        is_decoy = flow.data["word"] is not None
        self.check(db, services, source, typed, key=key, now=now, note=note, is_decoy=is_decoy)
        return Contact(flow.data["channel"], flow.data["to"])
