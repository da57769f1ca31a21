"""What can go wrong on purpose: every exception that crosses a package's border.

A *refusal* is a typed "no" to a visitor ("not a phone number"): flows and rules raise it, pages show it as an error
beside the field. A *delivery failure* is a fault outside the site: the account is unchanged and the visitor may try
again. This module imports nothing of the site.
"""

from __future__ import annotations

from typing import Literal

DeliveryKind = Literal["down", "slow", "garbage", "refused"]
DocumentReason = Literal[
    "missing", "extension", "empty", "content", "active", "linked", "bomb", "password", "pixels"
]
PhoneNumberReason = Literal["empty", "not_a_number", "too_short", "too_long", "unknown_country"]
BudgetName = Literal["texts_per_sender", "texts_per_number", "texts_in_all"]
CodeVerdict = Literal["wrong", "expired", "used", "replaced", "exhausted", "dead", "missing"]
WeakReason = Literal[
    "too_short", "too_long", "personal", "date", "common", "pattern", "guessable", "unchanged"
]


class Refusal(Exception):
    """The request is understood and declined.

    ``field`` names the form field that shows the text, or is None if the page does.
    """

    field: str | None = None

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        if field is not None:
            self.field = field


class Throttled(Refusal):
    """Too many attempts: the same request is possible again after ``retry_after_seconds`` (docs/screens.md#wait)."""

    def __init__(self, retry_after_seconds: float, *, field: str | None = None) -> None:
        super().__init__(f"try again in {retry_after_seconds:.0f} s", field=field)
        self.retry_after_seconds = retry_after_seconds


class SentRecently(Throttled):
    """A code went to the same recipient, or out of the same flow, too recently (docs/promises.md#77)."""

    def __init__(self, retry_after_seconds: float, *, is_same_flow: bool = False) -> None:
        super().__init__(retry_after_seconds)
        self.is_same_flow = is_same_flow


class SenderThrottled(Throttled):
    """Too many wrong passwords came from one network or browser, for whatever names (docs/promises.md#79)."""


class BudgetSpent(Refusal):
    """Too many texts and calls went to numbers that are not proven; ``reason`` is the budget (docs/promises.md#76)."""

    def __init__(self, reason: BudgetName, retry_after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason: BudgetName = reason
        self.retry_after_seconds = retry_after_seconds


class CountryNotServed(Refusal):
    """Codes are sent to numbers of some countries only (docs/promises.md#76)."""

    field = "phoneNumber"


class StaleFlow(Refusal):
    """The flow has expired, has gone on in another tab, or belongs to another browser."""


class SendCapReached(Refusal):
    """The account or number has had its messages for now (docs/screens.md#cap-window); ``sent`` says which."""

    sent: Literal["codes", "approval", "reset"] = "codes"

    def __init__(self, sent: Literal["codes", "approval", "reset"] = "codes") -> None:
        super().__init__(sent)
        self.sent = sent


class WrongPassword(Refusal):
    """Identifier and password don't match. It doesn't show which is wrong (docs/promises.md#32)."""

    field = "password"


class UnknownAccount(Refusal):
    """There is no such account. Shown only if the settings disclose it."""

    field = "email"


class WrongCode(Refusal):
    """A one-time code was not accepted.

    ``verdict`` says why. ``wait_seconds`` is the wait before the next attempt is checked, 0 for none.
    ``may_be_clock`` says that the device's clock may be the reason, whatever the code was.
    """

    field = "otpCode"

    def __init__(self, verdict: str, wait_seconds: float = 0.0, *, may_be_clock: bool = False) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.wait_seconds = wait_seconds
        self.may_be_clock = may_be_clock


class MethodSwitchedOff(Refusal):
    """The method had too many wrong codes in a row and takes no more (docs/promises.md#20)."""

    field = "otpCode"


class PasswordResetLocked(Refusal):
    """Codes for a new password were wrong too often in a row; this account takes no more (docs/promises.md#78)."""

    field = "otpCode"


class MethodTaken(Refusal):
    """This number or app is one of the account's methods already."""

    field = "phoneNumber"


class LandlineNeedsCall(Refusal):
    """A text was requested for a line that takes none. A call reaches it."""

    field = "phoneNumber"


class UnknownMethod(Refusal):
    """The account doesn't have this method (any more)."""


class LastMethod(Refusal):
    """The only method that takes codes cannot be removed. Two-step verification can be turned off instead."""


class UnknownChoice(Refusal):
    """A choice that this site did not offer to this flow (docs/promises.md#30)."""

    field = "otpDeviceContext"


class PasskeyRefused(Refusal):
    """The browser's answer proves no passkey of this site and account (docs/promises.md#64)."""


class PasskeyTaken(Refusal):
    """This very passkey is registered already."""


class NotAPhoneNumber(Refusal):
    """What was typed cannot be dialled. ``reason`` says why."""

    field = "phoneNumber"

    def __init__(self, reason: PhoneNumberReason) -> None:
        super().__init__(reason)
        self.reason: PhoneNumberReason = reason


class DocumentRefused(Refusal):
    """A document is not accepted. ``reason`` says why: its content isn't what its name says, or is active."""

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
    """A reset was requested for an account without two-step verification."""


class OwnCase(Refusal):
    """A reviewer tried to decide their own case."""


class NotAMailAddress(Refusal):
    """What was typed is no email address."""

    field = "email"


class MailDomainRefused(Refusal):
    """Sandbox mode takes email addresses of the reserved ``domains`` only (docs/screens.md#safety)."""

    field = "email"

    def __init__(self, domains: tuple[str, ...]) -> None:
        super().__init__("not a reserved domain")
        self.domains = domains


class MobileNeeded(Refusal):
    """A number to sign in with must take texts; a landline does not."""

    field = "phoneNumber"


class ContactTaken(Refusal):
    """Another account has taken the verified address or number meanwhile."""


class ContactUnchanged(Refusal):
    """The address or number is the account's own already."""


class WeakPassword(Refusal):
    """The password is too weak. ``reason`` selects the hint."""

    field = "password"

    def __init__(self, reason: WeakReason, *, field: str | None = None) -> None:
        super().__init__(reason, field=field)
        self.reason: WeakReason = reason


class LinkRefused(Refusal):
    """The link's signature is invalid or its target is not allowed."""


class LinkExpired(LinkRefused):
    """The link was ours, but has expired."""


class LinkTampered(LinkRefused):
    """The link was not made by this site, or for another purpose."""


class SealBroken(Exception):
    """No known key opens these bytes in this context: tampered with, moved, or sealed with a lost key."""


class DeliveryFailed(Exception):
    """A message could not be sent.

    ``kind``: ``down`` (no connection), ``slow`` (not done within the deadline), ``garbage`` (an answer outside the
    contract), ``refused`` (the other side declined). The message never holds number, address or body, so it may be
    logged. ``is_unsent`` is True if nothing was sent for certain: only a refusal, or a failure before the request
    left, can tell.
    """

    def __init__(self, kind: DeliveryKind, message: str, *, is_unsent: bool = False) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind: DeliveryKind = kind
        self.message = message
        self.is_unsent = is_unsent or kind == "refused"


class GatewayFailed(DeliveryFailed):
    """The SMS and voice gateway failed; ``code`` is the provider's (21614 not a mobile, …) or None."""

    def __init__(
        self, kind: DeliveryKind, code: int | None, message: str, *, is_unsent: bool = False
    ) -> None:
        super().__init__(kind, message, is_unsent=is_unsent)
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
