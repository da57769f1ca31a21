"""Budgets: how many texts and calls strangers may cause. One table says who, what, how many and in how long.

A budget is a row of ``throttles``, counted in the transaction of what it allows.
"""

from __future__ import annotations

from typing import NamedTuple

from webapp.errors import BudgetName, BudgetSpent, CountryNotServed
from webapp.rules import phone_numbers
from webapp.services.context import Services
from webapp.store import throttles
from webapp.store.engine import Connection
from webapp.store.throttles import Throttle

SPENT = 10**9
"""A count that spends any budget, also one without a limit: for the sandbox's tools."""


class Budget(NamedTuple):
    """How many of something one ``who`` may have, by the setting ``name``, within the setting ``seconds``."""

    name: BudgetName
    seconds: str
    who: str


TEXTS = (
    Budget("texts_per_sender", "texts_seconds", "sender"),
    Budget("texts_per_number", "texts_seconds", "number"),
    Budget("texts_in_all", "texts_seconds", "all"),
)
"""Texts and calls to numbers that are not proven to be the account's (docs/promises.md#76)."""


def spend_text(db: Connection, services: Services, *, sender: str, number: str, now: float) -> None:
    """Count a text or call to an unproven number, in its transaction.

    Raises:
        BudgetSpent, CountryNotServed: it must not be sent; nothing is counted.
    """
    countries = services.config.countries
    if countries and phone_numbers.region_of(number) not in countries:
        raise CountryNotServed()
    counted = {"sender": sender, "number": number, "all": ""}
    spent = [(each, key_of(each, counted[each.who])) for each in TEXTS]
    before = throttles.read_all(db, [key for _, key in spent])
    for budget, key in spent:
        _refuse_if_spent(services, budget, before[key], now)
    for budget, key in spent:
        if services.config.most(budget.name) is not None:
            after = _counted(before[key], now, getattr(services.config, budget.seconds))
            throttles.write(db, key, after, now)


def key_of(budget: Budget, who: str) -> str:
    """Return the key of a budget's row."""
    return f"{budget.name}:{who}"


def _refuse_if_spent(services: Services, budget: Budget, before: Throttle, now: float) -> None:
    most = services.config.most(budget.name)
    if now < before.blocked_until and before.count >= (SPENT if most is None else most):
        raise BudgetSpent(budget.name, before.blocked_until - now)


def _counted(before: Throttle, now: float, seconds: float) -> Throttle:
    """Return one more in the window that runs, else the first of a new one; it ends at ``blocked_until``."""
    if now < before.blocked_until:
        return Throttle(before.count + 1, before.blocked_until)
    return Throttle(1, now + seconds)
