"""Steps that several scripts of the stage share."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webapp.rules import totp
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.stage_steps import MoveClock
from webapp.sandbox.journeys.steps import Press, See, Step, TakeCode

ANOTHER_WAY = Press(
    pages.ANOTHER_WAY, page="sign_in.code", says=_("Choose “Didn't receive the code?”."),
    why=_("Without the preferred method, a backup method opens the account."),
)  # fmt: skip
NEXT_APP_CODE = MoveClock(
    totp.STEP_SECONDS, page="sign_in.code", says=_("Move the clock 30 seconds ahead, to the app's next code."),
    why=_("A code works once, so a code that someone saw is worth nothing."),
)  # fmt: skip
READ_APP_CODE = TakeCode(
    pages.CODE, page="sign_in.code", says=_("The app shows a code. Click it to fill it in."),
    why=_("The app works the code out from its key and the time. Nothing is sent."),
)  # fmt: skip
LEAVE: tuple[Step, ...] = (
    Press(
        pages.NAV_ACCOUNT, page="settings.overview", state="off",
        says=_("It's off. Choose “Account & Lists”."),
        why=_("This browser stays signed in. Only a new sign-in shows the difference."),
    ),
    Press(
        pages.SIGN_OUT, page="account.services", says=_("Choose “Sign out”."),
        why=_("Signing out ends the session of this browser only."),
    ),
)  # fmt: skip
SIGNED_IN = See(pages.NAV_ACCOUNT, page="shop.home", says=_("Done: signed in with the password only."))
