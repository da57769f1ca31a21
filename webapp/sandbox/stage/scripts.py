"""The scripts of the stage: the main job, each other kind of code, and what else a demo shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from webapp import paths
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.main_job import (
    ASK_FOR_SETTINGS,
    BEGIN_SET_UP,
    DONE,
    ENTER_CODE,
    GIVE_CODE,
    MAIN_JOB,
    NAME,
    NAME_AND_PASSWORD,
    OPEN_SETTINGS,
    SIGN_IN,
    SIGN_OUT,
    SKIP_BACKUP,
    TURN_ON,
)
from webapp.sandbox.journeys.stage_steps import AddToApp, AnswerCall, MoveClock
from webapp.sandbox.journeys.steps import Press, See, Step, TakeCode
from webapp.sandbox.stage.lost_phone import LOST_PHONE
from webapp.sandbox.stage.script import Script
from webapp.sandbox.stage.shared_steps import ANOTHER_WAY, LEAVE, NEXT_APP_CODE, READ_APP_CODE, SIGNED_IN

OTHER_NUMBER = "090-1111-0099"
LANDLINE = "+81312345678/"


def _music(*steps: Step) -> tuple[Step, ...]:
    """Return steps of the shop's sign-in as the music app has them."""
    return tuple(replace(step, page=f"music.{step.page}") for step in steps)


APP = Script(
    "app", _("Authenticator app"), "hanako",
    (
        (_("Sign in"), SIGN_IN),
        (_("Open the settings"), OPEN_SETTINGS),
        (_("Turn two-step verification on"), (
            BEGIN_SET_UP,
            Press(pages.METHOD_APP, page="set_up.choose_method", unless=f"{pages.METHOD_APP}:checked",
                says=_("Choose “Authenticator app”."),
                why=_("An app works without a signal, and no code travels that someone could intercept.")),
            AddToApp(pages.APP_KEY, page="set_up.choose_method",
                says=_("On the phone, add the account to the authenticator app by its setup key."),
                why=_("Site and app now share a secret key. Each works the codes out by itself.")),
            TakeCode(pages.APP_CODE, page="set_up.choose_method",
                says=_("The app shows a code. Click it to fill it in."),
                why=_("The code confirms that the app has the right key and the right time.")),
            Press(pages.VERIFY_APP, page="set_up.choose_method", says=_("Choose “Verify OTP and continue”."),
                why=_("The app becomes the second step: something that you have.")),
            SKIP_BACKUP,
            TURN_ON,
        )),
        (_("Sign out, and sign in with a code"), (*SIGN_OUT, *SIGN_IN, NEXT_APP_CODE, READ_APP_CODE, ENTER_CODE, DONE)),
    ),
)  # fmt: skip

VOICE = Script(
    "voice", _("Voice call to a landline"), "jiro",
    (
        (_("Sign in"), SIGN_IN),
        (_("Get the code by voice call"), (
            ANOTHER_WAY,
            Press(pages.SEND_CODE, page="sign_in.another_way",
                says=_("Choose “Send code”: the landline is selected."),
                why=_("A backup method is a different device: here, a phone that can't receive SMS.")),
            AnswerCall(page="sign_in.code", says=_("The landline rings. Answer the call."),
                why=_("A voice reads out the code, so any phone can be the second step.")),
            TakeCode(pages.CODE, page="sign_in.code",
                says=_("The voice reads out the code. Click it to fill it in."),
                why=_("Only the person at this phone hears the code.")),
            ENTER_CODE,
            DONE,
        )),
    ),
    handset=LANDLINE,
)  # fmt: skip

STEP_UP_BY_CODE: tuple[Step, ...] = (
    replace(GIVE_CODE[0], why=_("Two-Step Verification is on, so we verify the owner with a code.")),
    replace(ENTER_CODE, why=_("For a short time, this browser may change how the account is protected.")),
)
BACKUP = Script(
    "backup", _("Backup methods"), "taro",
    (
        (_("Open the settings"), (*ASK_FOR_SETTINGS, *STEP_UP_BY_CODE)),
        (_("Add a second phone"), (
            Press(pages.ADD_METHOD, page="settings.overview", state="on",
                says=_("Choose “Add a new phone or app”."),
                why=_("With only one method, a lost phone locks you out.")),
            Press(pages.SEND_TO_NUMBER, {pages.NUMBER: OTHER_NUMBER}, page="settings.choose_method",
                says=_("Enter the second phone's number, then choose “Send code”."),
                why=_("A backup helps only on a different device.")),
            TakeCode(pages.CONTACT_CODE, page="settings.verify",
                says=_("The second phone gets a code. Click it to fill it in."),
                why=_("The backup is tested now, before you need it.")),
            Press(pages.VERIFY_CONTACT, page="settings.verify", says=_("Choose “Verify code and continue”."),
                why=_("The owner is notified by email that a method was added.")),
        )),
        (_("Sign in with the backup"), (
            replace(SIGN_OUT[0], says=_("The backup is listed. Choose “Account & Lists”.")),
            SIGN_OUT[1],
            *SIGN_IN,
            ANOTHER_WAY,
            MoveClock(30, pages.SEND_CODE, page="sign_in.another_way", unless=f"{pages.SEND_CODE}:enabled",
                says=_("Move the clock 30 seconds ahead, so that another code can be sent."),
                why=_("A pause between codes keeps others from flooding a phone.")),
            Press(pages.SEND_CODE, page="sign_in.another_way",
                says=_("Choose “Send code”: the second phone is selected."),
                why=_("The page offers each method that the owner has registered.")),
            replace(GIVE_CODE[0], why=_("The first phone is lost or has no signal. The second one opens the account.")),
            ENTER_CODE,
            DONE,
        )),
    ),
    taken_on=True,
)  # fmt: skip

MUSIC_PASSWORD = replace(
    NAME_AND_PASSWORD[1], says=lazy_pgettext("music", "Enter the password, then choose “Sign in”.")
)  # its button has another Japanese label than the shop's
MUSIC = Script(
    "music", _("Music app"), "taro",
    (
        (_("Sign in to the music app"), (
            Press(pages.MUSIC_SIGN_IN, page="music.home", says=_("Choose “Sign in”."),
                why=_("Another app of the same account asks for the same two steps.")),
            *_music(NAME, MUSIC_PASSWORD, GIVE_CODE[0]),
            Press(pages.SIGN_IN_WITH_CODE, {pages.REMEMBER: True}, page="music.sign_in.code",
                says=_("Tick the box below the field, then choose “Sign in”."),
                why=_("A trusted device skips the second step. Each app has its own trusted devices.")),
        )),
        (_("Sign in again, without a code"), (
            Press(pages.MUSIC_SIGN_OUT, page="music.home", says=_("Choose “Sign out”."),
                why=_("Signing out doesn't end the trust.")),
            Press(pages.MUSIC_SIGN_IN, page="music.home", says=_("Choose “Sign in”."),
                why=_("The password is still asked for. Only the code is skipped.")),
            *_music(NAME, MUSIC_PASSWORD),
            See(pages.MUSIC_SIGN_OUT, page="music.home", says=_("Done: signed in to the music app without a code."),
                why=_("The shop and all other browsers still ask for a code.")),
        )),
    ),
    start=paths.MUSIC,
)  # fmt: skip

OFF = Script(
    "off", _("Turning it off"), "taro",
    (
        (_("Open the settings"), (*ASK_FOR_SETTINGS, *STEP_UP_BY_CODE)),
        (_("Turn two-step verification off"), (
            Press(pages.DISABLE, page="settings.overview", state="on", unless="dialog[open]",
                says=_("Choose “Disable”."), why=_("Turning it off takes a code, so a stolen password isn't enough.")),
            Press(pages.TURN_OFF, page="settings.overview", state="on", says=_("In the pop-up, choose “Disable”."),
                why=_("The methods are kept, so one code turns it back on.")),
            Press(pages.SKIP_FEEDBACK, page="turn_off.feedback", says=_("Choose “Skip”."),
                why=_("All other devices are signed out, and the owner gets an email.")),
        )),
        (_("Sign in with the password only"), (
            *LEAVE,
            *SIGN_IN,
            replace(SIGNED_IN, why=_("From now on, a stolen password is enough.")),
        )),
    ),
    taken_on=True,
)  # fmt: skip


def _name_of_passkey(_run: Any) -> str:
    return str(_("Demo device"))


PASSKEY = Script(
    "passkey", _("Passkey"), "taro",
    (
        (_("Open the passkeys"), (
            *ASK_FOR_SETTINGS[:2],
            Press(pages.PASSKEYS, page="account.security", says=_("Next to “Passkeys”, choose “Edit”."),
                why=_("A passkey is a key on your device that only the real site can ask for.")),
            Press(pages.PROVE, page="step_up.confirm", says=_("Choose “Continue”."),
                why=_("A passkey opens the account, so we verify the owner before adding one.")),
            *STEP_UP_BY_CODE,
        )),
        (_("Create a passkey"), (
            Press(pages.CREATE_PASSKEY, {pages.PASSKEY_NAME: _name_of_passkey}, page="passkeys.overview",
                unless="[data-passkey]", by_hand=True,
                says=_("Choose “Create a passkey”, then confirm by hand in the browser's dialog."),
                why=_("Your fingerprint, face or PIN unlocks the key. It never leaves the device.")),
        )),
        (_("Sign in with the passkey"), (
            replace(LEAVE[0], page="passkeys.overview", state="",
                says=_("The passkey is listed. Choose “Account & Lists”."),
                why=_("A new sign-in will show what the passkey saves.")),
            LEAVE[1],
            *SIGN_IN[:1],
            NAME,
            Press(pages.SIGN_IN_BY_PASSKEY, page="sign_in.identifier", by_hand=True,
                says=_("Choose “Sign in with a passkey”, then confirm by hand in the browser's dialog."),
                why=_("Device and fingerprint are two factors in one step, so no code is needed.")),
            replace(SIGNED_IN, says=_("Done: signed in with the passkey, without password or code."),
                why=_("A fake page gets nothing from a passkey.")),
        )),
    ),
    taken_on=True,
)  # fmt: skip

MAIN = Script("main", _("The basics"), "hanako", MAIN_JOB)
SCRIPTS = {each.key: each for each in (MAIN, APP, VOICE, BACKUP, MUSIC, OFF, LOST_PHONE, PASSKEY)}
