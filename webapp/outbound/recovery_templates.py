"""Notices to the owner about a reset of two-step verification, from the first request to the decision."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext


def headline_and_body(kind: str, data: dict[str, Any]) -> tuple[str, str]:
    """Return headline and body for an event ``recovery.…``. A reviewer's reason is part of the body."""
    reason = str(data.get("reason", ""))
    words = {
        "recovery.opened": lambda: (
            gettext("A reset of Two-Step Verification was requested"),
            gettext(
                "Someone who knows your password asked to reset Two-Step Verification "
                "with ID documents. Nothing has changed yet, and nothing will change "
                "until we've checked the documents."
            ),
        ),
        "recovery.submitted": lambda: (
            gettext("We've received documents for the reset"),
            gettext("We'll check them now. This can take 1 to 2 days. We'll email you the result."),
        ),
        "recovery.more_wanted": lambda: (
            gettext("We need more documents for the reset"),
            gettext("To confirm your identity, we need more documents: %(reason)s", reason=reason),
        ),
        "recovery.approved": lambda: (
            gettext("Two-Step Verification was reset"),
            gettext(
                "We've checked your documents and turned off Two-Step Verification. You "
                "now sign in with just your password. All devices were signed out and "
                "the documents were deleted."
            ),
        ),
        "recovery.rejected": lambda: (
            gettext("The reset of Two-Step Verification was declined"),
            gettext(
                "We couldn't confirm your identity. Your account hasn't changed, and the "
                "documents were deleted. Reason: %(reason)s",
                reason=reason,
            ),
        ),
        "recovery.cancelled": lambda: (
            gettext("The reset of Two-Step Verification was cancelled"),
            gettext("Your account hasn't changed, and any documents you sent have been deleted."),
        ),
    }
    return words[kind]()


def advice(kind: str) -> str:
    """Return what the owner should do, by kind."""
    if kind == "recovery.opened":
        return gettext(
            "If this wasn't you, use the link below to cancel the request, and change your password."
        )
    if kind == "recovery.more_wanted":
        return gettext("Open the Two-Step Verification reset page again and send what's missing.")
    if kind == "recovery.approved":
        return gettext("Set up Two-Step Verification again with your new phone or app.")
    if kind == "recovery.rejected":
        return gettext("You can request a reset again with other documents.")
    return gettext("If this wasn't you, change your password and check Login & security.")
