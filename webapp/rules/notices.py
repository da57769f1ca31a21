"""What is recorded of each action, and which of them the owner is told of at once."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from webapp.rules import phone_numbers
from webapp.rules.visitor import Visitor
from webapp.store import events, notices
from webapp.store.accounts import Account

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
        "account.name_changed",
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
"""Events that the owner gets a mail about (a text where the account has no mail address)."""


def record(
    db: Database,
    visitor: Visitor,
    account: Account | None,
    kind: str,
    now: float,
    *,
    tell: bool = True,
    **data: Any,
) -> None:
    """Write one event, and owe the owner a notice where its kind asks for one and ``tell`` does not forbid it.

    Call it in the transaction of the change itself: either both are there or neither (SECURITY.md 63, 65).
    ``data`` must hold no code, token, secret or full number.
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
    if account is not None and tell and kind in NOTIFY_KINDS:
        owe(db, account, kind, now, when=now, device=visitor.device, near=visitor.near, **data)


def owe(db: Database, account: Account, kind: str, now: float, **data: Any) -> None:
    """Owe a notice to the account's mail address, else to its number."""
    channel, recipient = ("mail", account.email) if account.email else ("sms", account.phone)
    assert recipient is not None  # the table's CHECK: an account has one or the other
    notices.owe(
        db, account_id=account.id, channel=channel, recipient=recipient, kind=kind, data=data, now=now
    )


def owe_number(
    db: Database, visitor: Visitor, account: Account, number: str, kind: str, now: float, **data: Any
) -> None:
    """Owe a text to a number that is no longer the account's, whatever else the owner is told (SECURITY.md 18).

    A landline gets none: it takes no texts.
    """
    if phone_numbers.parse(number).kind == "landline":
        return
    data |= {"when": now, "device": visitor.device, "near": visitor.near}
    notices.owe(db, account_id=account.id, channel="sms", recipient=number, kind=kind, data=data, now=now)
