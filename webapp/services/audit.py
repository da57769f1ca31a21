"""The audit log: record each action, and notify the owner of the ones that matter."""

from __future__ import annotations

from typing import Any

from webapp.rules.visitor import Visitor
from webapp.services import outbox
from webapp.store import events
from webapp.store.accounts import Account
from webapp.store.engine import Connection

NOTIFY_KINDS = frozenset(
    {
        "two_step.on",
        "two_step.off",
        "method.added",
        "method.changed",
        "method.preferred",
        "method.removed",
        "method.switched_off",
        "sign_in.code_wrong",
        "approval.denied",
        "password.changed",
        "password.reset",
        "password.reset_locked",
        "account.name_changed",
        "account.address_changed",
        "account.email_changed",
        "account.phone_changed",
        "trust.copied",
        "trust.revoked_all",
        "passkey.added",
        "passkey.removed",
        "recovery.opened",
        "recovery.submitted",
        "recovery.more_wanted",
        "recovery.approved",
        "recovery.rejected",
        "recovery.cancelled",
    }
)
"""Events that the owner gets an email about (a text, if the account has no email address)."""


def record(
    db: Connection,
    visitor: Visitor,
    account: Account | None,
    kind: str,
    now: float,
    *,
    notify: bool = True,
    **data: Any,
) -> None:
    """Write one event, and a notice to the owner if its kind is in `NOTIFY_KINDS` and ``notify`` is True.

    Call it in the transaction of the change: both are committed or neither (docs/promises.md#63, #65). ``data`` must
    hold no code, token, secret or full number.
    """
    events.add(
        db,
        at=now,
        account_id=None if account is None else account.id,
        kind=kind,
        device=visitor.device,
        near=visitor.near,
        **data,
    )
    if account is not None and notify and kind in NOTIFY_KINDS:
        outbox.enqueue(db, visitor, account, kind, now, **data)
