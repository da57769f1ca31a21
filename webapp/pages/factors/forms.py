"""The forms of a page that offers factors to enrol."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import flask
from werkzeug.datastructures import MultiDict

from webapp.factors.registry import FACTORS
from webapp.pages.factors import registry
from webapp.pages.factors.view import Step
from webapp.pages.forms.base import AddressForm, CodeForm, typed_before
from webapp.pages.render import is_post
from webapp.store.flows import Flow


@dataclass
class Offered:
    """A step with its form on this page, which ``sent`` fills. Each part is made when it is needed."""

    step: Step
    flow: Flow
    sent: MultiDict[str, str] | None
    is_named: bool

    @cached_property
    def form(self) -> AddressForm | CodeForm:
        """Return the step's form. Only a backup's app has a name, to tell it from others."""
        form = self.step.form(formdata=self.sent)
        if not self.is_named and "appName" in form:
            del form.appName
        return form

    @property
    def context(self) -> dict[str, Any]:
        """Return what the step's template needs besides."""
        return self.step.context(self.flow)


class EnrolmentForms:
    """One form for each factor that may be enrolled here. The posted one is filled, and open.

    ``opens`` is the kind that is open at first.
    """

    def __init__(
        self, flow: Flow, *, is_backup: bool = False, is_named: bool = False, opens: str = ""
    ) -> None:
        sent = flask.request.form if is_post() else typed_before()
        steps = [step for step in registry.STEPS if _may_be(step, is_backup)]
        chosen = [
            step for step in steps if (step.name == sent.get("method") if sent else opens in step.kinds)
        ]
        opened = (chosen or steps)[0]
        self._was_sent = bool(sent)
        self.offered = [Offered(step, flow, sent if step is opened else None, is_named) for step in steps]
        self.open = next(each for each in self.offered if each.step is opened)

    @property
    def active(self) -> AddressForm | CodeForm:
        """Return the form that was posted, or that is open."""
        return self.open.form

    @property
    def kind(self) -> str:
        """Return the kind that the open form enrols."""
        return self.open.step.kinds[0]

    @property
    def name(self) -> str:
        """Return the name that was given to the method, if any."""
        return self.active.appName.data or "" if "appName" in self.active else ""

    @property
    def fields(self) -> list[tuple[AddressForm | CodeForm, Any]]:
        """Return each form with the ids of its elements, for the box of errors."""
        return [(each.form, each.step.ids) for each in self.offered]

    def offer(self, address: str, kind: str) -> None:
        """Fill in the address that was given before, unless more was typed."""
        for each in self.offered:
            if not self._was_sent and kind in each.step.kinds and isinstance(each.form, AddressForm):
                each.form.offer(address, kind)
                self.open = each


def _may_be(step: Step, is_backup: bool) -> bool:
    factors = [FACTORS[kind] for kind in step.kinds]
    return all(each.may_be_backup if is_backup else each.may_be_preferred for each in factors)
