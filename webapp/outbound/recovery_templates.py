"""What the owner is told about a reset of two-step verification, from the first request to the decision."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext


def headline_and_body(kind: str, data: dict[str, Any]) -> tuple[str, str]:
    """Headline and body for an event ``recovery.…``; a reviewer's reason is part of the body."""
    reason = str(data.get("reason", ""))
    words = {
        "recovery.opened": lambda: (
            gettext("A reset of Two-Step Verification was requested"),
            gettext(
                "Somebody who knows your password asked to reset Two-Step Verification with identity documents. "
                "Nothing has changed yet, and nothing changes before we have checked the documents."
            ),
        ),
        "recovery.submitted": lambda: (
            gettext("We have received documents for the reset"),
            gettext("We check them now. This can take 1 to 2 days; we will mail you the result."),
        ),
        "recovery.more_wanted": lambda: (
            gettext("We need more documents for the reset"),
            gettext(
                "To complete the check of your identity we need more documents: %(reason)s", reason=reason
            ),
        ),
        "recovery.approved": lambda: (
            gettext("Two-Step Verification was reset"),
            gettext(
                "We have checked your documents and turned Two-Step Verification off. From now on you sign in with "
                "your password alone. All devices were signed out and the documents were deleted."
            ),
        ),
        "recovery.rejected": lambda: (
            gettext("The reset of Two-Step Verification was declined"),
            gettext(
                "We could not confirm your identity. Nothing about your account has changed, and the documents were "
                "deleted. Reason: %(reason)s",
                reason=reason,
            ),
        ),
        "recovery.cancelled": lambda: (
            gettext("The reset of Two-Step Verification was cancelled"),
            gettext("Nothing about your account has changed, and any documents that were sent are deleted."),
        ),
    }
    return words[kind]()


def advice(kind: str) -> str:
    """What to do, by kind."""
    if kind == "recovery.opened":
        return gettext("If this wasn't you, cancel the request by the link below and change your password.")
    if kind == "recovery.more_wanted":
        return gettext("Open the page for resetting Two-Step Verification again and send what is missing.")
    if kind == "recovery.approved":
        return gettext("Please set up Two-Step Verification again with your new phone or app.")
    if kind == "recovery.rejected":
        return gettext("You can request a reset again with other documents.")
    return gettext("If this wasn't you, please change your password and check Login & security.")
