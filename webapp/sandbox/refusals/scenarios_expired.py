"""Scenarios for codes that have expired: each flow that takes one outlives it."""

from __future__ import annotations

from typing import Any, Literal

from flask_babel import lazy_gettext as _

from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.steps import Note, Step
from webapp.sandbox.personas.persona_journeys import (
    NUMBER_GIVEN,
    PASSWORD_FORGOTTEN,
    PASSWORD_GIVEN,
    STEPPING_UP,
)
from webapp.sandbox.refusals.scenario import CODE_RULE, CONTINUE, SIGN_IN_WITH_CODE, LastStep, Scenario
from webapp.sandbox.refusals.scenario_context import NOTE_CODE, NOTED_CODE, wait_past
from webapp.sandbox.refusals.scenarios_account import REGISTER, STRANGERS_CODE

OWNERS_CODE = Note("code", lambda run: run.reader.code(run.who.email))


def _expired(
    name: str,
    flow: str,
    persona: str,
    steps: tuple[Step, ...],
    press: Any,
    field: Element,
    begins: Literal["signed_out", "signed_in", "proven"] = "signed_out",
) -> Scenario:
    journey = (*steps, wait_past("code_seconds"))
    last = LastStep(press, {field: NOTED_CODE})
    return Scenario(name, flow, persona, CODE_RULE, journey, last, "WrongCode.expired", begins=begins)


SCENARIOS = (
    _expired("WrongCode.expired", "sign_in", "taro", (*PASSWORD_GIVEN, NOTE_CODE), SIGN_IN_WITH_CODE, pages.CODE),
    _expired("expired.step_up", "step_up", "taro", (*STEPPING_UP, NOTE_CODE), SIGN_IN_WITH_CODE, pages.CODE,
             "signed_in"),
    _expired("expired.set_up", "set_up", "hanako", (*NUMBER_GIVEN, NOTE_CODE), CONTINUE, pages.CONTACT_CODE, "proven"),
    _expired("expired.forgot_password", "forgot_password", "hanako", (*PASSWORD_FORGOTTEN, OWNERS_CODE), CONTINUE,
             pages.CONTACT_CODE),
    _expired("expired.register", "register", "hanako", (*REGISTER, STRANGERS_CODE), _("Create account"),
             pages.CONTACT_CODE),
)  # fmt: skip
