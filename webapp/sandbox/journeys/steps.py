"""The steps of a journey: what a person does, as data. A runner does them (docs/journeys.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from webapp.sandbox.journeys.pages import Element

Value = Any
"""What is typed, or a function of the runner that returns it: a code is known only during the walk."""


class Person(Protocol):
    """The person of a journey."""

    @property
    def email(self) -> str:
        """Return the address to sign in with."""

    @property
    def phone(self) -> str | None:
        """Return the number in E.164."""

    @property
    def password(self) -> str:
        """Return the password."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """``page`` and ``state`` tell where a step is done (`main[data-page]`, `[data-state]`).

    ``says`` tells people what to do, ``why`` what that means for two-step verification. A step is done, even before
    the page changes, once the page has what the selector ``unless`` finds.
    """

    page: str = ""
    state: str = ""
    says: Any = ""
    why: Any = ""
    unless: str = ""
    where: ClassVar[str] = "site"


@dataclass(frozen=True)
class Open(Step):
    """Open an address of the site."""

    path: Value


@dataclass(frozen=True)
class Press(Step):
    """Fill in fields, choose, tick (True, False), and press a button or follow a link.

    The browser's dialog follows a press that is ``by_hand``: no script can answer it.
    """

    target: Element
    fill: Mapping[Element, Value] = field(default_factory=dict)
    by_hand: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class See(Step):
    """Be on a page that offers ``target``; nothing is pressed."""

    target: Element | None = None
    where: ClassVar[str] = "end"


@dataclass(frozen=True)
class TakeCode(Step):
    """Type the code that came to the phone. It is sent with the next `Press`."""

    field: Element
    source: Value = None
    where: ClassVar[str] = "code"


@dataclass(frozen=True)
class OpenMail(Step):
    """Open the newest mail on the phone."""

    where: ClassVar[str] = "mail"


@dataclass(frozen=True)
class FollowLink(Step):
    """Open the mail's link to a path that begins with ``part``: in a browser that knows nothing of the first."""

    part: str
    where: ClassVar[str] = "link"


@dataclass(frozen=True)
class BackToFirst(Step):
    """Go back to the first browser. With ``target`` its page goes on by itself; without scripts that is pressed."""

    target: Element | None = None
    where: ClassVar[str] = "tab"


@dataclass(frozen=True)
class InOtherBrowser(Step):
    """Do steps in another browser: a stranger's, or one that signed in as ``signed_in_as`` and stepped up."""

    steps: tuple[Step, ...]
    signed_in_as: str = ""


class HiddenStep(Step):
    """A step that no page sees."""

    def apply(self, run: Any) -> None:
        """Do it; ``run`` is the runner."""
        raise NotImplementedError


@dataclass(frozen=True)
class Wait(HiddenStep):
    """Move the clock of site and phone ahead by seconds."""

    seconds: Value

    def apply(self, run: Any) -> None:
        run.advance(run.value(self.seconds))


@dataclass(frozen=True)
class Do(HiddenStep):
    """Do what no person does: make a fault, write a row. ``what`` gets the runner."""

    what: Callable[[Any], object]

    def apply(self, run: Any) -> None:
        self.what(run)


@dataclass(frozen=True)
class LandOn(HiddenStep):
    """Send the browser to a path in the end. The page is not walked."""

    path: Value

    def apply(self, run: Any) -> None:
        run.lands = run.value(self.path)


@dataclass(frozen=True)
class Note(HiddenStep):
    """Keep a value for a later step, which gets it by `noted`."""

    name: str
    value: Value

    def apply(self, run: Any) -> None:
        run.notes[self.name] = run.value(self.value)


def noted(name: str) -> Callable[[Any], Any]:
    """Return a value that an earlier `Note` kept."""
    return lambda run: run.notes[name]
