"""What can go wrong on purpose: every exception that crosses a room's border.

A *refusal* is an answer to a visitor ("that is no phone number"): flows and rules raise it, pages turn it
into text beside the field. A *delivery failure* is the outside world's fault: the account stays as it was and
the visitor may try again. This module is a leaf: it imports nothing of the site.
"""

from __future__ import annotations

from typing import Literal

DeliveryKind = Literal["down", "slow", "garbage", "refused"]
DocumentReason = Literal["missing", "extension", "empty", "content", "active", "bomb", "pixels"]
PhoneNumberReason = Literal["empty", "not_a_number", "too_short", "too_long", "unknown_country"]
CodeVerdict = Literal["wrong", "expired", "used", "replaced", "exhausted", "dead", "missing"]
WeakReason = Literal[
    "too_short", "too_long", "personal", "date", "common", "pattern", "guessable", "unchanged"
]


class Refusal(Exception):
    """The request is understood and declined.

    ``field`` names the form field whose text tells why, or is None when the page as a whole does.
    """

    field: str | None = None

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        if field is not None:
            self.field = field


class Throttled(Refusal):
    """Too many tries: the same request may be made again after ``retry_after_seconds`` (docs/screens.md#wait)."""

    def __init__(self, retry_after_seconds: float, *, field: str | None = None) -> None:
        super().__init__(f"try again in {retry_after_seconds:.0f} s", field=field)
        self.retry_after_seconds = retry_after_seconds


class StaleFlow(Refusal):
    """The flow has expired, has moved on in another tab, or belongs to another browser."""


class SendCapReached(Refusal):
    """The account or the number has had its messages for now (docs/screens.md#cap-window); ``sent`` says which."""

    sent: Literal["codes", "approval", "reset"] = "codes"

    def __init__(self, sent: Literal["codes", "approval", "reset"] = "codes") -> None:
        super().__init__(sent)
        self.sent = sent


class WrongPassword(Refusal):
    """Identifier and password do not go together; nothing tells which of them is wrong (docs/promises.md#32)."""

    field = "password"


class UnknownAccount(Refusal):
    """Nobody signs in as this; told only where the settings disclose it."""

    field = "email"


class WrongCode(Refusal):
    """A one-time code was not accepted.

    ``verdict`` tells in which way; ``wait_seconds`` is the wait before the next try is looked at, 0 for none.
    """

    field = "otpCode"

    def __init__(self, verdict: str, wait_seconds: float = 0.0) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.wait_seconds = wait_seconds


class MethodSwitchedOff(Refusal):
    """The method has seen too many wrong codes in a row and takes none any more (docs/promises.md#20)."""

    field = "otpCode"


class MethodTaken(Refusal):
    """This number or app is one of the account's methods already."""

    field = "phoneNumber"


class LandlineNeedsCall(Refusal):
    """A text was asked for, to a line that takes none: a call reaches it."""

    field = "phoneNumber"


class UnknownMethod(Refusal):
    """A method that this account does not have (any more)."""


class LastMethod(Refusal):
    """The only method that takes codes cannot be removed: two-step verification is turned off instead."""


class UnknownChoice(Refusal):
    """A choice that this site did not offer to this flow (docs/promises.md#30)."""

    field = "otpDeviceContext"


class PasskeyRefused(Refusal):
    """What the browser answered does not prove a passkey of this site and account (docs/promises.md#64)."""


class PasskeyTaken(Refusal):
    """This very passkey is registered already."""


class NotAPhoneNumber(Refusal):
    """What was typed cannot be dialled; ``reason`` says in which way."""

    field = "phoneNumber"

    def __init__(self, reason: PhoneNumberReason) -> None:
        super().__init__(reason)
        self.reason: PhoneNumberReason = reason


class DocumentRefused(Refusal):
    """A document that is not taken; ``reason`` says why: it is not what its name says, or does things by itself."""

    field = "documents"

    def __init__(self, reason: DocumentReason) -> None:
        super().__init__(reason)
        self.reason: DocumentReason = reason


class DocumentTooLarge(Refusal):
    """A document of more than ``limit_bytes``."""

    field = "documents"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"more than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class TooManyDocuments(Refusal):
    """More documents than ``limit`` at once."""

    field = "documents"

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit}")
        self.limit = limit


class NothingToReset(Refusal):
    """A reset was asked for an account that signs in by its password alone."""


class OwnCase(Refusal):
    """A reviewer was about to decide the own case."""


class NotAMailAddress(Refusal):
    """What was typed is no mail address."""

    field = "email"


class MailDomainRefused(Refusal):
    """Sandbox mode takes mail addresses of reserved domains only (docs/screens.md#safety): ``domains``."""

    field = "email"

    def __init__(self, domains: tuple[str, ...]) -> None:
        super().__init__("not a reserved domain")
        self.domains = domains


class MobileNeeded(Refusal):
    """A number to sign in with must take texts; a landline does not."""

    field = "phoneNumber"


class ContactTaken(Refusal):
    """The address or number, proven to be the visitor's, has come to belong to an account meanwhile."""


class ContactUnchanged(Refusal):
    """The address or number is the account's own already."""


class WeakPassword(Refusal):
    """A password that is not taken; ``reason`` tells which word helps."""

    field = "password"

    def __init__(self, reason: WeakReason, *, field: str | None = None) -> None:
        super().__init__(reason, field=field)
        self.reason: WeakReason = reason


class LinkRefused(Refusal):
    """A signed link that is not to be followed."""


class LinkExpired(LinkRefused):
    """The link was ours, but its time is over."""


class LinkTampered(LinkRefused):
    """The link was not made by this site, or for another purpose."""


class SealBroken(Exception):
    """Bytes that no known key opens in this context: tampered with, moved, or sealed with a lost key."""


class DeliveryFailed(Exception):
    """A message did not leave the house.

    ``kind``: ``down`` (nobody listens), ``slow`` (not done within the deadline), ``garbage`` (an answer
    outside the contract), ``refused`` (the other side understood and declined). The message never holds the
    number, the address or the body, so that it may be logged.
    """

    def __init__(self, kind: DeliveryKind, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind: DeliveryKind = kind
        self.message = message


class GatewayFailed(DeliveryFailed):
    """The SMS and voice gateway failed; ``code`` is the provider's (21614 not a mobile, …) or None."""

    def __init__(self, kind: DeliveryKind, code: int | None, message: str) -> None:
        super().__init__(kind, message)
        self.code = code


class MailFailed(DeliveryFailed):
    """The mail server failed, or would not take this message."""


def refusal_name(refusal: Refusal | DeliveryFailed) -> str:
    """Return a refusal's name: its class, and the reason where it has several, as ``WrongCode.expired``."""
    for detail in ("verdict", "reason", "kind"):
        value = getattr(refusal, detail, None)
        if isinstance(value, str):
            return f"{type(refusal).__name__}.{value}"
    return type(refusal).__name__
