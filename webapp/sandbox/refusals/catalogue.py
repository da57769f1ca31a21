"""All refusals of the site, by the recorder's names, read from the exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from webapp import errors
from webapp.errors import DeliveryFailed, LinkRefused, Refusal

KINDS_ONLY = (Refusal, LinkRefused, DeliveryFailed)
"""Classes that are only raised with a kind."""
DETAILS: dict[type[Exception], tuple[str, ...]] = {
    errors.WrongCode: get_args(errors.CodeVerdict),
    errors.BudgetSpent: get_args(errors.BudgetName),
    errors.NotAPhoneNumber: get_args(errors.PhoneNumberReason),
    errors.DocumentRefused: get_args(errors.DocumentReason),
    errors.WeakPassword: get_args(errors.WeakReason),
    errors.GatewayFailed: get_args(errors.DeliveryKind),
    errors.MailFailed: get_args(errors.DeliveryKind),
}
"""The refusals with several reasons, each with another text, by `errors.refusal_name`."""


def every_refusal() -> tuple[str, ...]:
    """Return the name of each refusal and delivery failure, as ``WrongCode.expired``, in the order of
    `webapp.errors`."""
    return tuple(_names())


def _names() -> Iterator[str]:
    for kind in vars(errors).values():
        is_one = isinstance(kind, type) and issubclass(kind, (Refusal, DeliveryFailed))
        if is_one and kind not in KINDS_ONLY:
            details = DETAILS.get(kind)
            yield from (f"{kind.__name__}.{detail}" for detail in details) if details else [kind.__name__]
