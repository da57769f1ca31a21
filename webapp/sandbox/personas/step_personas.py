"""Personas at a step of a flow: one for each state in which a page waits for something.

They are made when somebody takes them on, by the flows' own steps.
"""

from __future__ import annotations

from functools import partial

from webapp.sandbox.personas import flow_state_setup, state_setup, states
from webapp.sandbox.personas.persona import Persona


def _(text: str) -> str:
    """Mark a text for the catalogue; the page that shows it translates it."""
    return text


STEPS = (
    Persona(
        "newcomer",
        "結衣",
        None,
        tells=_("About to prove the address of a new account: the mailed code is asked"),
        starts=(("register", "verify"),),
        arrive=flow_state_setup.registering,
        registered=False,
    ),
    Persona(
        "coded",
        "美咲",
        "+819011110008",
        states.by_sms,
        tells=_("Right password: the texted code is asked"),
        starts=(("sign_in", "code"),),
        arrive=state_setup.at_code,
    ),
    Persona(
        "oldcoded",
        "修",
        "+819011110009",
        states.by_sms,
        tells=_("On an older device: the code is to follow the password"),
        starts=(("older_device", "code"),),
        arrive=state_setup.at_older_code,
    ),
    Persona(
        "stepping",
        "健",
        "+819011110010",
        states.by_sms,
        tells=_("Signed in: a code is asked before the settings open"),
        starts=(("step_up", "code"),),
        arrive=state_setup.stepping_up,
    ),
    Persona(
        "waiting",
        "由美",
        "+819011110011",
        tells=_("The mail with the link has left: the page waits for the approval"),
        starts=(("approval", "pending"),),
        arrive=state_setup.waiting,
    ),
    Persona(
        "approved",
        "直樹",
        "+819011110012",
        tells=_("The link in the mail was approved: one click opens the settings"),
        starts=(("approval", "approved"),),
        arrive=partial(state_setup.decided, decision="approve"),
    ),
    Persona(
        "denied",
        "恵",
        "+819011110013",
        tells=_("The link in the mail was denied"),
        starts=(("approval", "denied"),),
        arrive=partial(state_setup.decided, decision="deny"),
    ),
    Persona(
        "choosing",
        "翔",
        "+819011110014",
        tells=_("Set-up begun: a method is to be chosen"),
        starts=(("set_up", "choose"),),
        arrive=flow_state_setup.setting_up,
    ),
    Persona(
        "confirming",
        "真由",
        "+819011110015",
        states.kept,
        tells=_("Set-up begun with kept methods: the texted code is asked"),
        starts=(("set_up", "confirm"),),
        arrive=flow_state_setup.setting_up,
    ),
    Persona(
        "ready",
        "拓也",
        "+819011110016",
        tells=_("Set-up almost done: 2SV is to be turned on"),
        starts=(("set_up", "ready"),),
        arrive=flow_state_setup.almost_done,
    ),
    Persona(
        "backup",
        "彩",
        "+819011110017",
        tells=_("Set-up with a backup: the code of the second phone is asked"),
        starts=(("set_up", "backup"),),
        arrive=flow_state_setup.adding_backup,
    ),
    Persona(
        "adding",
        "舞",
        "+819011110018",
        states.by_sms,
        tells=_("Another method is to be chosen"),
        starts=(("method", "choose"),),
        arrive=flow_state_setup.adding_method,
    ),
    Persona(
        "adding2",
        "亮",
        "+819011110019",
        states.by_sms,
        tells=_("Another phone was given: its code is asked"),
        starts=(("method", "verify"),),
        arrive=flow_state_setup.adding_number,
    ),
    Persona(
        "leaving",
        "大輔",
        "+819011110020",
        states.by_sms,
        tells=_("2SV just turned off: the page asks why"),
        starts=(("turn_off", "feedback"),),
        arrive=flow_state_setup.turned_off,
    ),
    Persona(
        "moving",
        "愛",
        "+819011110021",
        tells=_("A new mail address was given: the mailed code is asked"),
        starts=(("account_change", "verify"),),
        arrive=flow_state_setup.changing_address,
    ),
    Persona(
        "forgetful",
        "学",
        "+819011110022",
        tells=_("Password forgotten: the mailed code is asked"),
        starts=(("forgot_password", "verify"),),
        arrive=flow_state_setup.forgetful,
    ),
    Persona(
        "renewing",
        "蓮",
        "+819011110023",
        tells=_("Password forgotten: a new one is to be chosen"),
        starts=(("forgot_password", "choose"),),
        arrive=flow_state_setup.renewing,
    ),
    Persona(
        "opened",
        "茜",
        "+819011110024",
        states.by_sms,
        tells=_("Phone lost: documents are to be sent"),
        starts=(("recovery", "opened"),),
        arrive=flow_state_setup.visiting,
    ),
    Persona(
        "reviewed",
        "誠",
        "+819011110025",
        states.locked_out,
        tells=_("Phone lost: a reviewer looks at the documents"),
        starts=(("recovery", "in_review"),),
        arrive=partial(flow_state_setup.reviewed, verdict=None),
    ),
    Persona(
        "wanted",
        "葵",
        "+819011110026",
        states.locked_out,
        tells=_("Phone lost: more documents are wanted"),
        starts=(("recovery", "more_wanted"),),
        arrive=partial(flow_state_setup.reviewed, verdict="ask_more", reason="氏名の部分が読み取れません。"),
    ),
    Persona(
        "reset",
        "桜子",
        "+819011110027",
        states.locked_out,
        tells=_("Phone lost: the reset was approved, 2SV is off"),
        starts=(("recovery", "approved"),),
        arrive=partial(flow_state_setup.reviewed, verdict="approve"),
    ),
    Persona(
        "rejected",
        "剛",
        "+819011110028",
        states.locked_out,
        tells=_("Phone lost: the reset was declined"),
        starts=(("recovery", "rejected"),),
        arrive=partial(
            flow_state_setup.reviewed, verdict="reject", reason="氏名がアカウントと一致しません。"
        ),
    ),
    Persona(
        "cancelled",
        "進",
        "+819011110029",
        states.locked_out,
        tells=_("Phone lost: the reset was cancelled by the owner"),
        starts=(("recovery", "cancelled"),),
        arrive=flow_state_setup.cancelled,
    ),
)
