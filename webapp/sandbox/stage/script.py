"""The main job (docs/screens.md#the-main-job) as a script for demos, in the words of the pages.

Read by the stage: its page lists the steps, its module finds the one that is next by what the site shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.sandbox.personas.personas import PASSWORD, PERSONAS

Where = Literal["site", "mail", "link", "tab", "code", "end"]
HANAKO = PERSONAS["hanako"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, and the page of the site on which it is next.

    ``where`` it is done: on the ``site``; in the phone's ``mail``, by the mail's ``link``; by the ``tab`` of the
    first page; by taking a ``code`` over; ``end``: nothing is left. On the site, ``press`` selects what is pressed
    and ``fill`` holds what is typed before, by selector. ``state`` is the page's `data-state`, where it matters.
    """

    words: Any
    page: str
    press: str = ""
    where: Where = "site"
    state: str = ""
    fill: dict[str, str] = field(default_factory=dict)


def _signing_in() -> tuple[Step, ...]:
    return (
        Step(_("Press “Hello, sign in”."), "shop.home", '#nav-link-accountList[href*="signin"]'),
        Step(
            _("Enter the email address and press “Continue”."),
            "sign_in.identifier",
            "#continue",
            fill={"#ap_email": HANAKO.email},
        ),
        Step(
            _("Enter the password and press “Sign in”."),
            "sign_in.identifier",
            "#signInSubmit",
            fill={"#ap_password": PASSWORD},
        ),
    )


MAIN_JOB: tuple[tuple[Any, tuple[Step, ...]], ...] = (
    (_("Sign in"), _signing_in()),
    (
        _("Open the settings"),
        (
            Step(
                _("Press “Account & Lists”."), "shop.home", f'#nav-link-accountList[href="{paths.ACCOUNT}"]'
            ),
            Step(_("Press “Login & security”."), "account.services", f'main a[href="{paths.SECURITY}"]'),
            Step(
                _("Beside “Two-Step Verification settings”, press “Edit”."),
                "account.security",
                "#edit-two-step",
            ),
            Step(_("On the phone: open the mail."), "approval.wait", where="mail", state="pending"),
            Step(
                _("On the phone: press “Approve or deny” in the mail."),
                "approval.wait",
                where="link",
                state="pending",
            ),
            Step(_("Press “Approve”."), "approval.decide", "#approve", state="pending"),
            Step(
                _("Back to the first page: it has gone on by itself."),
                "approval.decide",
                where="tab",
                state="approved",
            ),
        ),
    ),
    (
        _("Turn two-step verification on"),
        (
            Step(_("Press “Get Started”."), "settings.overview", "#get-started"),
            Step(
                _("Enter the phone number and press “Continue”."),
                "set_up.choose_method",
                "#cvf-submit-phone",
                fill={"#cvf_phone_num": "090-1234-5678"},
            ),
            Step(_("A code comes to the phone: take it over."), "set_up.verify", where="code"),
            Step(_("Press “Continue”."), "set_up.verify", "#cvf-submit-code"),
            Step(
                _("Press “Got it. Turn on Two-Step Verification”."),
                "set_up.almost_done",
                "#enable-mfa-form-submit",
            ),
        ),
    ),
    (
        _("Sign out, and sign in with a code"),
        (
            Step(
                _("It is on. Press “Account & Lists”."),
                "settings.overview",
                "#nav-link-accountList",
                state="on",
            ),
            Step(_("Press “Sign out”."), "account.services", "#nav-item-signout"),
            *_signing_in(),
            Step(_("A code comes to the phone: take it over."), "sign_in.code", where="code"),
            Step(_("Press “Sign in”."), "sign_in.code", "#auth-signin-button"),
            Step(
                _("Done: signed in with password and code."),
                "shop.home",
                f'#nav-link-accountList[href="{paths.ACCOUNT}"]',
                where="end",
            ),
        ),
    ),
)
"""The parts of the main job, each with its name and its steps."""
