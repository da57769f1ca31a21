"""Delivering the notices that are owed: at once after a change, and again later where that failed."""

from __future__ import annotations

import logging
from dataclasses import replace

from webapp.errors import DeliveryFailed
from webapp.flows.services import Services
from webapp.rules import recovery_links
from webapp.store import accounts, notices
from webapp.store.notices import Notice

LEASE_SECONDS = 60.0
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0

_log = logging.getLogger(__name__)


def deliver_notices(services: Services) -> int:
    """Send what is due; how many went out. One that fails is tried again later, with growing waits.

    A change never fails because its notice could not leave: the notice is a row since the change's own transaction.
    The first failure ends the round, so that a page waits for a dead mail server once at the most.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        due = notices.take_due(db, now, LEASE_SECONDS)
    sent = 0
    for at, notice in enumerate(due):
        db = services.store.db()
        try:
            services.outbound.send_notice(_with_link(services, notice), accounts.get(db, notice.account_id))
        except DeliveryFailed as failed:
            _log.warning(
                "notice %s not delivered (%s), attempt %d", notice.kind, failed.kind, notice.attempts
            )
            wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(notice.attempts - 1, 10))
            with services.store.writing() as db:
                for late in due[at:]:
                    notices.postpone(db, late.id, now + wait)
            return sent
        notices.settle(db, notice.id)
        sent += 1
    return sent


def _with_link(services: Services, notice: Notice) -> Notice:
    """The notice with the link that its words speak of, signed as it leaves: no row holds a link that works."""
    case = notice.data.get("case")
    if case is None:
        return notice
    path = recovery_links.path(services.signer, case, services.clock.now())
    return replace(notice, data={**notice.data, "link": path})
