"""The main job (docs/screens.md#the-main-job): sign in, turn two-step verification on, sign in with a code.

Each part begins on the page where the one before ends. ``says`` is what the stage shows.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.rules import phone_numbers
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import (
    BackToFirst,
    FollowLink,
    Open,
    OpenMail,
    Press,
    See,
    Step,
    TakeCode,
)


def email(run: Any) -> str:
    """Return the address of the person who walks."""
    return str(run.who.email)


def password(run: Any) -> str:
    """Return the password of the person who walks."""
    return str(run.who.password)


def mailed_code(run: Any) -> str:
    """Return the next code that comes to the mailbox of the person who walks."""
    return str(run.reader.code(run.who.email))


def number(run: Any) -> str:
    """Return the number of the person who walks, as it is typed in its country."""
    return phone_numbers.parse(run.who.phone).familiar


NAME = Press(
    pages.CONTINUE, {pages.EMAIL: email}, page="sign_in.identifier",
    says=_("Enter the email address, then choose “Continue”."),
)  # fmt: skip
NAME_AND_PASSWORD = (
    NAME,
    Press(
        pages.SIGN_IN, {pages.PASSWORD: password}, page="sign_in.identifier",
        says=_("Enter the password, then choose “Sign in”."),
    ),
)  # fmt: skip
START = Open(paths.HOME)
SIGN_IN: tuple[Step, ...] = (
    Press(pages.NAV_SIGN_IN, page="shop.home", says=_("Choose “Hello, sign in”.")),
    *NAME_AND_PASSWORD,
)
ASK_FOR_SETTINGS: tuple[Step, ...] = (
    Press(pages.NAV_ACCOUNT, page="shop.home", says=_("Choose “Account & Lists”.")),
    Press(pages.SECURITY, page="account.services", says=_("Choose “Login & security”.")),
    Press(
        pages.EDIT_TWO_STEP, page="account.security",
        says=_("Next to “Two-Step Verification settings”, choose “Edit”."),
    ),
)  # fmt: skip
OPEN_LINK: tuple[Step, ...] = (
    OpenMail(page="approval.wait", state="pending", says=_("On the phone, open the email.")),
    FollowLink(
        paths.APPROVAL_LINK, page="approval.wait", state="pending",
        says=_("On the phone, choose “Approve or deny” in the email."),
    ),
)  # fmt: skip
APPROVE: tuple[Step, ...] = (
    *OPEN_LINK,
    Press(pages.APPROVE, page="approval.decide", state="pending", says=_("Choose “Approve”.")),
)
GO_ON = BackToFirst(
    pages.APPROVAL_CONTINUE, page="approval.decide", state="approved",
    says=_("Go back to the first tab. It has moved on automatically."),
)  # fmt: skip
BEGIN_SET_UP = Press(pages.GET_STARTED, page="settings.overview", says=_("Choose “Get Started”."))
GIVE_NUMBER = Press(
    pages.SEND_TO_NUMBER, {pages.NUMBER: number}, page="set_up.choose_method",
    says=_("Enter the phone number, then choose “Continue”."),
)  # fmt: skip
VERIFY_NUMBER: tuple[Step, ...] = (
    TakeCode(
        pages.CONTACT_CODE,
        page="set_up.verify",
        says=_("A code arrives on the phone. Click it to fill it in."),
    ),
    Press(pages.VERIFY_CONTACT, page="set_up.verify", says=_("Choose “Continue”.")),
)
SKIP_BACKUP = Press(
    pages.SKIP_BACKUP, page="set_up.backup", says=_("Choose “Skip”: no backup method for now.")
)
SET_UP_BY_SMS: tuple[Step, ...] = (
    BEGIN_SET_UP,
    GIVE_NUMBER,
    *VERIFY_NUMBER,
    SKIP_BACKUP,
    Press(
        pages.TURN_ON, page="set_up.almost_done", says=_("Choose “Got it. Turn on Two-Step Verification”.")
    ),
)
SIGN_OUT: tuple[Step, ...] = (
    Press(
        pages.NAV_ACCOUNT, page="settings.overview", state="on", says=_("It's on. Choose “Account & Lists”.")
    ),
    Press(pages.SIGN_OUT, page="account.services", says=_("Choose “Sign out”.")),
)
GIVE_CODE: tuple[Step, ...] = (
    TakeCode(pages.CODE, page="sign_in.code", says=_("A code arrives on the phone. Click it to fill it in.")),
    Press(pages.SIGN_IN_WITH_CODE, page="sign_in.code", says=_("Choose “Sign in”.")),
)
GIVE_PASSWORD: tuple[Step, ...] = (Open(paths.SIGN_IN), *NAME_AND_PASSWORD)
SIGN_IN_BY_CODE: tuple[Step, ...] = (*GIVE_PASSWORD, *GIVE_CODE, See(page="shop.home"))
DONE = See(pages.NAV_ACCOUNT, page="shop.home", says=_("Done: signed in with password and code."))

MAIN_JOB: tuple[tuple[Any, tuple[Step, ...]], ...] = (
    (_("Sign in"), SIGN_IN),
    (_("Open the settings"), (*ASK_FOR_SETTINGS, *APPROVE, GO_ON)),
    (_("Turn two-step verification on"), SET_UP_BY_SMS),
    (_("Sign out, and sign in with a code"), (*SIGN_OUT, *SIGN_IN, *GIVE_CODE, DONE)),
)
"""The parts, each with its name and its steps. They begin at `START`."""
