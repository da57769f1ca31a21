"""The main job (docs/screens.md#the-main-job): sign in, turn two-step verification on, sign in with a code.

Each part begins on the page where the one before ends. ``says`` is what the stage shows.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.rules import identifiers
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
    return identifiers.shown(run.who.phone)


NAME = Press(
    pages.CONTINUE, {pages.EMAIL: email}, page="sign_in.identifier",
    says=_("Enter the email address, then choose “Continue”."),
    why=_("The email address says who you are. Nothing is verified yet."),
)  # fmt: skip
NAME_AND_PASSWORD = (
    NAME,
    Press(
        pages.SIGN_IN, {pages.PASSWORD: password}, page="sign_in.identifier",
        says=_("Enter the password, then choose “Sign in”."),
        why=_("The password is the first step: something that you know."),
    ),
)  # fmt: skip
START = Open(paths.HOME)
SIGN_IN: tuple[Step, ...] = (
    Press(
        pages.NAV_SIGN_IN,
        page="shop.home",
        says=_("Choose “Hello, sign in”."),
        why=_("A sign-in has up to two steps: the password, then a code."),
    ),
    *NAME_AND_PASSWORD,
)
ASK_FOR_SETTINGS: tuple[Step, ...] = (
    Press(pages.NAV_ACCOUNT, page="shop.home", says=_("Choose “Account & Lists”."),
        why=_("Two-Step Verification protects the account, and so every app that uses it.")),
    Press(pages.SECURITY, page="account.services", says=_("Choose “Login & security”."),
        why=_("Everything that opens the account is changed on this page.")),
    Press(
        pages.EDIT_TWO_STEP, page="account.security",
        says=_("Next to “Two-Step Verification settings”, choose “Edit”."),
        why=_("An open session isn't enough to change how you sign in: we verify the owner again."),
    ),
)  # fmt: skip
OPEN_LINK: tuple[Step, ...] = (
    OpenMail(page="approval.wait", state="pending", says=_("On the phone, open the email."),
        why=_("No second step is set up yet, so the owner approves by email.")),
    FollowLink(
        paths.APPROVAL_LINK, page="approval.wait", state="pending",
        says=_("On the phone, choose “Approve or deny” in the email."),
        why=_("Opening the link changes nothing. Only the owner's decision does."),
    ),
)  # fmt: skip
APPROVE: tuple[Step, ...] = (
    *OPEN_LINK,
    Press(
        pages.APPROVE,
        page="approval.decide",
        state="pending",
        says=_("Choose “Approve”."),
        why=_("Only the browser that asked can continue after the approval."),
    ),
)
GO_ON = BackToFirst(
    pages.APPROVAL_CONTINUE, page="approval.decide", state="approved",
    says=_("Go back to the first tab. It has moved on automatically."),
    why=_("The waiting page has noticed the approval."),
)  # fmt: skip
BEGIN_SET_UP = Press(
    pages.GET_STARTED,
    page="settings.overview",
    says=_("Choose “Get Started”."),
    why=_("Setting it up takes a method, a backup if you like, and a last confirmation."),
)
GIVE_NUMBER = Press(
    pages.SEND_TO_NUMBER, {pages.NUMBER: number}, page="set_up.choose_method",
    says=_("Enter the phone number, then choose “Continue”."),
    why=_("The phone becomes the second step: something that you have."),
)  # fmt: skip
VERIFY_NUMBER: tuple[Step, ...] = (
    TakeCode(
        pages.CONTACT_CODE,
        page="set_up.verify",
        says=_("A code arrives on the phone. Click it to fill it in."),
        why=_("The code confirms that the phone is yours, so a mistyped number can't lock you out."),
    ),
    Press(
        pages.VERIFY_CONTACT,
        page="set_up.verify",
        says=_("Choose “Continue”."),
        why=_("A code works once, and only for a short time."),
    ),
)
SKIP_BACKUP = Press(
    pages.SKIP_BACKUP,
    page="set_up.backup",
    says=_("Choose “Skip”: no backup method for now."),
    why=_("A backup method helps when the phone is lost. You can add one later."),
)
TURN_ON = Press(
    pages.TURN_ON, page="set_up.almost_done", says=_("Choose “Got it. Turn on Two-Step Verification”."),
    why=_("Each new sign-in now needs both steps."),
)  # fmt: skip
SET_UP_BY_SMS: tuple[Step, ...] = (BEGIN_SET_UP, GIVE_NUMBER, *VERIFY_NUMBER, SKIP_BACKUP, TURN_ON)
SIGN_OUT: tuple[Step, ...] = (
    Press(
        pages.NAV_ACCOUNT,
        page="settings.overview",
        state="on",
        says=_("It's on. Choose “Account & Lists”."),
        why=_("This browser stays signed in. Only a new sign-in shows the second step."),
    ),
    Press(
        pages.SIGN_OUT,
        page="account.services",
        says=_("Choose “Sign out”."),
        why=_("Signing out ends the session. The setting stays on."),
    ),
)
ENTER_CODE = Press(
    pages.SIGN_IN_WITH_CODE, page="sign_in.code", says=_("Choose “Sign in”."),
    why=_("What you know and what you have open the account together."),
)  # fmt: skip
GIVE_CODE: tuple[Step, ...] = (
    TakeCode(
        pages.CODE, page="sign_in.code", says=_("A code arrives on the phone. Click it to fill it in."),
        why=_("The password was right. A thief who only has the password stops here."),
    ),
    ENTER_CODE,
)  # fmt: skip
GIVE_PASSWORD: tuple[Step, ...] = (Open(paths.SIGN_IN), *NAME_AND_PASSWORD)
SIGN_IN_BY_CODE: tuple[Step, ...] = (*GIVE_PASSWORD, *GIVE_CODE, See(page="shop.home"))
DONE = See(
    pages.NAV_ACCOUNT, page="shop.home", says=_("Done: signed in with password and code."),
    why=_("A stolen password alone no longer opens this account."),
)  # fmt: skip

OPEN_SETTINGS: tuple[Step, ...] = (*ASK_FOR_SETTINGS, *APPROVE, GO_ON)
MAIN_JOB: tuple[tuple[Any, tuple[Step, ...]], ...] = (
    (_("Sign in"), SIGN_IN),
    (_("Open the settings"), OPEN_SETTINGS),
    (_("Turn two-step verification on"), SET_UP_BY_SMS),
    (_("Sign out, and sign in with a code"), (*SIGN_OUT, *SIGN_IN, *GIVE_CODE, DONE)),
)
"""The parts, each with its name and its steps. They begin at `START`."""
