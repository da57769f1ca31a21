"""The factors' views and steps, in the order in which pages offer them, and their labels."""

from __future__ import annotations

from flask_babel import gettext

from webapp.factors.factor import Proof
from webapp.pages.factors import app, phone
from webapp.pages.factors.view import FactorView, Step
from webapp.store.methods import Method

VIEWS: dict[str, FactorView] = {view.kind: view for view in (phone.SMS, phone.VOICE, app.APP)}
STEPS: list[Step] = [phone.STEP, app.STEP]


def method_label(method: Method) -> str:
    """Return a method's label for its proven owner, such as "SMS: 090-1234-5678"."""
    return _label(method.kind, method.number)


def proof_label(proof: Proof) -> str:
    """Return the same for a method that is verified but not stored yet, with its name if it has one."""
    label = _label(proof["kind"], proof.get("number"))
    return gettext("%(method)s (%(name)s)", method=label, name=proof["name"]) if proof.get("name") else label


def _label(kind: str, address: str | None) -> str:
    view = VIEWS[kind]
    return str(view.label) % {"number": view.written(address) if address else ""}
