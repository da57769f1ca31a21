"""Journeys into the personas' states: through the pages, as a visitor walks."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response
from flask_babel import gettext

from webapp import paths
from webapp.challenges.method import throttle_key
from webapp.pages import auth
from webapp.pages.framework.services import services
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import (
    BackToFirst,
    Do,
    FollowLink,
    InOtherBrowser,
    LandOn,
    Open,
    Press,
    See,
    Step,
    TakeCode,
)
from webapp.sandbox.personas import states
from webapp.services import trust
from webapp.store import methods, throttles

OTHER_NUMBER = "090-1111-0099"
MAILED_CODE = TakeCode(pages.CONTACT_CODE, main_job.mailed_code)


def _hold_trust(run: Any) -> None:
    """Give the browser the cookie by which it is trusted."""

    def view() -> Response:
        response = Response()
        auth.put_trust(response, (trust.cookie_name(run.who.key, "shop"), states.TRUST_COOKIE))
        return response

    run.browser.hold(view)


def _tell_wait(run: Any) -> None:
    """Let the next page show how long the wait for wrong codes is."""

    def view() -> Response:
        with services().store.reading() as db:
            preferred = methods.of_account(db, run.who.key)[0]
            wait = throttles.read(db, throttle_key(preferred.id)).blocked_until
        seconds = round(wait - services().clock.now())
        flask.flash(
            gettext(
                "Sandbox: you must wait %(seconds)s seconds. Codes are checked after that.",
                seconds=seconds,
            ),
            "info",
        )
        return Response()

    run.browser.hold(view)


# -- signing in -----------------------------------------------------------------------------------------------

NAME_GIVEN: tuple[Step, ...] = (Open(paths.SIGN_IN), main_job.NAME)
PASSWORD_GIVEN: tuple[Step, ...] = (
    *main_job.GIVE_PASSWORD,
    See(page="sign_in.code"),
)
TRUSTED: tuple[Step, ...] = (Do(_hold_trust), *NAME_GIVEN)
THROTTLED: tuple[Step, ...] = (*PASSWORD_GIVEN, Do(_tell_wait))
CAPPED: tuple[Step, ...] = (*PASSWORD_GIVEN, LandOn(paths.SIGN_IN_ANOTHER_WAY))
OLDER_PASSWORD: tuple[Step, ...] = (
    Open(paths.OLDER_DEVICE),
    Press(pages.OLDER_SIGN_IN, {pages.OLDER_EMAIL: main_job.email, pages.OLDER_PASSWORD: main_job.password}),
)
STEPPING_UP: tuple[Step, ...] = (Open(paths.SETTINGS), Press(pages.PROVE), See(page="sign_in.code"))
WAITING: tuple[Step, ...] = (Open(paths.SETTINGS), Press(pages.PROVE), See(page="approval.wait"))


def decided(decision: pages.Element) -> tuple[Step, ...]:
    """Return the journey of an owner who decided by the link in the email."""
    return (*WAITING, FollowLink(paths.APPROVAL_LINK), Press(decision), BackToFirst(), LandOn(paths.APPROVAL))


# -- two-step verification --------------------------------------------------------------------------------------

SETTING_UP: tuple[Step, ...] = (Open(paths.SETTINGS), main_job.BEGIN_SET_UP)
NUMBER_GIVEN: tuple[Step, ...] = (*SETTING_UP, main_job.GIVE_NUMBER, See(page="set_up.verify"))
_OFFERED_BACKUP: tuple[Step, ...] = (*NUMBER_GIVEN, *main_job.VERIFY_NUMBER, See(page="set_up.backup"))
NUMBER_VERIFIED: tuple[Step, ...] = (*_OFFERED_BACKUP, main_job.SKIP_BACKUP, See(page="set_up.almost_done"))
_OTHER_NUMBER = Press(pages.SEND_TO_NUMBER, {pages.NUMBER: OTHER_NUMBER})
ADDING_BACKUP: tuple[Step, ...] = (*_OFFERED_BACKUP, _OTHER_NUMBER)
TURNED_OFF: tuple[Step, ...] = (Open(paths.TURN_OFF), Press(pages.TURN_OFF))
ADDING_METHOD: tuple[Step, ...] = (Open(paths.SETTINGS), Press(pages.ADD_METHOD))
ADDING_NUMBER: tuple[Step, ...] = (*ADDING_METHOD, _OTHER_NUMBER, See(page="settings.verify"))

# -- the account ------------------------------------------------------------------------------------------------

CHANGING_ADDRESS: tuple[Step, ...] = (
    Open(paths.CHANGE_EMAIL),
    Press(pages.CONTINUE, {pages.EMAIL: lambda run: f"new-{run.who.email}"}),
)
REGISTERING: tuple[Step, ...] = (
    Open(paths.REGISTER),
    Press(
        pages.CONTINUE,
        {
            pages.CUSTOMER_NAME: lambda run: run.who.name,
            pages.EMAIL: main_job.email,
            pages.PASSWORD: main_job.password,
        },
    ),
    See(page="account.confirm_registration"),
)
PASSWORD_FORGOTTEN: tuple[Step, ...] = (
    Open(paths.FORGOT_PASSWORD),
    Press(pages.CONTINUE, {pages.EMAIL: main_job.email}),
    See(page="account.confirm_reset"),
)
NEW_PASSWORD: tuple[Step, ...] = (
    *PASSWORD_FORGOTTEN,
    MAILED_CODE,
    Press(pages.VERIFY_CONTACT),
    See(page="account.new_password"),
)

# -- locked out -------------------------------------------------------------------------------------------------

VISITING: tuple[Step, ...] = (
    Open(paths.RECOVERY),
    Press(pages.RECOVERY_CONTINUE, {pages.EMAIL: main_job.email, pages.PASSWORD: main_job.password}),
    See(page="recovery.case"),
)
CANCELLED: tuple[Step, ...] = (*VISITING, Press(pages.CANCEL_RECOVERY))


def reviewed(verdict: str = "", reason: str = "") -> tuple[Step, ...]:
    """Return the journey of a reviewer who took the case, and perhaps decided."""
    case = Open(lambda run: paths.DESK_CASE.replace("<case_id>", f"{run.who.key}-recovery"))
    decides = Press(pages.DECIDE, {pages.VERDICT: verdict, pages.REASON: lambda _run: gettext(reason)})
    desk = (case, Press(pages.TAKE_CASE), *((decides,) if verdict else ()))
    return (*VISITING, InOtherBrowser(desk, signed_in_as=states.REVIEWER), LandOn(paths.RECOVERY_CASE))
