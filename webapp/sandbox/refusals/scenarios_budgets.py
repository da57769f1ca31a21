"""Scenarios for spent budgets: texts to unverified numbers, wrong passwords of one sender.

Each is spent by a row: nobody sends a thousand texts, and sandbox mode limits neither numbers nor the total.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webapp import paths
from webapp.errors import BudgetName
from webapp.flows.password import sender_key
from webapp.pages.framework.visitor import visitor
from webapp.rules.visitor import network_of
from webapp.sandbox.journeys import pages
from webapp.sandbox.journeys.steps import Do, Open
from webapp.sandbox.personas.persona_journeys import NAME_GIVEN
from webapp.sandbox.personas.personas import PASSWORD
from webapp.sandbox.refusals.scenario import NEXT, SIGN_IN, LastStep, Scenario
from webapp.sandbox.world_middleware import world
from webapp.services import budgets
from webapp.store import throttles
from webapp.store.throttles import Throttle

NUMBER = "+819011110077"
TEXTS_RULE = _("Texts and calls to unverified numbers are limited per network, per number and in total.")
PASSWORDS_RULE = _("Incorrect passwords from one network are counted together, whatever the name.")
SECONDS = 900.0


def _senders() -> tuple[str, ...]:
    """Return all that this browser may be counted as."""
    browser = visitor()
    return browser.sender, network_of(browser.address)


def _spend(keys: list[str]) -> None:
    services = world().services
    now = services.clock.now()
    with services.store.writing() as db:
        for key in keys:
            throttles.write(db, key, Throttle(budgets.SPENT, now + SECONDS), now)


def _spend_texts(name: BudgetName) -> Do:
    (budget,) = (each for each in budgets.TEXTS if each.name == name)

    def spend(_run: object) -> None:
        counted = {"sender": _senders(), "number": (NUMBER,), "all": ("",)}[budget.who]
        _spend([budgets.key_of(budget, who) for who in counted])

    return Do(spend)


def _texts(name: BudgetName) -> Scenario:
    typed = {pages.CUSTOMER_NAME: "新入", pages.EMAIL: NUMBER, pages.PASSWORD: "sunny-teapot-91-drawer"}
    journey = (Open(paths.REGISTER), _spend_texts(name))
    return Scenario(f"BudgetSpent.{name}", "register", "hanako", TEXTS_RULE, journey, LastStep(NEXT, typed))


SCENARIOS = (
    _texts("texts_per_sender"),
    _texts("texts_per_number"),
    _texts("texts_in_all"),
    Scenario(
        "SenderThrottled",
        "sign_in",
        "taro",
        PASSWORDS_RULE,
        (*NAME_GIVEN, Do(lambda _run: _spend([sender_key(each) for each in _senders()]))),
        LastStep(SIGN_IN, {pages.PASSWORD: PASSWORD}),
    ),
)
