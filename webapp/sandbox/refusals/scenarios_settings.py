"""Scenarios for errors at set-up, changing methods, approving by email, and of gateway and mail server."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from webapp import paths
from webapp.sandbox.journeys import main_job, pages
from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.steps import Do, InOtherBrowser, LandOn, Note, Open, Press, Step, Wait, noted
from webapp.sandbox.personas.persona_journeys import ADDING_METHOD, NUMBER_GIVEN, SETTING_UP, WAITING
from webapp.sandbox.refusals.error_text import error_text
from webapp.sandbox.refusals.scenario import CODE_RULE, CONTINUE, SEND_CODE, SEND_RULE, LastStep, Scenario
from webapp.sandbox.refusals.scenario_context import ScenarioContext, fault, wait_past, wrong_code
from webapp.sandbox.world_middleware import world

NUMBER_RULE = _("Numbers can be typed in many ways and are stored as E.164.")
LANDLINE_RULE = _("A landline can't receive text messages. Use a voice call.")
TWICE_RULE = _("The same number or app can't be both preferred and backup.")
LAST_RULE = _("The last method can't be deleted. Turn off Two-Step Verification instead.")
GONE_RULE = _("Anything deleted or finished in another window can't be used in this one.")
APPROVAL_RULE = _(
    "An approval link works for %(approval_seconds)s and takes one decision. A denial is final."
)
RESEND_RULE = _("Another notification can be sent after %(resend_seconds)s.")
CAP_RULE = _("%(send_cap)s approval emails per account in %(send_cap_seconds)s.")
GATEWAY_RULE = _("If a message can't be sent, nothing changes. Try again or use another method.")
NUMBER = "090-1234-5678"
LINK = Note("link", lambda run: run.reader.link(run.who.email, paths.APPROVAL_LINK))


def _use_up_number(run: ScenarioContext) -> None:
    limits = world().services.limits
    once = (main_job.GIVE_NUMBER, Wait(limits.resend_seconds + 1), Open(paths.SET_UP_REGISTER))
    run.walk(once * limits.send_cap)


def _use_up_mails(run: ScenarioContext) -> None:
    limits = world().services.limits
    wait = Wait(limits.resend_seconds + 1)
    run.walk((wait, Press(pages.RESEND)) * (limits.send_cap - 1))
    run.walk((wait, Open(paths.APPROVAL)))


def _decided(decision: Element) -> tuple[Step, ...]:
    """Return the journey of an owner who decided, and a look at the page that waited."""
    return (*WAITING, LINK, InOtherBrowser((Open(noted("link")), Press(decision))), Open(paths.APPROVAL))


def _number(name: str, typed: str, rule: Any = NUMBER_RULE) -> Scenario:
    return Scenario(name, "set_up", "hanako", rule, SETTING_UP, LastStep(CONTINUE, {pages.NUMBER: typed}),
                    begins="proven")  # fmt: skip


def _gateway(name: str, what: str, text: Any = None, **more: Any) -> Scenario:
    return Scenario(
        name, "set_up", "hanako", GATEWAY_RULE, (*SETTING_UP, fault(what, "sms", **more)),
        LastStep(CONTINUE, {pages.NUMBER: NUMBER}), ".".join(name.split(".")[:2]), text, "proven",
    )  # fmt: skip


def _mail(name: str, what: str, **more: Any) -> Scenario:
    journey = (Open(paths.SETTINGS), fault(what, "mail", **more))
    return Scenario(name, "approval", "hanako", GATEWAY_RULE, journey, LastStep(CONTINUE), begins="signed_in")


def _approval(name: str, journey: tuple[Step, ...], text: Any) -> Scenario:
    return Scenario(name, "approval", "hanako", APPROVAL_RULE, journey, text=text, begins="signed_in")


SCENARIOS = (
    _number("NotAPhoneNumber.not_a_number", "0120-MIHON"),
    _number("NotAPhoneNumber.too_short", "090-1234"),
    _number("NotAPhoneNumber.too_long", "090-1234-5678-9"),
    _number("NotAPhoneNumber.unknown_country", "+999 90 1234 5678"),
    _number("LandlineNeedsCall", "03-1234-5678", LANDLINE_RULE),
    Scenario("WrongCode.set_up", "set_up", "hanako", CODE_RULE, NUMBER_GIVEN,
             LastStep(CONTINUE, {pages.CONTACT_CODE: wrong_code}), of="WrongCode.wrong", begins="proven"),
    Scenario("SendCapReached.number", "set_up", "hanako", SEND_RULE, (*SETTING_UP, Do(_use_up_number)),
             LastStep(CONTINUE, {pages.NUMBER: NUMBER}), of="SendCapReached", begins="proven"),
    Scenario("MethodTaken", "method", "taro", TWICE_RULE, ADDING_METHOD,
             LastStep(SEND_CODE, {pages.NUMBER: "080-1234-5678"}), begins="proven"),
    Scenario("LastMethod", "method", "taro", LAST_RULE, (Open(f"{paths.SETTINGS_REMOVE}?method=taro-sms"),),
             LastStep(_("Delete"), {pages.METHOD: "taro-sms"}, action=f"{paths.SETTINGS_REMOVE}?method=taro-sms"),
             begins="proven"),
    Scenario("UnknownMethod", "method", "taro", GONE_RULE, (LandOn(f"{paths.SETTINGS_RENAME}?method=removed-before"),),
             begins="proven"),
    Scenario("StaleFlow", "set_up", "taro", GONE_RULE, (Open(paths.SETTINGS),),
             LastStep(_("Get Started"), action=paths.SETTINGS_START), text=_("This page has expired"),
             begins="proven"),
    _approval("approval.link_expired", (*WAITING, LINK, wait_past("approval_seconds"), LandOn(noted("link"))),
              _("This link has expired")),
    _approval("approval.expired", (*WAITING, wait_past("approval_seconds"), LandOn(paths.APPROVAL)),
              _("The notification has expired")),
    _approval("approval.used", (*_decided(pages.APPROVE), LandOn(noted("link"))), _("You approved the request")),
    _approval("approval.denied", (*_decided(pages.DENY), LandOn(noted("link"))), _("You denied the request")),
    _approval("approval.denied_here", _decided(pages.DENY), _("The request was denied")),
    Scenario("Throttled.approval", "approval", "hanako", RESEND_RULE, WAITING,
             LastStep(_("Resend"), action=paths.APPROVAL_RESEND), of="Throttled", begins="signed_in"),
    Scenario("SendCapReached.approval", "approval", "hanako", CAP_RULE, (*WAITING, Do(_use_up_mails)),
             LastStep(_("Resend")), of="SendCapReached", begins="signed_in",
             text=LazyString(lambda: error_text("SendCapReached.approval"))),
    _gateway("GatewayFailed.down", "http_status", status=503),
    _gateway("GatewayFailed.slow", "slow"),
    _gateway("GatewayFailed.garbage", "http_status", status=400),
    _gateway("GatewayFailed.refused", "reject", code=30001),
    _gateway("GatewayFailed.refused.landline", "reject", code=21635,
             text=_("This number can't receive text messages. Choose a voice call instead.")),
    _gateway("GatewayFailed.refused.stopped", "reject", code=21610, text=_(
        "This number has opted out of our text messages. Reply START to one of them, or "
"choose another method.")),
    _gateway("GatewayFailed.refused.unreachable", "reject", code=21612,
             text=_("We couldn't reach this number. Check it, or choose another method.")),
    _mail("MailFailed.down", "hang_up"),
    _mail("MailFailed.slow", "slow"),
    _mail("MailFailed.refused", "smtp_code", code=550),
)  # fmt: skip
