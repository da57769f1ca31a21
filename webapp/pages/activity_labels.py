"""Events as text, for the owner's list of recent activity."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webapp.store.events import Event

_WORDS = {
    "sign_in.done": _("Signed in"),
    "sign_in.password_right": _("Correct password entered; a code was requested"),
    "sign_in.password_wrong": _("An incorrect password was entered"),
    "sign_in.code_wrong": _("An incorrect code was entered"),
    "sign_out": _("Signed out"),
    "step_up.done": _("You confirmed it was you before opening the settings"),
    "approval.sent": _("An approval request was sent to you"),
    "approval.approved": _("An access request was approved"),
    "approval.denied": _("An access request was denied"),
    "approval.code_wrong": _("An incorrect code was entered"),
    "set_up.started": _("Two-Step Verification setup was started"),
    "set_up.code_wrong": _("An incorrect code was entered during setup"),
    "two_step.on": _("Two-Step Verification was turned on"),
    "two_step.off": _("Two-Step Verification was turned off"),
    "method.added": _("A verification method was added"),
    "method.changed": _("A verification method was changed"),
    "method.preferred": _("The preferred verification method was changed"),
    "method.renamed": _("A verification method was renamed"),
    "method.removed": _("A verification method was deleted"),
    "password.reset_locked": _("Resetting the password was locked after too many incorrect codes"),
    "method.switched_off": _("A method was locked after too many incorrect codes"),
    "passkey.added": _("A passkey was added"),
    "passkey.renamed": _("A passkey was renamed"),
    "passkey.removed": _("A passkey was removed"),
    "passkey.refused": _("A passkey attempt failed"),
    "trust.revoked": _("A trusted browser was removed"),
    "trust.revoked_all": _("Codes are required on all browsers again"),
    "trust.copied": _("A trusted browser was removed because its data had been copied"),
    "recovery.opened": _("A reset of Two-Step Verification was requested"),
    "recovery.submitted": _("Documents for the reset were sent"),
    "recovery.in_review": _("The documents for the reset are being checked"),
    "recovery.more_wanted": _("More documents were requested"),
    "recovery.approved": _("Two-Step Verification was reset"),
    "recovery.rejected": _("The reset of Two-Step Verification was declined"),
    "recovery.cancelled": _("The reset of Two-Step Verification was cancelled"),
    "account.created": _("The account was created"),
    "account.name_changed": _("The name was changed"),
    "account.address_changed": _("The postal address was changed"),
    "account.language_changed": _("The language was changed"),
    "account.email_changed": _("The email address was changed"),
    "account.phone_changed": _("The mobile number was changed"),
    "account.change_started": _("A code was sent to a new address or number"),
    "account.code_wrong": _("An incorrect code for a new address or number was entered"),
    "register.started": _("Someone tried to create an account with your address or number"),
    "password.changed": _("The password was changed"),
    "password.present_wrong": _("An incorrect current password was entered"),
    "password.reset_started": _("A password reset code was requested"),
    "password.reset_code_wrong": _("An incorrect password reset code was entered"),
    "password.reset": _("The password was reset"),
    "session.ended": _("A device was signed out"),
    "session.ended_others": _("All other devices were signed out"),
}


def event_text(event: Event) -> str:
    """Return the text for an event."""
    return event_words(event.kind)


def event_words(kind: str) -> str:
    """Return the text for events of this kind. A kind without text shows its dotted name, which a test forbids."""
    return str(_WORDS.get(kind, kind))
