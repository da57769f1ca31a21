"""Scenarios for errors at sign-in: passwords, codes, waits, caps, expired flows and sessions."""

from __future__ import annotations

import math

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.steps import Do, InOtherBrowser, LandOn, Note, Open, Press, Step, noted
from webapp.sandbox.personas.persona_journeys import NAME_GIVEN, NUMBER_GIVEN, OLDER_PASSWORD, PASSWORD_GIVEN
from webapp.sandbox.personas.personas import PASSWORD
from webapp.sandbox.refusals.scenario import (
    CODE_RULE,
    SEND_CODE,
    SEND_RULE,
    SIGN_IN,
    SIGN_IN_WITH_CODE,
    LastStep,
    Scenario,
)
from webapp.sandbox.refusals.scenario_context import (
    NOTE_CODE,
    NOTED_CODE,
    SIGN_OUT,
    ScenarioContext,
    app_code,
    right_code,
    wait_past,
    wrong_code,
    wrong_tries,
)
from webapp.sandbox.world_middleware import world
from webapp.store import throttles
from webapp.store.throttles import Throttle

JIROS_LANDLINE = "+81312345678"
APP_RULE = _(
    "App codes change every 30 seconds. The previous and next code also work. "
    "Each works once, and never an older one after a newer one."
)
WAIT_RULE = _(
    "Incorrect codes: %(free_tries)s without a wait, then 2, 4, 8 … seconds, "
    "up to %(wait_max_seconds)s, per method and in every browser."
)
OFF_RULE = _("%(tries_until_off)s incorrect codes in a row lock the method and email the owner.")
RECIPIENT_RULE = _(
    "After a code that wasn't used, the next one to the same number or address can be sent after %(resend_seconds)s."
)
RESEND_RULE = _("Another code can be sent after %(resend_seconds)s.")
PASSWORD_RULE = _(
    "Incorrect passwords: %(password_free_tries)s from one IP address without a wait, then a growing wait."
)
FLOW_RULE = _("Unfinished steps expire after %(flow_seconds)s and work in one browser only.")
SESSION_RULE = _(
    "Sessions end after %(session_idle_seconds)s without use, and after %(session_seconds)s in any case."
)
TRUST_RULE = _("A browser is trusted for %(trust_seconds)s.")
OFFERED_RULE = _("You can only choose a method that this sign-in offered.")
CALL_RULE = _("If a call doesn't deliver the code, the page says why and offers another call.")
TROUBLE_RULE = _("A failure on our side changes nothing.")
PASSKEY_RULE = _("Only a passkey for this site and account works.")
TOO_LONG = _("Your sign-in expired or was started in another browser. Start again.")


def _type(code: object) -> LastStep:
    return LastStep(SIGN_IN_WITH_CODE, {pages.CODE: code})


def _offered(run: ScenarioContext) -> list[str]:
    """Return the values of the ways to receive a code that the page offers."""
    name = pages.METHOD_CHOICE.name
    return run.browser.find_form((name,)).choices[name]


def _many_passwords(run: ScenarioContext) -> None:
    free = world().services.config.password_free_tries
    wrong = Press(pages.SIGN_IN, {pages.PASSWORD: f"not-{PASSWORD}"})
    for tried in range(1, free + 7):
        run.walk((wrong,))
        if free < tried < free + 6:
            run.advance(2 ** (tried - free))


def _nearly_off(run: ScenarioContext) -> None:
    """Write the attempts as a row: the 99 before would take a day of waits."""
    services = world().services
    with services.store.writing() as db:
        wrong = Throttle(services.limits.tries_until_off - 1, 0)
        throttles.write(db, f"method:{run.key}-sms", wrong, services.clock.now())


def _use_all_day(run: ScenarioContext) -> None:
    services = world().services
    often = services.config.session_idle_seconds - 60
    for _used in range(math.ceil(services.config.session_seconds / often)):
        run.walk((Open(paths.ACCOUNT),))
        services.clock.advance(often)
    run.advance(0)  # the phone follows at once


def _ask_for_passkey(run: ScenarioContext) -> None:
    run.browser.post(paths.PASSKEY_OPTIONS)


ANOTHER_WAY = Open(paths.SIGN_IN_ANOTHER_WAY)
ASK_FOR_CALL: tuple[Step, ...] = (
    ANOTHER_WAY,
    Press(pages.SEND_CODE, {pages.METHOD_CHOICE: lambda run: _offered(run)[1]}),
)
LOCK_DATABASE = Do(lambda _run: world().settings.change(locked_database=True))
TRUSTED_TOO_LONG: tuple[Step, ...] = (
    *PASSWORD_GIVEN, Press(pages.SIGN_IN_WITH_CODE, {pages.CODE: right_code, pages.REMEMBER: True}), SIGN_OUT,
    wait_past("trust_seconds"), *NAME_GIVEN,
)  # fmt: skip

SCENARIOS = (
    Scenario("WrongPassword", "sign_in", "taro", PASSWORD_RULE, NAME_GIVEN,
             LastStep(SIGN_IN, {pages.PASSWORD: f"not-{PASSWORD}"})),
    Scenario("Throttled.password", "sign_in", "taro", PASSWORD_RULE, (*NAME_GIVEN, Do(_many_passwords)),
             LastStep(SIGN_IN, {pages.PASSWORD: PASSWORD}), of="Throttled"),
    Scenario("WrongCode.wrong", "sign_in", "taro", CODE_RULE, PASSWORD_GIVEN, _type(wrong_code)),
    Scenario("WrongCode.replaced", "sign_in", "taro", CODE_RULE,
             (*PASSWORD_GIVEN, NOTE_CODE, wait_past("resend_seconds"), Press(pages.RESEND)), _type(NOTED_CODE)),
    Scenario("WrongCode.exhausted", "sign_in", "taro", CODE_RULE, (*PASSWORD_GIVEN, NOTE_CODE, *wrong_tries(4)),
             _type(wrong_code)),
    Scenario("WrongCode.dead", "sign_in", "taro", CODE_RULE, (*PASSWORD_GIVEN, NOTE_CODE, *wrong_tries(5)),
             _type(NOTED_CODE)),
    Scenario("WrongCode.used", "sign_in", "jiro", APP_RULE,
             (*PASSWORD_GIVEN, NOTE_CODE, Press(pages.SIGN_IN_WITH_CODE, {pages.CODE: NOTED_CODE}), SIGN_OUT,
              *PASSWORD_GIVEN), _type(NOTED_CODE)),
    Scenario("WrongCode.window", "sign_in", "jiro", APP_RULE, PASSWORD_GIVEN, _type(app_code(-5)),
             of="WrongCode.wrong"),
    Scenario("WrongCode.missing", "sign_in", "capped", SEND_RULE, PASSWORD_GIVEN, _type("123456")),
    Scenario("SendCapReached", "sign_in", "capped", SEND_RULE, (*PASSWORD_GIVEN, ANOTHER_WAY), LastStep(SEND_CODE)),
    Scenario("Throttled.resend", "sign_in", "taro", RESEND_RULE, (*PASSWORD_GIVEN, ANOTHER_WAY),
             LastStep(SEND_CODE), of="SentRecently"),
    Scenario("SentRecently", "sign_in", "taro", RECIPIENT_RULE,
             (*PASSWORD_GIVEN, *PASSWORD_GIVEN)),
    Scenario("Throttled", "sign_in", "throttled", WAIT_RULE, PASSWORD_GIVEN, _type(right_code)),
    Scenario("MethodSwitchedOff", "sign_in", "taro", OFF_RULE,
             (*PASSWORD_GIVEN, NOTE_CODE, Do(_nearly_off), *wrong_tries(1)[:1]), _type(NOTED_CODE)),
    Scenario("UnknownChoice", "sign_in", "taro", OFFERED_RULE,
             (*PASSWORD_GIVEN, ANOTHER_WAY, Note("old", lambda run: _offered(run)[0]), *PASSWORD_GIVEN, ANOTHER_WAY),
             LastStep(SEND_CODE, {pages.METHOD_CHOICE: noted("old")}, action=paths.SIGN_IN_ANOTHER_WAY)),
    Scenario("WrongCode.older", "older_device", "older", CODE_RULE, OLDER_PASSWORD,
             LastStep(SIGN_IN_WITH_CODE, {pages.OLDER_EMAIL: main_job.email,
                                          pages.OLDER_PASSWORD: lambda run: PASSWORD + wrong_code(run)}),
             of="WrongCode.wrong"),
    Scenario("call.declined", "sign_in", "jiro", CALL_RULE,
             (*PASSWORD_GIVEN, *ASK_FOR_CALL, Do(lambda run: run.handset.decline_call(JIROS_LANDLINE)),
              LandOn(paths.SIGN_IN_CODE)),
             text=_("The line was busy, or the call was declined. We can call you again, "
"or you can choose another method.")),
    Scenario("database.locked", "sign_in", "taro", TROUBLE_RULE, (*PASSWORD_GIVEN, NOTE_CODE, LOCK_DATABASE),
             _type(NOTED_CODE), text=_("We can't do this right now")),
    Scenario("sign_in.too_long", "sign_in", "taro", FLOW_RULE,
             (*PASSWORD_GIVEN, wait_past("flow_seconds"), LandOn(paths.SIGN_IN_CODE)), text=TOO_LONG),
    Scenario("sign_in.other_browser", "sign_in", "taro", FLOW_RULE,
             (InOtherBrowser(PASSWORD_GIVEN), LandOn(paths.SIGN_IN_CODE)), text=TOO_LONG),
    Scenario("PasskeyRefused", "passkey", "passkey", PASSKEY_RULE,
             (*NAME_GIVEN, Do(_ask_for_passkey), Open(paths.SIGN_IN)),
             LastStep(_("Sign in with a passkey"), {pages.CREDENTIAL: "{}"}, action=paths.PASSKEY)),
    Scenario("session.idle", "sign_in", "hanako", SESSION_RULE,
             (wait_past("session_idle_seconds"), LandOn(paths.ACCOUNT)),
             text=_("Email or mobile phone number"), begins="signed_in"),
    Scenario("session.day", "sign_in", "hanako", SESSION_RULE, (Do(_use_all_day), LandOn(paths.ACCOUNT)),
             text=_("Email or mobile phone number"), begins="signed_in"),
    Scenario("trust.over", "sign_in", "taro", TRUST_RULE, TRUSTED_TOO_LONG,
             LastStep(SIGN_IN, {pages.PASSWORD: PASSWORD}), text=_("Enter OTP")),
    Scenario("set_up.too_long", "set_up", "hanako", FLOW_RULE,
             (*NUMBER_GIVEN, wait_past("code_seconds", "flow_grace_seconds"), LandOn(paths.SET_UP_VERIFY)),
             text=_("This step expired or was finished elsewhere. Nothing was changed here."),
             begins="proven"),
)  # fmt: skip
