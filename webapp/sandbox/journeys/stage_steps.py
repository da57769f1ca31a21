"""The steps that only the stage does: they take a screen, a phone's buttons or two persons (docs/journeys.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.steps import Step


@dataclass(frozen=True)
class AnswerCall(Step):
    """Answer the call that rings on the phone. Its voice then says the code."""

    where: ClassVar[str] = "call"


@dataclass(frozen=True)
class AddToApp(Step):
    """Type the key that the page shows in ``target`` into the phone's authenticator app."""

    target: Element
    where: ClassVar[str] = "app"


@dataclass(frozen=True)
class MoveClock(Step):
    """Move the clock of site and phone ahead by seconds.

    This is next while the app's code is a used one; with a ``target``, while that waits for its time.
    """

    seconds: int
    target: Element | None = None
    where: ClassVar[str] = "clock"


@dataclass(frozen=True)
class OpenBeside(Step):
    """Open a path in another tab, for another person; the phone shows the handset of ``handset``."""

    path: str
    handset: str
    where: ClassVar[str] = "beside"
