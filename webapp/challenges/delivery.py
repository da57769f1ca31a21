"""Deliver the outbox: at once if the page shows the result of a message, else after the answer."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import replace

from webapp import paths
from webapp.errors import DeliveryFailed, SealBroken
from webapp.factors.factor import SentFactor
from webapp.factors.registry import FACTORS
from webapp.rules import recovery_links
from webapp.rules.visitor import Attempt
from webapp.services.context import Services
from webapp.services.outbox import LEASE_SECONDS, open_secret
from webapp.store import accounts, codes, outbox
from webapp.store.engine import Unavailable
from webapp.store.outbox import Message

CODE, APPROVAL, DECOY = "code", "approval", "decoy"
"""Kinds of messages beside notices. A decoy is written like a code, and never sent."""
NO_ACCOUNT = frozenset({"register.known", "forgot_password.unknown"})
BATCH = 5
"""Messages leased at once: all of them can time out within the lease."""
BUSY_SECONDS = 1.0
"""When to look again if the database was busy: nothing was tried, and users wait for codes."""
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0
MOST_REFUSALS = 8
"""After as many attempts (some four hours) a message that is refused each time is given up."""

under_way: ContextVar[tuple[Services, Message] | None] = ContextVar("under_way", default=None)
"""The message that this thread is sending, and the world's services."""

_log = logging.getLogger(__name__)


def dispatch(services: Services) -> None:
    """Have all that is due sent after the answer: the answer's time must disclose nothing (docs/promises.md#75)."""
    services.dispatcher(services)


def send_now(services: Services, message: Message) -> DeliveryFailed | None:
    """Send a message that this request waits for. Return why it was not sent, or None.

    The caller settles a failure by `settle_failed`, together with what else follows.
    """
    try:
        call_sid = _send(services, message)
    except DeliveryFailed as failed:
        return failed
    _ack(services, message, call_sid)
    return None


def deliver_due(services: Services) -> float | None:
    """Send what is due. Return when the next message of this world is due, None if nothing waits.

    A change never fails because its notice could not be sent: the notice is a row of the change's transaction. What
    is done by then must not look undone because the database is busy.
    """
    try:
        now = services.clock.now()
        while _round(services, now) == BATCH:
            pass
        with services.store.reading() as db:
            return outbox.next_due(db)
    except Unavailable as busy:
        _log.warning("messages are delivered later: %s", busy)
        return now + BUSY_SECONDS


def _round(services: Services, now: float) -> int:
    """Send one batch. Return how many messages it had.

    A server that does not answer ends its part of the batch, so that each round waits for it once at most. A refusal
    concerns one recipient (such as a number that no longer takes texts): the others are sent.
    """
    with services.store.writing() as db:
        due = outbox.take_due(db, now, LEASE_SECONDS, BATCH)
        stale = [
            message for message in due if message.code_id and not codes.is_live(db, message.code_id, now)
        ]
        for message in stale:
            outbox.ack(db, message.id)
    silent: set[bool] = set()
    for message in due:
        if message in stale:
            continue
        if _is_mail(message) in silent:
            _put_off(services, message, now, None)
            continue
        try:
            call_sid = _send(services, message)
        except SealBroken:  # the key was changed, and nobody waits for so old a code
            call_sid = None
        except DeliveryFailed as failed:
            _log.warning("%s not delivered (%s), attempt %d", message.kind, failed.kind, message.attempts)
            _put_off(services, message, now, failed)
            if failed.kind != "refused":
                silent.add(_is_mail(message))
            continue
        _ack(services, message, call_sid)
    return len(due)


def _is_mail(message: Message) -> bool:
    """Return whether a message goes to the mail server, not to the gateway."""
    return message.channel == "mail"


def _put_off(services: Services, message: Message, now: float, failed: DeliveryFailed | None) -> None:
    """Try again later, with growing waits. ``failed`` is None if the message was not tried."""
    attempts = message.attempts
    wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 10))
    with services.store.writing() as db:
        if failed is not None and failed.kind == "refused" and attempts >= MOST_REFUSALS:
            outbox.ack(db, message.id)
        else:
            # A server that was too slow may have taken it.
            outbox.retry(db, message, now + wait, is_known=failed is None or failed.kind != "slow")


def _ack(services: Services, message: Message, call_sid: str | None) -> None:
    """Delete a message that was sent. It stays sent if the database is busy: after the lease it is found in doubt."""
    try:
        with services.store.writing() as db:
            if call_sid is not None and message.code_id is not None:
                codes.note_call(db, message.code_id, call_sid)
            outbox.ack(db, message.id)
    except Unavailable as busy:
        _log.warning("a message was sent, but is still in the outbox: %s", busy)


def _send(services: Services, message: Message) -> str | None:
    """Send a message and return a call's sid. Raise DeliveryFailed."""
    outbound = services.outbound.attempt(message.id, message.created_at if message.is_in_doubt else None)
    token = under_way.set((services, message))
    try:
        return _hand_over(replace(services, outbound=outbound), message)
    finally:
        under_way.reset(token)


def _hand_over(services: Services, message: Message) -> str | None:
    outbound, channel, to = services.outbound, message.channel, message.recipient
    if message.kind == CODE:
        code = open_secret(services.seal, message)["code"]
        factor = FACTORS.get(channel)
        if isinstance(factor, SentFactor):
            return factor.deliver(services, to, code, message.language)
        return outbound.send_code(channel=channel, to=to, code=code, language=message.language)
    if message.kind in NO_ACCOUNT:
        outbound.send_no_account_notice(kind=message.kind, channel=channel, to=to, language=message.language)
    elif message.kind != DECOY:
        _hand_over_to_owner(services, message)
    return None


def _hand_over_to_owner(services: Services, message: Message) -> None:
    """Send what names the account's owner."""
    assert message.account_id is not None
    with services.store.reading() as db:
        account = accounts.get(db, message.account_id)
    if message.kind != APPROVAL:
        services.outbound.send_notice(_with_link(services, message), account)
        return
    secret = open_secret(services.seal, message)
    if "code" in secret:
        services.outbound.send_approval_text(account, secret["code"], secret["token"])
    else:
        attempt = Attempt(account.name, **message.data)
        services.outbound.send_approval_mail(account, attempt, secret["token"])


def _with_link(services: Services, notice: Message) -> Message:
    """Return the notice with the link that its text names, signed as it leaves: no row holds a link that works."""
    case = notice.data.get("case")
    if case is None:
        return notice
    token = recovery_links.sign(services.signer, case, services.clock.now())
    return replace(notice, data={**notice.data, "link": paths.RECOVERY_LINK + token})
