"""A way to one refusal: how it is prepared, and what the user does last to see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

from webapp.sandbox.refusals.catalogue import every_refusal
from webapp.sandbox.refusals.error_text import error_text
from webapp.sandbox.refusals.scenario_context import Scene

TOLD = ""
"""In the place of a value: it is known once the way is prepared (a code, for one)."""

SIGN_IN = _("Sign in")
SIGN_IN_WITH_CODE = lazy_pgettext("code", "Sign in")
NEXT = lazy_pgettext("identifier", "Continue")
CONTINUE = _("Continue")
SEND_CODE = _("Send code")
CODE_RULE = _("A sent code lives 10 minutes, 5 wrong tries kill it, and a new one kills the old.")
SEND_RULE = _("10 codes per account and per number in 24 hours.")


@dataclass(frozen=True)
class Last:
    """The last action: what is typed or chosen in which field, and the button that is pressed.

    ``files`` names papers of `webapp.sandbox.refusals.sample_files` that are chosen in the field ``documents``. With
    ``action`` no page has such a form any more, only a tab that was left open: the strip offers it.
    """

    press: Any
    fields: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    action: str = ""


@dataclass(frozen=True)
class Way:
    """A way to a refusal.

    ``name`` is the refusal's (`catalogue`), or one of our own where no exception stands behind what the user sees or
    where there are several ways (``Throttled.resend``); ``refusal`` is the exception's name, "" where there is none.
    ``prepare`` walks there and returns the values of ``last`` that were not known before. Without ``last`` the page
    that the way leads to tells it. ``rule`` is of docs/screens.md#rules, in short; ``text`` what the user reads.
    """

    name: str
    flow: str
    persona: str
    rule: Any
    prepare: Callable[[Scene], Mapping[str, str] | None]
    last: Last | None = None
    of: str | None = None
    text: Any = None

    @property
    def refusal(self) -> str:
        """The name of the refusal that is made, "" where the page tells it by itself."""
        if self.of is not None:
            return self.of
        return self.name if self.name in every_refusal() else ""

    @property
    def says(self) -> str:
        """What the user reads, in the language of the request."""
        return str(self.text) if self.text is not None else error_text(self.refusal)
