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
from webapp.store.engine import Connection, Gone, Unavailable
from webapp.store.outbox import Message

CODE, APPROVAL, DECOY = "code", "approval", "decoy"
"""Kinds of messages beside notices. A decoy is written like a code, and never sent."""
NO_ACCOUNT = frozenset({"register.known", "forgot_password.unknown"})
BUSY_SECONDS = 5.0
"""When to look again if the database was busy: nothing was tried, and users wait for codes."""
FIRST_RETRY_SECONDS = 60.0
LONGEST_RETRY_SECONDS = 3600.0
MOST_REFUSALS = 8
"""After as many attempts (some four hours) a message that is refused, or raises an error, is given up."""
LONGEST_SILENCE_SECONDS = 3 * 86400.0
"""A message that is so old, and was tried as often, is given up whatever the reason."""

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

    Each message is leased just before it is sent: none waits for the others until its lease runs out. A server that
    does not answer is waited for once at most.
    """
    try:
        began = services.clock.now()
        silent: set[bool] = set()
        while _deliver_one(services, began, silent):
            pass
        with services.store.reading() as db:
            return outbox.next_due(db)
    except Unavailable as busy:
        _log.warning("messages are delivered later: %s", busy)
        return services.clock.now() + BUSY_SECONDS


def _deliver_one(services: Services, due_by: float, silent: set[bool]) -> bool:
    """Try the next message that was due by then. Return False if there is none.

    A refusal concerns one recipient (such as a number that no longer takes texts), and an error one message: the
    others are sent.
    """
    now = services.clock.now()
    with services.store.writing() as db:
        message = outbox.take_due(db, due_by, now + LEASE_SECONDS)
        if message is None:
            return False
        if _is_mail(message) in silent:
            outbox.give_back(db, message, now + _wait(message))
            return True
        if message.code_id and not _may_leave(db, message, now, services.limits.resend_seconds):
            return True
    try:
        _ack(services, message, _send(services, message))
    except (Unavailable, Gone):
        raise
    except SealBroken:  # the key was changed, and nobody waits for so old a code
        _ack(services, message, None)
    except DeliveryFailed as failed:
        _log.warning("%s not delivered (%s), attempt %d", message.kind, failed.kind, message.attempts)
        if failed.kind != "refused":
            silent.add(_is_mail(message))
        _put_off(services, message, failed)
    except Exception:  # such as a kind that a newer release wrote: no other message waits for it
        _log.exception("%s not delivered, attempt %d", message.kind, message.attempts)
        _put_off(services, message, None)
    return True


def _may_leave(db: Connection, message: Message, now: float, wait: float) -> bool:
    """Return whether a code may leave now. One that nobody needs any more is deleted.

    Another one may have gone to the recipient since this one was planned: it is put off (docs/promises.md#77).
    """
    assert message.code_id is not None
    code = codes.find_live(db, message.code_id, now)
    if code is None or (code.sent_to is None and message.kind in (CODE, APPROVAL)):
        outbox.ack(db, message.id)
        return False
    free_at = codes.held_by_others(db, code, now, wait)
    codes.hold(db, code.id, max(now, free_at) + wait)
    if free_at > now:
        outbox.give_back(db, message, free_at)
        return False
    return True


def _is_mail(message: Message) -> bool:
    """Return whether a message goes to the mail server, not to the gateway."""
    return message.channel == "mail"


def _wait(message: Message) -> float:
    """Return after how many seconds to try a message again."""
    return min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** min(message.attempts - 1, 10))


def _put_off(services: Services, message: Message, failed: DeliveryFailed | None) -> None:
    """Try again later, with growing waits, or give up. ``failed`` is None after an error of this site."""
    with services.store.writing() as db:
        is_final = (
            failed is None
            or failed.kind == "refused"
            or services.clock.now() - message.created_at >= LONGEST_SILENCE_SECONDS
        )
        if is_final and message.attempts >= MOST_REFUSALS:
            _log.warning("%s is given up after %d attempts", message.kind, message.attempts)
            outbox.ack(db, message.id)
        else:
            is_unsent = failed is not None and failed.is_unsent
            outbox.retry(db, message, services.clock.now() + _wait(message), is_unsent=is_unsent)


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
        services.outbound.send_approval_text(account, secret["code"], secret["token"], message.language)
    else:
        attempt = Attempt(account.name, **message.data)
        services.outbound.send_approval_mail(account, attempt, secret["token"], message.language)


def _with_link(services: Services, notice: Message) -> Message:
    """Return the notice with the link that its text names, signed as it leaves: no row holds a link that works."""
    case = notice.data.get("case")
    if case is None:
        return notice
    token = recovery_links.sign(services.signer, case, services.clock.now())
    return replace(notice, data={**notice.data, "link": paths.RECOVERY_LINK + token})
