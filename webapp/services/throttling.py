"""Waits after wrong attempts: some are free, then each doubles the wait (docs/screens.md#wait, RFC 4226 7.3)."""

from __future__ import annotations

import hashlib
import hmac

from webapp.errors import Throttled
from webapp.store import throttles
from webapp.store.engine import Connection
from webapp.store.throttles import Throttle


def wait_seconds(wrong_in_a_row: int, free: int, longest: int) -> int:
    """Return the wait after the n-th wrong attempt in a row: 0 for the free ones, then 2, 4, 8 … ``longest``."""
    over = wrong_in_a_row - free
    if over <= 0:
        return 0
    return min(longest, 2 ** min(over, 30))


SLOTS = 16384
"""How many counters there are at most for what strangers make up."""


def slot_of(pepper: bytes, text: str) -> str:
    """Return the one of `SLOTS` counters for a name that nobody has: what is kept of such names stays bounded."""
    digest = hmac.new(pepper, text.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:4]) % SLOTS:04x}"


def refuse_if_blocked(
    throttle: Throttle, now: float, field: str | None = None, kind: type[Throttled] = Throttled
) -> None:
    """Refuse any attempt while a wait runs.

    Raises:
        Throttled: with the seconds that are left.
    """
    if now < throttle.blocked_until:
        raise kind(throttle.blocked_until - now, field=field)


def count_wrong(
    db: Connection, key: str, throttle: Throttle, now: float, free: int, longest: int
) -> Throttle:
    """Add one wrong attempt to ``key`` and set the wait that follows."""
    count = throttle.count + 1
    after = Throttle(count, now + wait_seconds(count, free, longest))
    throttles.write(db, key, after, now)
    return after


def count_guess(
    db: Connection, key: str, now: float, free: int, longest: int, field: str | None = None
) -> None:
    """Add one wrong attempt to the current state of ``key``. Call it inside ``store.writing()``.

    For slow checks, such as of a password: a burst of concurrent attempts gains nothing over sequential ones.

    Raises:
        Throttled: a wait has begun since the attempt began. Nothing is counted, and no result may be shown.
    """
    throttle = throttles.read(db, key)
    refuse_if_blocked(throttle, now, field)
    count_wrong(db, key, throttle, now, free, longest)
