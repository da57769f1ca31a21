"""Personas at a step of a flow: one for each state in which a page waits for input.

A browser that uses one walks the site's pages to get there.
"""

from __future__ import annotations

from typing import Any

from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Step
from webapp.sandbox.personas import persona_journeys as journeys
from webapp.sandbox.personas import states
from webapp.sandbox.personas.persona import Persona


def _(text: str) -> str:
    """Mark a text for the catalogue; the page that shows it translates it."""
    return text


def _at(flow: str, flow_state: str, key: str, name: str, latin: str, phone: str | None, journey: tuple[Step, ...],
        tells: str, **more: Any) -> Persona:  # fmt: skip
    return Persona(
        key, name, latin, phone, tells=tells, starts=((flow, flow_state),), journey=journey, **more
    )


STEPS = (
    _at("register", "verify", "newcomer", "結衣", "Yui", None, journeys.REGISTERING,
        _("New account: waiting for the emailed code"), begins="signed_out",
        registered=False),
    _at("sign_in", "code", "coded", "美咲", "Misaki", "+819011110008", journeys.PASSWORD_GIVEN,
        _("Correct password: waiting for the code sent by SMS"), begins="signed_out", state=states.by_sms),
    _at("older_device", "code", "oldcoded", "修", "Osamu", "+819011110009", journeys.OLDER_PASSWORD,
        _("Older device: the code follows the password"), begins="signed_out", state=states.by_sms),
    _at("step_up", "code", "stepping", "健", "Ken", "+819011110010", journeys.STEPPING_UP,
        _("Signed in; waiting for a code before the settings open"), state=states.by_sms),
    _at("approval", "pending", "waiting", "由美", "Yumi", "+819011110011", journeys.WAITING,
        _("Approval email sent; waiting for approval")),
    _at("approval", "approved", "approved", "直樹", "Naoki", "+819011110012", journeys.decided(pages.APPROVE),
        _("Email link approved; one click opens the settings")),
    _at("approval", "denied", "denied", "恵", "Megumi", "+819011110013", journeys.decided(pages.DENY),
        _("Email link denied")),
    _at("set_up", "choose", "choosing", "翔", "Sho", "+819011110014", journeys.SETTING_UP,
        _("Setup started: choosing a method"), begins="proven"),
    _at("set_up", "confirm", "confirming", "真由", "Mayu", "+819011110015", journeys.SETTING_UP,
        _("Setup with kept methods: waiting for the code sent by SMS"), begins="proven", state=states.kept),
    _at("set_up", "ready", "ready", "拓也", "Takuya", "+819011110016", journeys.NUMBER_VERIFIED,
        _("Setup almost done; two-step verification not turned on yet"), begins="proven"),
    _at("set_up", "backup", "backup", "彩", "Aya", "+819011110017", journeys.ADDING_BACKUP,
        _("Setup with a backup: waiting for the second phone's code"), begins="proven"),
    _at("method", "choose", "adding", "舞", "Mai", "+819011110018", journeys.ADDING_METHOD,
        _("Choosing another method"), begins="proven", state=states.by_sms),
    _at("method", "verify", "adding2", "亮", "Ryo", "+819011110019", journeys.ADDING_NUMBER,
        _("Another phone entered: waiting for its code"), begins="proven", state=states.by_sms),
    _at("turn_off", "feedback", "leaving", "大輔", "Daisuke", "+819011110020", journeys.TURNED_OFF,
        _("Two-step verification just turned off; the page asks why"), begins="proven", state=states.by_sms),
    _at("account_change", "verify", "moving", "愛", "Ai", "+819011110021", journeys.CHANGING_ADDRESS,
        _("Email address change: waiting for the emailed code"), begins="proven"),
    _at("forgot_password", "verify", "forgetful", "学", "Manabu", "+819011110022", journeys.PASSWORD_FORGOTTEN,
        _("Password forgotten: waiting for the emailed code"), begins="signed_out"),
    _at("forgot_password", "choose", "renewing", "蓮", "Ren", "+819011110023", journeys.NEW_PASSWORD,
        _("Password forgotten: choosing a new one"), begins="signed_out"),
    _at("recovery", "opened", "opened", "茜", "Akane", "+819011110024", journeys.VISITING,
        _("Lost phone: no documents sent yet"), begins="signed_out", state=states.by_sms),
    _at("recovery", "in_review", "reviewed", "誠", "Makoto", "+819011110025", journeys.reviewed(),
        _("Lost phone: documents in review"), begins="signed_out", state=states.locked_out),
    _at("recovery", "more_wanted", "wanted", "葵", "Aoi", "+819011110026",
        journeys.reviewed("ask_more", _("The name can't be read.")), _("Lost phone: more documents needed"),
        begins="signed_out", state=states.locked_out),
    _at("recovery", "approved", "reset", "桜子", "Sakurako", "+819011110027",
        journeys.reviewed("approve", _("Name and address match the account.")),
        _("Lost phone: reset approved, two-step verification off"), begins="signed_out", state=states.locked_out),
    _at("recovery", "rejected", "rejected", "剛", "Tsuyoshi", "+819011110028",
        journeys.reviewed("reject", _("The name doesn't match the account.")), _("Lost phone: reset declined"),
        begins="signed_out", state=states.locked_out),
    _at("recovery", "cancelled", "cancelled", "進", "Susumu", "+819011110029", journeys.CANCELLED,
        _("Lost phone: reset cancelled by the owner"), begins="signed_out", state=states.locked_out),
)  # fmt: skip
