"""Refusals of the account pages as text: each says what would be taken instead."""

from __future__ import annotations

from flask_babel import gettext

from webapp.errors import (
    ContactTaken,
    ContactUnchanged,
    MailDomainRefused,
    MobileNeeded,
    NotAMailAddress,
    WeakPassword,
)

AccountRefusal = (
    NotAMailAddress | MailDomainRefused | MobileNeeded | ContactTaken | ContactUnchanged | WeakPassword
)


def of_account(refusal: AccountRefusal) -> str:
    """The sentence for a refusal of a name, an address, a number or a new password."""
    match refusal:
        case NotAMailAddress():
            return gettext("This is not an email address. Check it, for example: name@example.com")
        case MailDomainRefused():
            return gettext(
                "This demo only takes email addresses that belong to nobody, ending in: %(domains)s",
                domains=", ".join(refusal.domains),
            )
        case MobileNeeded():
            return gettext("This is a landline. Enter a mobile number, which can receive text messages.")
        case ContactTaken():
            return gettext("There is an account with this address or number by now.")
        case ContactUnchanged():
            return gettext("This is what is registered already. Enter a different one.")
        case WeakPassword():
            return _of_password(refusal.reason)


def _of_password(reason: str) -> str:
    return {
        "too_short": gettext("Use at least 8 characters."),
        "too_long": gettext("Use at most 128 characters."),
        "personal": gettext(
            "This password is made of your name, email address, phone number or the shop's name, which others "
            "know. Choose one that has nothing to do with them."
        ),
        "date": gettext(
            "This password looks like a birthday or another date, which is quickly guessed. Choose one without a "
            "date, or add several words."
        ),
        "common": gettext(
            "This password is one of those that are tried first. Choose a rarer one, such as several words that "
            "have nothing to do with each other."
        ),
        "pattern": gettext(
            "This password repeats itself or follows a row, such as abcd or 1234, which is quickly guessed. "
            "Choose one without such a pattern."
        ),
        "guessable": gettext(
            "This password is easily guessed. Make it longer, such as several words that have nothing to do with "
            "each other."
        ),
        "unchanged": gettext("This is your present password. Choose a different one."),
    }[reason]
