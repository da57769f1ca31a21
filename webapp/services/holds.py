"""Who may send the next code to a recipient that got one a moment ago (docs/promises.md#77)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from webapp.errors import SentRecently
from webapp.store import codes, throttles
from webapp.store.codes import Sendings, SentCode
from webapp.store.engine import Connection, Store
from webapp.store.throttles import Throttle


def refuse_owner(db: Connection, code: SentCode, before: Sendings, wait: float) -> None:
    """Refuse an owner's code while another holds the recipient, and reserve the recipient for the owner.

    What strangers deferred is dropped: it would come first, again and again (docs/promises.md#24).

    Raises:
        SentRecently: see `keeping_reservation`.
    """
    assert code.sent_to is not None
    if before.held_later > code.sent_at + wait:
        codes.drop_deferred(db, code.sent_to, code.sent_at + wait)
    if code.sent_at < before.held_until:
        reserved = Throttle(0, before.held_until + wait)
        throttles.write(db, codes.reservation_key(code.sent_to), reserved, code.sent_at)
        raise SentRecently(before.held_until - code.sent_at)


@contextmanager
def keeping_reservation(store: Store) -> Iterator[Connection]:
    """Open a transaction that sends a code. If the recipient is held, the owner's reservation is committed."""
    held = None
    with store.writing() as db:
        try:
            yield db
        except SentRecently as refused:
            held = refused
    if held is not None:
        raise held


def defer(db: Connection, code: SentCode, before: Sendings, wait: float) -> float | None:
    """Return when a code may leave that the owner may not have asked for; None for never.

    One code is deferred at a time. Another takes its place if it is its `codes.turn`: no stranger who asks again and
    again keeps out an owner who forgot the password (docs/promises.md#24).
    """
    assert code.sent_to is not None
    now = code.sent_at
    if before.held_later <= now + wait:
        return max(now, before.held_later, before.reserved_until)
    deferred = codes.find_deferred(db, code.sent_to, now + wait, before.held_later)
    if deferred is None:
        return None
    is_free = deferred.state != "live" or deferred.flow_id == code.flow_id
    if not is_free and codes.turn(db, deferred) <= codes.turn(db, code):
        return None
    codes.drop_deferred(db, code.sent_to, now + wait)
    return deferred.held_until - wait
