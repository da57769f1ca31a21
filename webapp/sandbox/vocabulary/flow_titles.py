"""The titles of flows in the tools' pages. The meanings of transitions are in their state machines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

_FLOWS = {
    "account_change": _("Change of address or number"),
    "approval": _("Approval by email"),
    "forgot_password": _("Forgotten password"),
    "method": _("Adding or changing a method"),
    "older_device": _("Sign-in on an older device"),
    "passkey": _("Signing in with a passkey"),
    "passkey_registration": _("Creating a passkey"),
    "recovery": _("Reset with ID documents"),
    "recovery_visit": _("Reset page visit"),
    "register": _("Creating an account"),
    "set_up": _("Setting up Two-Step Verification"),
    "sign_in": _("Signing in"),
    "step_up": _("Confirming identity"),
    "turn_off": _("Turning Two-Step Verification off"),
}


def flow_title(kind: str) -> str:
    """Return the title of a kind of flow."""
    return str(_FLOWS.get(kind, kind))
