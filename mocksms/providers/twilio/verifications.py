"""Verify: the gateway makes the code, sends it by SMS, call or mail, and checks it (docs/wires.md#verify)."""

import hmac
import secrets
from typing import Literal

from mocksms import store
from mocksms.core import inbox, phone_numbers
from mocksms.core.intake import Arrival
from mocksms.core.models import Message, Verification
from mocksms.core.worlds import World
from mocksms.providers.twilio.serialization import WHATSAPP

LIFETIME_SECONDS = 600
MOST_WRONG = 5
MOST_SENDS = 5
SENDER = "+15005550006"
MAIL_SENDER = "verify@example.com"
Outcome = Literal["approved", "wrong", "exhausted", "gone"]


class TooManySends(Exception):
    """The code was already sent five times."""


def _texts(locale: str, name: str, code: str) -> tuple[str, str]:
    """Return subject and text of the message with a code."""
    minutes = LIFETIME_SECONDS // 60
    if locale.startswith("ja"):
        return f"{name}の確認コード", f"{name}の確認コードは {code} です。{minutes}分以内に入力してください。"
    return (
        f"Your {name} verification code",
        f"Your {name} verification code is: {code}. It expires in {minutes} minutes.",
    )


def start(arrival: Arrival, wanted: Verification, locale: str, name: str, digits: int) -> Verification:
    """Send a code; a pending verification of the same recipient sends its code again. Raise :class:`TooManySends`."""
    now = arrival.now
    with arrival.world.store.writing() as db:
        kept = store.verifications.newest(db, wanted.service, wanted.recipient)
        if kept is None or not _is_pending(kept, now):
            kept = wanted
            kept.created_at = now
            kept.code = kept.code or f"{secrets.randbelow(10**digits):0{digits}}"
        if len(kept.sends) >= MOST_SENDS:
            raise TooManySends
        kept.channel, kept.updated_at = wanted.channel, now
        kept.sends.append((wanted.channel, now, inbox.new_sid("VL")))
        store.verifications.put(db, kept)
    _send(arrival, kept, locale, name)
    return kept


def _is_pending(verification: Verification, now: float) -> bool:
    return verification.status == "pending" and now - verification.created_at < LIFETIME_SECONDS


def _send(arrival: Arrival, kept: Verification, locale: str, name: str) -> None:
    subject, text = _texts(locale, name, kept.code)
    if kept.channel == "call":
        language = "ja-JP" if locale.startswith("ja") else "en-US"
        digits = "".join(f'<Say language="{language}">{digit}</Say><Pause/>' for digit in kept.code)
        greeting = subject.replace("&", "&amp;").replace("<", "&lt;")
        document = f'<Response><Say language="{language}">{greeting}</Say>{digits}{digits}</Response>'
        call = Message(
            sid=inbox.new_sid("CA"), channel="call", wire="verify", sender=SENDER, recipient=kept.recipient,
            account=kept.account, details={"twiml": document},
        )  # fmt: skip
        arrival.ring(call, arrival.world.settings.ring_seconds)
        return
    is_mail = kept.channel == "email"
    prefix = WHATSAPP if kept.channel == "whatsapp" else ""
    message = Message(
        sid=inbox.new_sid("ML" if is_mail else "SM"), channel="mail" if is_mail else "sms", wire="verify",
        sender=MAIL_SENDER if is_mail else SENDER, recipient=kept.recipient, account=kept.account,
        subject=subject if is_mail else "", body=text, details={"address_prefix": prefix} if prefix else {},
    )  # fmt: skip
    arrival.keep(message)


def find(world: World, service: str, sid_or_recipient: str) -> Verification | None:
    """Return a pending verification by its id or its recipient; None once it is approved, canceled or expired."""
    with world.store.reading() as db:
        if sid_or_recipient.startswith("VE"):
            found = store.verifications.find(db, service, sid_or_recipient)
        else:
            recipient = phone_numbers.normalise(sid_or_recipient, world.settings.region)
            found = store.verifications.newest(db, service, recipient)
    return found if found is not None and _is_pending(found, world.now()) else None


def check(world: World, verification: Verification, code: str) -> Outcome:
    """Check a code; count a wrong one in the same transaction."""
    with world.store.writing() as db:
        kept = store.verifications.find(db, verification.service, verification.sid)
        if kept is None or not _is_pending(kept, world.now()):
            return "gone"
        if kept.wrong >= MOST_WRONG:
            return "exhausted"
        right = hmac.compare_digest(kept.code.encode(), code.strip().encode())
        kept.wrong += not right
        kept.status = "approved" if right else "pending"
        kept.updated_at = world.now()
        store.verifications.put(db, kept)
    return "approved" if right else "wrong"


def close(world: World, verification: Verification, status: str) -> Verification:
    """Approve or cancel a verification for the app."""
    verification.status, verification.updated_at = status, world.now()
    with world.store.writing() as db:
        store.verifications.put(db, verification)
    return verification
