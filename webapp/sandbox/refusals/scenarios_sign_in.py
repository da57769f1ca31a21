"""Ways to what is refused at signing in: passwords, codes, waits, caps, what has ended."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.sandbox.personas.personas import PASSWORD
from webapp.sandbox.refusals.scenario import (
    CODE_RULE,
    SEND_CODE,
    SEND_RULE,
    SIGN_IN,
    SIGN_IN_WITH_CODE,
    TOLD,
    Last,
    Way,
)
from webapp.sandbox.refusals.scenario_context import (
    JIROS_LANDLINE,
    Scene,
    other_than,
)
from webapp.sandbox.refusals.walker import Walker
from webapp.sandbox.world_middleware import world
from webapp.store import throttles
from webapp.store.throttles import Throttle

Told = Mapping[str, str] | None
APP_RULE = _("App codes: 30 seconds, one step before and after, each step once and only forward.")
WAIT_RULE = _("Wrong codes: 3 free, then a growing wait of 2, 4, 8 … 900 seconds per method, everywhere.")
OFF_RULE = _("100 wrong codes in a row switch the method off and mail the owner.")
RESEND_RULE = _("Another code can be sent after 30 seconds.")
PASSWORD_RULE = _("Wrong passwords: 5 free from one address, then a growing wait.")
FLOW_RULE = _("Half-done sign-ins and set-ups live 10 minutes and belong to one browser.")
SESSION_RULE = _("Sessions end after 1 hour without use, and after 24 hours in any case.")
TRUST_RULE = _("A browser is trusted for 30 days.")
OFFERED_RULE = _("Only what the site offered to this very sign-in can be chosen.")
CALL_RULE = _("A call that brings no code says why, and can be made again.")
TROUBLE_RULE = _("What fails on our side changes nothing.")
PASSKEY_RULE = _("Only a passkey of this site and account signs in.")
TOO_LONG = _("Your sign-in took too long or was begun in another browser. Please start again.")
_TYPE_CODE = Last(SIGN_IN_WITH_CODE, {"otpCode": TOLD})
_OPTION = re.compile(r'name="otpDeviceContext" value="([^"]+)"')


def _wrong_code(scene: Scene) -> Told:
    scene.gives_password()
    return {"otpCode": other_than(scene.code())}


def _code_outlived(scene: Scene) -> Told:
    """A code and its sign-in end in the same second: here the sign-in is begun five minutes ahead of its code."""
    scene.jump(300)
    scene.gives_password()
    scene.jump(-300)
    _asks_for_call(scene)
    code = scene.handset.answers(JIROS_LANDLINE)
    scene.jump(world().services.config.code_seconds + 1)
    return {"otpCode": code}


def _asks_for_call(scene: Scene) -> None:
    scene.walker.get(paths.SIGN_IN_ANOTHER_WAY)
    scene.walker.send(otpDeviceContext=_OPTION.findall(scene.walker.html)[1])


def _call_declined(scene: Scene) -> Told:
    scene.gives_password()
    _asks_for_call(scene)
    scene.handset.declines(JIROS_LANDLINE)
    scene.lands = paths.SIGN_IN_CODE
    return None


def _older(scene: Scene) -> Told:
    scene.walker.get(paths.OLDER_DEVICE)
    scene.walker.send(email=scene.persona.email, password=PASSWORD)
    return {"email": scene.persona.email, "password": PASSWORD + other_than(scene.reads_code())}


def _locked(scene: Scene) -> Told:
    scene.gives_password()
    code = scene.reads_code()
    world().settings.change(locked_database=True)
    return {"otpCode": code}


def _code_used(scene: Scene) -> Told:
    scene.gives_password()
    code = scene.app_code()
    scene.walker.send(otpCode=code)
    scene.walker.forget_session()
    scene.gives_password()
    return {"otpCode": code}


def _code_of_the_past(scene: Scene) -> Told:
    scene.gives_password()
    return {"otpCode": scene.app_code(-5)}


def _code_replaced(scene: Scene) -> Told:
    scene.gives_password()
    first = scene.reads_code()
    scene.jump(world().services.limits.resend_seconds + 1)
    scene.walker.send(paths.SIGN_IN_RESEND)
    return {"otpCode": first}


def _code_worn_out(tries: int) -> Callable[[Scene], Told]:
    def prepare(scene: Scene) -> Told:
        scene.gives_password()
        code = scene.reads_code()
        scene.wrong_codes(code, tries)
        return {"otpCode": code if tries == world().services.limits.code_tries else other_than(code)}

    return prepare


def _code_page(scene: Scene) -> Told:
    scene.gives_password()
    return None


def _right_code(scene: Scene) -> Told:
    scene.gives_password()
    return {"otpCode": scene.reads_code()}


def _another_way(scene: Scene) -> Told:
    scene.gives_password()
    scene.walker.get(paths.SIGN_IN_ANOTHER_WAY)
    return None


def _many_passwords(scene: Scene) -> Told:
    scene.gives_name()
    free = world().services.config.password_free_tries
    for tried in range(1, free + 7):
        scene.walker.send(password=f"not-{PASSWORD}")
        if tried > free and tried < free + 6:
            scene.jump(2 ** (tried - free))
    return None


def _switched_off(scene: Scene) -> Told:
    scene.gives_password()
    code = scene.reads_code()
    services = world().services
    key = f"method:{scene.persona.key}-sms"
    with services.store.writing() as db:  # nobody waits for the 99 before: their waits add up to a day
        throttles.write(db, key, Throttle(services.limits.tries_until_off - 1, 0), services.clock.now())
    scene.walker.send(otpCode=other_than(code))
    return {"otpCode": code}


def _old_choice(scene: Scene) -> Told:
    scene.gives_password()
    scene.walker.get(paths.SIGN_IN_ANOTHER_WAY)
    old = _OPTION.findall(scene.walker.html)[0]
    scene.gives_password()
    scene.walker.get(paths.SIGN_IN_ANOTHER_WAY)
    return {"otpDeviceContext": old}


def _too_long(scene: Scene) -> Told:
    scene.gives_password()
    scene.jump(world().services.config.flow_seconds + 1)
    scene.lands = paths.SIGN_IN_CODE
    return None


def _other_browser(scene: Scene) -> Told:
    mine, scene.walker = scene.walker, Walker(is_stranger=True)
    scene.gives_password()
    scene.walker = mine
    scene.lands = paths.SIGN_IN_CODE
    return None


def _passkey(scene: Scene) -> Told:
    scene.gives_name()
    scene.walker.post(paths.PASSKEY_OPTIONS)
    scene.walker.get(paths.SIGN_IN)
    return None


def _idle(scene: Scene) -> Told:
    scene.signs_in()
    scene.jump(world().services.config.session_idle_seconds + 1)
    scene.lands = paths.ACCOUNT
    return None


def _day_over(scene: Scene) -> Told:
    scene.signs_in()
    config = world().services.config
    often = config.session_idle_seconds - 60
    for _used in range(math.ceil(config.session_seconds / often)):
        scene.walker.get(paths.ACCOUNT)
        world().services.clock.advance(often)
    scene.jump(0)  # the phone follows at once
    scene.lands = paths.ACCOUNT
    return None


def _trust_over(scene: Scene) -> Told:
    scene.signs_in(rememberDevice="y")
    scene.walker.forget_session()
    scene.jump(world().services.config.trust_seconds + 1)
    scene.gives_name()
    return None


def _set_up_too_long(scene: Scene) -> Told:
    scene.begins_set_up()
    scene.jump(world().services.config.flow_seconds + 1)
    scene.lands = paths.SET_UP_REGISTER
    return None


WAYS = (
    Way("WrongPassword", "sign_in", "taro", PASSWORD_RULE, Scene.gives_name,
        Last(SIGN_IN, {"password": f"not-{PASSWORD}"})),
    Way("Throttled.password", "sign_in", "taro", PASSWORD_RULE, _many_passwords,
        Last(SIGN_IN, {"password": PASSWORD}), of="Throttled"),
    Way("WrongCode.wrong", "sign_in", "taro", CODE_RULE, _wrong_code, _TYPE_CODE),
    Way("WrongCode.expired", "sign_in", "jiro", CODE_RULE, _code_outlived, _TYPE_CODE),
    Way("WrongCode.replaced", "sign_in", "taro", CODE_RULE, _code_replaced, _TYPE_CODE),
    Way("WrongCode.exhausted", "sign_in", "taro", CODE_RULE, _code_worn_out(4), _TYPE_CODE),
    Way("WrongCode.dead", "sign_in", "taro", CODE_RULE, _code_worn_out(5), _TYPE_CODE),
    Way("WrongCode.used", "sign_in", "jiro", APP_RULE, _code_used, _TYPE_CODE),
    Way("WrongCode.window", "sign_in", "jiro", APP_RULE, _code_of_the_past, _TYPE_CODE, of="WrongCode.wrong"),
    Way("WrongCode.missing", "sign_in", "capped", SEND_RULE, _code_page,
        Last(SIGN_IN_WITH_CODE, {"otpCode": "123456"})),
    Way("SendCapReached", "sign_in", "capped", SEND_RULE, _another_way, Last(SEND_CODE)),
    Way("Throttled.resend", "sign_in", "taro", RESEND_RULE, _another_way, Last(SEND_CODE), of="Throttled"),
    Way("Throttled", "sign_in", "throttled", WAIT_RULE, _right_code, _TYPE_CODE),
    Way("MethodSwitchedOff", "sign_in", "taro", OFF_RULE, _switched_off, _TYPE_CODE),
    Way("UnknownChoice", "sign_in", "taro", OFFERED_RULE, _old_choice,
        Last(SEND_CODE, {"otpDeviceContext": TOLD}, action=paths.SIGN_IN_ANOTHER_WAY)),
    Way("WrongCode.older", "older_device", "older", CODE_RULE, _older,
        Last(SIGN_IN_WITH_CODE, {"email": TOLD, "password": TOLD}), of="WrongCode.wrong"),
    Way("call.declined", "sign_in", "jiro", CALL_RULE, _call_declined,
        text=_("The line was busy, or the call was declined. You can be called again, or choose another way.")),
    Way("database.locked", "sign_in", "taro", TROUBLE_RULE, _locked, _TYPE_CODE,
        text=_("We can't do this right now")),
    Way("sign_in.too_long", "sign_in", "taro", FLOW_RULE, _too_long, text=TOO_LONG),
    Way("sign_in.other_browser", "sign_in", "taro", FLOW_RULE, _other_browser, text=TOO_LONG),
    Way("PasskeyRefused", "passkey", "passkey", PASSKEY_RULE, _passkey,
        Last(_("Sign in with a passkey"), {"credential": "{}"}, action=paths.PASSKEY)),
    Way("session.idle", "sign_in", "hanako", SESSION_RULE, _idle, text=_("Email or mobile phone number")),
    Way("session.day", "sign_in", "hanako", SESSION_RULE, _day_over, text=_("Email or mobile phone number")),
    Way("trust.over", "sign_in", "taro", TRUST_RULE, _trust_over, Last(SIGN_IN, {"password": PASSWORD}),
        text=_("Enter OTP")),
    Way("set_up.too_long", "set_up", "hanako", FLOW_RULE, _set_up_too_long,
        text=_("The set-up took too long or was finished elsewhere. Nothing was changed here.")),
)  # fmt: skip
