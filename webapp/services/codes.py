"""One verifier for every one-time code on every path, and the making of the codes that are sent.

Right, wrong, expired, used, replaced, exhausted (by this try), dead (by earlier ones) and missing are distinct
verdicts. Each is counted in the transaction that also writes the success, so a code can be used once however many ask
at the same time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from webapp.errors import SendCapReached, Throttled
from webapp.services import throttling
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


NO_GUESS = (Verdict.EXPIRED, Verdict.DEAD, Verdict.MISSING)
"""Nothing was there to be guessed."""


@dataclass(frozen=True, slots=True)
class Limits:
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


@dataclass(frozen=True, slots=True)
class Judgement:
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

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check a code and, if it is right, use it up, inside the caller's transaction."""
        ...


@dataclass(frozen=True, slots=True)
class SentSource:
    """Codes sent for one flow and purpose, valid nowhere else (docs/promises.md#14)."""

    flow_id: str
    purpose: str
    pepper: bytes = field(repr=False)

    def judge(self, db: Connection, typed: str, now: float) -> Verdict:
        """Check the newest code. An earlier one gets another verdict, so that its owner looks for the newer."""
        sent = codes.of_flow(db, self.flow_id, self.purpose)
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
        codes.count_wrong_try(db, newest.id)
        if any(hmac.compare_digest(code.digest, digest(code, typed, self.pepper)) for code in earlier):
            return Verdict.REPLACED
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


def prepare(
    db: Connection,
    *,
    flow_id: str,
    purpose: str,
    account_id: str | None,
    method_id: str | None,
    channel: str,
    recipient: str,
    pepper: bytes,
    limits: Limits,
    now: float,
    is_own: bool = False,
) -> tuple[SentCode, str]:
    """Make a code, replace the earlier ones of the flow, and return the row with the plain digits to send.

    A recipient that is verified for the account (a method, or ``is_own``) is counted by the account's codes alone:
    codes that strangers request for it, for their own accounts, must not lock the owner out (docs/promises.md#24). An
    unverified one is counted by all that was sent there.

    Raises:
        Throttled: the last one was sent less than ``resend_seconds`` ago.
        SendCapReached: the account or the recipient has had its codes for this window.
    """
    last = codes.newest(db, flow_id, purpose)
    if last is not None and last.failure is None and now < last.sent_at + limits.resend_seconds:
        raise Throttled(last.sent_at + limits.resend_seconds - now)
    unproven = None if is_own or method_id is not None else recipient
    if codes.sent_since(db, now - limits.send_cap_seconds, account_id, unproven) >= limits.send_cap:
        raise SendCapReached()
    plain = new_code()
    code = SentCode(
        id=secrets.token_hex(8),
        flow_id=flow_id,
        purpose=purpose,
        account_id=account_id,
        method_id=method_id,
        channel=channel,
        recipient=recipient,
        digest=b"",
        state="live",
        tries_left=limits.code_tries,
        failure=None,
        sent_at=now,
        expires_at=now + limits.code_seconds,
    )
    code = replace(code, digest=digest(code, plain, pepper))
    if last is not None:
        codes.replace_earlier(db, flow_id, purpose)
    codes.add(db, code)
    return code, plain
