"""The script of a lost phone: the customer asks for a reset with ID documents, the reviewer decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.main_job import ENTER_CODE, NAME, NAME_AND_PASSWORD, SIGN_IN
from webapp.sandbox.journeys.stage_steps import OpenBeside
from webapp.sandbox.journeys.steps import BackToFirst, Press, Step
from webapp.sandbox.personas.personas import PERSONAS
from webapp.sandbox.stage.script import Script
from webapp.sandbox.stage.shared_steps import ANOTHER_WAY, LEAVE, NEXT_APP_CODE, READ_APP_CODE, SIGNED_IN

DESK = PERSONAS["desk"]
DOCUMENT = paths.TOOLS_SAMPLE_FILE.replace("<name>", "licence.png")
"""Where the stage gets the document that the customer sends."""


def _reason(_run: Any) -> str:
    return gettext("Name and address match the account.")


ASK: tuple[Step, ...] = (
    replace(ANOTHER_WAY, why=_("The phone is lost, and there is no backup method.")),
    Press(
        pages.RESET_TWO_STEP, page="sign_in.another_way",
        says=_("Choose “Need help? Reset Two-Step Verification”."),
        why=_("The last way back takes longer on purpose: it bypasses the second step."),
    ),
    Press(
        pages.RECOVERY_CONTINUE,
        {pages.EMAIL: lambda run: run.who.email, pages.PASSWORD: lambda run: run.who.password},
        page="recovery.start", says=_("Enter email address and password, then choose “Continue”."),
        why=_("The first step is still needed. The owner gets an email with a link to cancel."),
    ),
    Press(
        pages.SEND_DOCUMENTS, {pages.DOCUMENTS: DOCUMENT}, page="recovery.case", state="opened",
        says=_("Choose a picture of an ID document, then choose “Send documents”."),
        why=_("Instead of the phone, we use an ID document to verify the customer."),
    ),
)  # fmt: skip
DECIDE: tuple[Step, ...] = (
    OpenBeside(
        paths.DESK, f"{DESK.phone}/authenticator/", page="recovery.case", state="received",
        says=_("A second person, the reviewer, opens the review desk in another tab."),
        why=_("A person decides, and never the one who asked."),
    ),
    replace(NAME, fill={pages.EMAIL: DESK.email}),
    NAME_AND_PASSWORD[1],
    replace(READ_APP_CODE, why=_("The reviewer needs two steps, too: this account opens others.")),
    ENTER_CODE,
    Press(
        pages.NEWEST_CASE, page="desk.queue", says=_("Open the newest case."),
        why=_("Each request waits for a person."),
    ),
    Press(
        pages.TAKE_CASE, page="desk.case", state="received", says=_("Choose “Start the review”."),
        why=_("ID documents are shown only to the reviewer who takes the case."),
    ),
    Press(
        pages.PROVE, page="step_up.confirm", says=_("Choose “Continue”."),
        why=_("Before documents open, the reviewer verifies again with a code."),
    ),
    NEXT_APP_CODE,
    READ_APP_CODE,
    ENTER_CODE,
    Press(
        pages.TAKE_CASE, page="desk.case", state="received", says=_("Choose “Start the review”."),
        why=_("The customer can see that the review has started."),
    ),
    Press(
        pages.DECIDE, {pages.APPROVE_CASE: True, pages.REASON: _reason}, page="desk.case", state="in_review",
        says=_("Choose “Approve”, give a reason, then choose “Record the decision”."),
        why=_("Two-Step Verification is turned off, and all devices are signed out."),
    ),
    replace(LEAVE[0], page="desk.queue", state="", says=_("Choose “Account & Lists”."),
        why=_("The decision is logged with the reviewer's name.")),
    LEAVE[1],
)  # fmt: skip
RETURN: tuple[Step, ...] = (
    BackToFirst(
        page="shop.home", says=_("Go back to the first tab, to the customer."),
        why=_("The decision is emailed to the customer, who signs in with the password only."),
    ),
    *SIGN_IN,
    replace(SIGNED_IN, why=_("Two-Step Verification can now be set up again, with a new phone.")),
)  # fmt: skip
LOST_PHONE = Script(
    "lost", _("Lost phone, with the review desk"), "taro",
    (
        (_("Sign in without the phone"), SIGN_IN),
        (_("Request a reset"), ASK),
        (_("The reviewer decides"), DECIDE),
        (_("The customer signs in"), RETURN),
    ),
)  # fmt: skip
