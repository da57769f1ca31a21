"""What a method is called where its owner, having proven to be one, may see all of it."""

from __future__ import annotations

from flask_babel import gettext

from webapp.challenges.enrolment import Proof
from webapp.rules import phone_numbers
from webapp.store.methods import Method


def method_label(method: Method) -> str:
    """Such as "SMS: 090-1234-5678"."""
    return _label(method.kind, method.number)


def proof_label(proof: Proof) -> str:
    """The same for a method that is proven but not kept yet, with its name where it has one."""
    label = _label(proof["kind"], proof.get("number"))
    return gettext("%(method)s (%(name)s)", method=label, name=proof["name"]) if proof.get("name") else label


def _label(kind: str, e164: str | None) -> str:
    if e164 is None:
        return gettext("Authenticator app")
    shown = phone_numbers.parse(e164).familiar
    if kind == "voice":
        return gettext("Voice call: %(number)s", number=shown)
    return gettext("Text message (SMS): %(number)s", number=shown)
