"""A scenario for every refusal that a user can see (docs/screens.md#rules), and why the others can't be seen."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webapp.sandbox.refusals import (
    scenarios_account,
    scenarios_budgets,
    scenarios_expired,
    scenarios_settings,
    scenarios_sign_in,
)
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.scenario import Scenario

__all__ = ["SCENARIOS", "UNSEEN", "every_refusal"]

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenarios in (
        scenarios_sign_in,
        scenarios_expired,
        scenarios_settings,
        scenarios_account,
        scenarios_budgets,
    )
    for scenario in scenarios.SCENARIOS
}
"""Scenarios by name, in the order of a visit."""

UNSEEN = {
    "UnknownAccount": _(
        "Only with the setting WEBAPP_DISCLOSES_UNKNOWN_ACCOUNTS. Without it, the site "
        "doesn't say whether an account exists."
    ),
    "NotAPhoneNumber.empty": _("The form asks for a number first, with the same text."),
    "CountryNotServed": _(
        "Only with the setting WEBAPP_SERVED_COUNTRIES. Without it, sandbox mode serves all."
    ),
    "PasskeyTaken": _("Browsers don't create the same passkey twice."),
    "MailFailed.garbage": _("No mail server answers like this, and the phone's can't either."),
}
"""The refusals that no user can see, with the reason why."""
