"""A scenario that leads to one refusal: the journey there, and what the user does last to see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.steps import Step, Value
from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.error_text import error_text

SIGN_IN = lazy_pgettext("password", "Sign in")
SIGN_IN_WITH_CODE = _("Sign in")
NEXT = lazy_pgettext("identifier", "Continue")
CONTINUE = _("Continue")
SEND_CODE = _("Send code")
CODE_RULE = _(
    "A code expires after %(code_seconds)s, after %(code_tries)s incorrect "
    "attempts, or when a new one is sent."
)
SEND_RULE = _("%(send_cap)s codes per account and per number in %(send_cap_seconds)s.")


@dataclass(frozen=True)
class LastStep:
    """The last step: what is typed or chosen in which field, and the button that is pressed.

    A value that is a function is known after the walk. ``files`` names samples of
    `webapp.sandbox.refusals.sample_files` for the field ``documents``. With ``action`` no page has such a form any
    more, only a tab that was left open: the hint offers it.
    """

    press: Any
    fields: Mapping[Element, Value] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    action: str = ""

    def values(self, tell: Callable[[Value], Any]) -> dict[str, str]:
        """Return what is typed by the name of its field; ``tell`` turns functions into texts."""
        return {element.name: str(tell(value)) for element, value in self.fields.items()}


@dataclass(frozen=True)
class Scenario:
    """A scenario that leads to a refusal.

    ``name`` is the refusal's (`catalogue`), or one of our own where no exception is behind what the user sees or where
    several scenarios lead to one (``Throttled.resend``). ``refusal`` is the exception's name, "" where there is none.
    The browser ``begins`` signed out, signed in or freshly proven, and walks ``journey``. Without ``last`` its last
    page tells the refusal. ``rule`` is of docs/screens.md#rules, in short; ``text`` what the user reads.
    """

    name: str
    flow: str
    persona: str
    rule: Any
    journey: tuple[Step, ...]
    last: LastStep | None = None
    of: str | None = None
    text: Any = None
    begins: Literal["signed_out", "signed_in", "proven"] = "signed_out"

    @property
    def refusal(self) -> str:
        """Return the name of the refusal that is shown, "" if the page shows it without one."""
        if self.of is not None:
            return self.of
        return self.name if self.name in every_refusal() else ""

    @property
    def says(self) -> str:
        """Return the error text, in the language of the request."""
        return str(self.text) if self.text is not None else error_text(self.refusal)
