"""One verifier for every one-time code on every path, and the making of the codes that are sent.

Right, wrong, expired, used, replaced, exhausted (by this try), dead (by earlier ones) and missing are distinct
verdicts. Each is counted in the transaction that also writes the success, so a code can be used once however many ask
at the same time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar, NamedTuple, Protocol

from webapp.errors import SendCapReached, SentRecently
from webapp.services import holds, throttling
from webapp.store import codes, throttles
from webapp.store.codes import SentCode
from webapp.store.engine import Connection
from webapp.store.throttles import Throttle


class Verdict(Enum):
    """The result of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    REPLACED = "replaced"
    EXHAUSTED = "exhausted"
    DEAD = "dead"
    MISSING = "missing"


NO_GUESS = (Verdict.EXPIRED, Verdict.DEAD, Verdict.MISSING, Verdict.REPLACED)
"""Nothing was there to be guessed, or an earlier code of the flow was typed: it tells nothing about the newest."""


class Limits(NamedTuple):
    """The limits of codes (docs/screens.md#rules); durations in seconds."""

    code_seconds: int
    code_tries: int
    resend_seconds: int
    send_cap: int
    send_cap_seconds: int
    totp_window: int
    free_tries: int
    wait_max_seconds: int
    tries_until_off: int


class Judgement(NamedTuple):
    """A verdict, with the number of wrong attempts in a row and the wait that follows (seconds)."""

    verdict: Verdict
    wrong_in_a_row: int = 0
    wait_seconds: float = 0.0

    @property
    def is_guess(self) -> bool:
        """Whether it was compared with a code, and wrong."""
        return self.verdict not in (Verdict.RIGHT, *NO_GUESS)

    @property
    def is_right(self) -> bool:
        """Return whether the code was right, and is now used up."""
        return self.verdict is Verdict.RIGHT


class Source(Protocol):
    """Where a code comes from. It checks six typed digits and uses a right code up."""

    @property
    def is_by_clock(self) -> bool:
        """Return whether the code depends on the time that the owner's device shows."""

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check a code and, if it is right, use it up, inside the caller's transaction."""
        ...


@dataclass(frozen=True, slots=True)
class SentSource:
    """Codes sent for one flow and purpose, valid nowhere else (docs/promises.md#14).

    ``sent`` are those codes, newest first, if the transaction has read them already.
    """

    flow_id: str
    purpose: str
    pepper: bytes = field(repr=False)
    sent: list[SentCode] | None = field(default=None, repr=False)
    is_by_clock: ClassVar[bool] = False

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check the newest code. An earlier one gets another verdict, so that its owner looks for the newer."""
        sent = codes.of_flow(db, self.flow_id, self.purpose) if self.sent is None else self.sent
        if not sent:
            return Verdict.MISSING
        newest, *earlier = sent
        is_it = hmac.compare_digest(newest.digest, digest(newest, typed, self.pepper))
        if newest.state == "used":
            return Verdict.USED if is_it else Verdict.WRONG
        if newest.state == "exhausted":
            return Verdict.DEAD
        if newest.state != "live":
            return Verdict.MISSING
        if now >= newest.expires_at:
            return Verdict.EXPIRED
        if is_it:
            return Verdict.RIGHT if codes.use(db, newest.id) else Verdict.USED
        if any(hmac.compare_digest(code.digest, digest(code, typed, self.pepper)) for code in earlier):
            return Verdict.REPLACED
        codes.count_wrong_try(db, newest.id)
        return Verdict.EXHAUSTED if newest.tries_left <= 1 else Verdict.WRONG


def verify(
    db: Connection,
    source: Source,
    typed: str,
    *,
    key: str,
    limits: Limits,
    now: float,
    before: Throttle | None = None,
) -> Judgement:
    """Check six typed digits. Call it inside ``store.writing()`` and commit whatever the verdict.

    ``key`` is the counter: one method of one account, whatever the browser or address (docs/promises.md#22).
    ``before`` is its state if the transaction has read it already.

    Raises:
        Throttled: a wait runs; the code was not checked.
    """
    if before is None:
        before = throttles.read(db, key)
    throttling.refuse_if_blocked(before, now, "otpCode")
    verdict = source.judge(db, typed, now)
    if verdict is Verdict.RIGHT:
        if before.count:
            throttles.clear(db, key)
        return Judgement(verdict)
    if verdict in NO_GUESS:
        return Judgement(verdict, before.count)
    after = throttling.count_wrong(db, key, before, now, limits.free_tries, limits.wait_max_seconds)
    return Judgement(verdict, after.count, max(0.0, after.blocked_until - now))


def new_code() -> str:
    """Return six digits from the system's generator, leading zeros kept (docs/promises.md#11)."""
    return f"{secrets.randbelow(10**6):06d}"


def digest(code: SentCode, plain: str, pepper: bytes) -> bytes:
    """Return the stored form of a code. It is keyed, as all 6-digit codes could be tried out (docs/promises.md#15)."""
    return hmac.new(
        pepper, f"{code.id}:{code.purpose}:{code.recipient}:{plain}".encode(), hashlib.sha256
    ).digest()


class Prepared(NamedTuple):
    """A code that was made: its row, the plain digits, and when it may leave; None for never."""

    code: SentCode
    plain: str
    leaves_at: float | None


def prepare(
    db: Connection,
    *,
    flow_id: str,
    purpose: str,
    account_id: str | None,
    method_id: str | None,
    channel: str,
    sent_to: str | None,
    counted_as: str,
    named: str | None,
    pepper: bytes,
    limits: Limits,
    now: float,
    is_own: bool,
    is_at_home: bool,
    may_tell: bool,
) -> Prepared:
    """Make a code and replace the earlier ones of the flow.

    A recipient that is verified for the account (a method, or ``is_own``) is counted by the account's codes alone:
    codes that strangers request for it, for their own accounts, must not lock the owner out (docs/promises.md#24). An
    unverified one is counted by all that was sent there.

    After a code that was not used, no other leaves for the same recipient for ``resend_seconds``. An owner who has to
    wait comes next. A stranger's wait is refused only if it is of what was typed, and the page ``may_tell`` it: it is
    the same for a code, for a notice instead of it (no ``sent_to``), and for nothing. Else the message is deferred,
    one at a time: see `holds.defer` (docs/promises.md#77).

    Raises:
        SentRecently: call it inside `keeping_reservation`, or commit nonetheless.
        SendCapReached: the account or the recipient has had its codes for this window.
    """
    wait = limits.resend_seconds
    is_owner = is_own or method_id is not None
    code = SentCode(
        id=secrets.token_hex(8),
        flow_id=flow_id,
        purpose=purpose,
        account_id=account_id,
        method_id=method_id,
        channel=channel,
        recipient=counted_as,
        digest=b"",
        state="live",
        tries_left=limits.code_tries,
        failure=None,
        sent_at=now,
        expires_at=now + limits.code_seconds,
        sent_to=sent_to,
        named=named,
        is_at_home=int(is_at_home),
    )
    before = codes.sendings(
        db, code, since=now - limits.send_cap_seconds, is_owner=is_owner, wait_seconds=wait
    )
    if now < before.last_sent_at + wait:
        raise SentRecently(before.last_sent_at + wait - now, is_same_flow=True)
    if before.count >= limits.send_cap:
        raise SendCapReached()
    if may_tell and now < before.told_until:
        raise SentRecently(before.told_until - now)
    told_at = before.told_until if now < before.told_until <= now + wait else now
    leaves_at: float | None = now
    if is_owner:
        holds.refuse_owner(db, code, before, wait)
    elif sent_to is not None:
        leaves_at = holds.defer(db, code, before, wait)
    elif before.told_until > now + wait:
        leaves_at = None
    else:
        leaves_at = told_at
    plain = new_code()
    code = code._replace(
        digest=digest(code, plain, pepper),
        expires_at=told_at + limits.code_seconds,
        sent_to=None if leaves_at is None else sent_to,
        held_until=(leaves_at or now) + wait,
        told_until=told_at + wait,
    )
    if before.has_live:
        codes.replace_earlier(db, flow_id, purpose)
    codes.add(db, code)
    return Prepared(code, plain, leaves_at)
