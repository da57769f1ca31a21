"""The outbox: write notices in the transaction of a change, send them after it, and retry what failed."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from webapp import paths
from webapp.errors import DeliveryFailed
from webapp.rules import phone_numbers, recovery_links
from webapp.rules.visitor import Visitor
from webapp.services.context import Services
from webapp.store import accounts, outbox
from webapp.store.accounts import Account
from webapp.store.engine import Connection, Unavailable
from webapp.store.outbox import Notice

LEASE_SECONDS = 60.0
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0
MOST_REFUSALS = 8
"""After as many attempts (some four hours) a notice that is refused each time is given up."""

_log = logging.getLogger(__name__)


def enqueue(db: Connection, account: Account, kind: str, now: float, **data: Any) -> None:
    """Write a notice to the account's mail address, else to its number."""
    channel, recipient = ("mail", account.email) if account.email else ("sms", account.phone)
    assert recipient is not None  # the table's CHECK: an account has one or the other
    outbox.enqueue(
        db, account_id=account.id, channel=channel, recipient=recipient, kind=kind, data=data, now=now
    )


def enqueue_to_number(
    db: Connection, visitor: Visitor, account: Account, number: str, kind: str, now: float, **data: Any
) -> None:
    """Write a text to a number that is no longer the account's, beside the other notices (docs/promises.md#18).

    A landline gets none: it takes no texts.
    """
    if phone_numbers.parse(number).kind == "landline":
        return
    data |= {"when": now, "device": visitor.device, "near": visitor.near}
    outbox.enqueue(db, account_id=account.id, channel="sms", recipient=number, kind=kind, data=data, now=now)


def deliver_notices(services: Services) -> int:
    """Send what is due; how many went out. One that fails is tried again later, with growing waits.

    A change never fails because its notice could not leave: the notice is a row since the change's own transaction,
    and what is done by then must not be told as undone because the database is busy just now.
    A server that does not answer ends the round, so that a page waits for it once at the most. A refusal concerns
    that one recipient (a number that takes no texts any more): the others are sent, and in the end it is given up.
    """
    try:
        return _deliver(services)
    except Unavailable as busy:
        _log.warning("notices are delivered later: %s", busy)
        return 0


def _deliver(services: Services) -> int:
    now = services.clock.now()
    with services.store.writing() as db:
        due = outbox.take_due(db, now, LEASE_SECONDS)
    sent = 0
    for at, notice in enumerate(due):
        with services.store.reading() as db:
            account = accounts.get(db, notice.account_id)
        try:
            services.outbound.send_notice(_with_link(services, notice), account)
        except DeliveryFailed as failed:
            _log.warning(
                "notice %s not delivered (%s), attempt %d", notice.kind, failed.kind, notice.attempts
            )
            _put_off(services, [notice] if failed.kind == "refused" else due[at:], failed, now)
            if failed.kind != "refused":
                return sent
            continue
        with services.store.writing() as db:
            outbox.ack(db, notice.id)
        sent += 1
    return sent


def _put_off(services: Services, late: list[Notice], failed: DeliveryFailed, now: float) -> None:
    """Try again later; the first of ``late`` is the one that failed."""
    attempts = late[0].attempts
    with services.store.writing() as db:
        if failed.kind == "refused" and attempts >= MOST_REFUSALS:
            outbox.ack(db, late[0].id)
            return
        wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 10))
        for notice in late:
            outbox.retry(db, notice.id, now + wait)


def _with_link(services: Services, notice: Notice) -> Notice:
    """The notice with the link that its words speak of, signed as it leaves: no row holds a link that works."""
    case = notice.data.get("case")
    if case is None:
        return notice
    token = recovery_links.sign(services.signer, case, services.clock.now())
    return replace(notice, data={**notice.data, "link": paths.RECOVERY_LINK + token})
