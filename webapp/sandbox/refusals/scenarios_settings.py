"""Ways to what is refused at setting up, changing methods, the approval by mail, and by gateway and mail server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.sandbox.refusals.scenario import CODE_RULE, CONTINUE, SEND_CODE, SEND_RULE, TOLD, Last, Way
from webapp.sandbox.refusals.scenario_context import Scene, other_than
from webapp.sandbox.refusals.walker import Walker
from webapp.sandbox.world_middleware import world

Told = Mapping[str, str] | None
NUMBER_RULE = _("Numbers are taken as people type them, and kept as E.164.")
LANDLINE_RULE = _("A landline takes no text messages: it is called.")
TWICE_RULE = _("One number, or one app secret, is never both preferred and backup.")
LAST_RULE = _("The last method cannot be removed: turn Two-Step Verification off instead.")
GONE_RULE = _("What was removed or finished in another window cannot be used in this one.")
APPROVAL_RULE = _("Approval link: 10 minutes, one decision, deny is final.")
RESEND_RULE = _("Another message can be sent after 30 seconds.")
CAP_RULE = _("10 approval mails per account in 24 hours.")
GATEWAY_RULE = _("A message that could not leave changes nothing: try again, or choose another way.")
NUMBER = "090-1234-5678"


def _set_up(scene: Scene) -> Told:
    scene.begins_set_up()
    return None


def _add(scene: Scene) -> Told:
    scene.adds_method()
    return None


def _remove_last(scene: Scene) -> Told:
    scene.opens(f"{paths.SETTINGS_REMOVE}?method={scene.persona.key}-sms")
    return None


def _gone(scene: Scene) -> Told:
    scene.opens(paths.SETTINGS)
    scene.lands = f"{paths.SETTINGS_RENAME}?method=removed-before"
    return None


def _on_already(scene: Scene) -> Told:
    scene.opens(paths.SETTINGS)
    return None


def _number_capped(scene: Scene) -> Told:
    scene.begins_set_up()
    limits = world().services.limits
    for _again in range(limits.send_cap):
        scene.walker.send(phoneNumber=NUMBER)
        scene.jump(limits.resend_seconds + 1)
        scene.walker.get(paths.SET_UP_REGISTER)
    return None


def _wrong_code(scene: Scene) -> Told:
    scene.begins_set_up()
    scene.walker.send(phoneNumber=NUMBER)
    return {"otpCode": other_than(scene.reads_code())}


# -- the approval by mail -------------------------------------------------------------------------------------


def _link_expired(scene: Scene) -> Told:
    scene.lands = scene.asks_by_mail()
    scene.jump(world().services.config.approval_seconds + 1)
    return None


def _wait_expired(scene: Scene) -> Told:
    _link_expired(scene)
    scene.lands = paths.APPROVAL
    return None


def _decided(decision: str, lands: str = "") -> Callable[[Scene], Told]:
    def prepare(scene: Scene) -> Told:
        link = scene.decides(decision, scene.asks_by_mail())
        scene.lands = lands or link
        return None

    return prepare


def _waiting(scene: Scene) -> Told:
    scene.asks_by_mail()
    return None


def _approval_capped(scene: Scene) -> Told:
    scene.asks_by_mail()
    limits = world().services.limits
    for _again in range(limits.send_cap - 1):
        scene.jump(limits.resend_seconds + 1)
        scene.walker.send(paths.APPROVAL_RESEND)
    scene.jump(limits.resend_seconds + 1)
    scene.walker.get(paths.APPROVAL)
    return None


def _other_browser(scene: Scene) -> Told:
    link = scene.asks_by_mail()
    scene.walker = Walker()
    scene.decides("approve", link)
    scene.lands = paths.APPROVAL
    return None


# -- gateway and mail server ------------------------------------------------------------------------------------


def _by_text(what: str, **more: Any) -> Callable[[Scene], Told]:
    """A set-up whose next text goes wrong."""

    def prepare(scene: Scene) -> Told:
        scene.begins_set_up()
        scene.fault(what, "sms", **more)
        return None

    return prepare


def _by_mail(what: str, **more: Any) -> Callable[[Scene], Told]:
    """A step-up whose mails go wrong."""

    def prepare(scene: Scene) -> Told:
        scene.signs_in()
        scene.walker.get(paths.SETTINGS)
        scene.fault(what, "mail", **more)
        return None

    return prepare


def _number(name: str, typed: str, rule: Any = NUMBER_RULE) -> Way:
    return Way(name, "set_up", "hanako", rule, _set_up, Last(CONTINUE, {"phoneNumber": typed}))


def _gateway(name: str, what: str, text: Any = None, **more: Any) -> Way:
    return Way(
        name, "set_up", "hanako", GATEWAY_RULE, _by_text(what, **more),
        Last(CONTINUE, {"phoneNumber": NUMBER}),
        of=".".join(name.split(".")[:2]), text=text,
    )  # fmt: skip


def _mail(name: str, what: str, **more: Any) -> Way:
    return Way(name, "approval", "hanako", GATEWAY_RULE, _by_mail(what, **more), Last(CONTINUE))


WAYS = (
    _number("NotAPhoneNumber.not_a_number", "0120-MIHON"),
    _number("NotAPhoneNumber.too_short", "090-1234"),
    _number("NotAPhoneNumber.too_long", "090-1234-5678-9"),
    _number("NotAPhoneNumber.unknown_country", "+999 90 1234 5678"),
    _number("LandlineNeedsCall", "03-1234-5678", LANDLINE_RULE),
    Way("WrongCode.set_up", "set_up", "hanako", CODE_RULE, _wrong_code, Last(CONTINUE, {"otpCode": TOLD}),
        of="WrongCode.wrong"),
    Way("SendCapReached.number", "set_up", "hanako", SEND_RULE, _number_capped,
        Last(CONTINUE, {"phoneNumber": NUMBER}), of="SendCapReached"),
    Way("MethodTaken", "method", "taro", TWICE_RULE, _add, Last(SEND_CODE, {"phoneNumber": "080-1234-5678"})),
    Way("LastMethod", "method", "taro", LAST_RULE, _remove_last,
        Last(_("Delete"), {"method": "taro-sms"}, action=f"{paths.SETTINGS_REMOVE}?method=taro-sms")),
    Way("UnknownMethod", "method", "taro", GONE_RULE, _gone),
    Way("StaleFlow", "set_up", "taro", GONE_RULE, _on_already, Last(_("Get Started"), action=paths.SETTINGS_START),
        text=_("This page has expired")),
    Way("approval.link_expired", "approval", "hanako", APPROVAL_RULE, _link_expired,
        text=_("This link has expired")),
    Way("approval.expired", "approval", "hanako", APPROVAL_RULE, _wait_expired,
        text=_("The notification has expired")),
    Way("approval.used", "approval", "hanako", APPROVAL_RULE, _decided("approve"),
        text=_("You approved the request")),
    Way("approval.denied", "approval", "hanako", APPROVAL_RULE, _decided("deny"),
        text=_("You denied the request")),
    Way("approval.denied_here", "approval", "hanako", APPROVAL_RULE, _decided("deny", paths.APPROVAL),
        text=_("The request was denied")),
    Way("Throttled.approval", "approval", "hanako", RESEND_RULE, _waiting,
        Last(_("Resend"), action=paths.APPROVAL_RESEND), of="Throttled"),
    Way("SendCapReached.approval", "approval", "hanako", CAP_RULE, _approval_capped, Last(_("Resend")),
        of="SendCapReached"),
    _gateway("GatewayFailed.down", "http_status", status=503),
    _gateway("GatewayFailed.slow", "slow"),
    _gateway("GatewayFailed.garbage", "http_status", status=400),
    _gateway("GatewayFailed.refused", "reject", code=30001),
    _gateway("GatewayFailed.refused.landline", "reject", code=21635,
             text=_("This number cannot receive text messages. Choose a voice call instead.")),
    _gateway("GatewayFailed.refused.stopped", "reject", code=21610, text=_(
        "This number has opted out of text messages. Send START from the phone, or choose another way.")),
    _gateway("GatewayFailed.refused.unreachable", "reject", code=21612,
             text=_("This number cannot be reached. Please check it, or choose another way.")),
    _mail("MailFailed.down", "hang_up"),
    _mail("MailFailed.slow", "slow"),
    _mail("MailFailed.refused", "smtp_code", code=550),
)  # fmt: skip
