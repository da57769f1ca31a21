"""Walk journeys: what all runners share, and the runner for a browser without a screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urljoin

from webapp.sandbox.form_client import FormClient, Lost
from webapp.sandbox.journeys.pages import Element
from webapp.sandbox.journeys.steps import (
    BackToFirst,
    FollowLink,
    HiddenStep,
    InOtherBrowser,
    Open,
    OpenMail,
    Person,
    Press,
    See,
    Step,
    TakeCode,
)

_MAIN = re.compile(r'<main\b[^>]*?data-page="([^"]*)"(?:[^>]*?data-state="([^"]*)")?')


class Reader(Protocol):
    """A reader of the phone."""

    def code(self, to: str) -> str:
        """Return the next code that comes to a number or mailbox. Raises Lost."""

    def link(self, to: str, part: str) -> str:
        """Return the address of the next link with ``part`` in it that comes to a mailbox. Raises Lost."""


class Runner:
    """Does a person's steps and reads the phone by ``reader``; a subclass knows its kind of browser.

    ``notes`` keeps what a step leaves for a later one. ``lands`` is the path where the browser is to go in the end, if
    it is not the page that was reached.
    """

    def __init__(self, who: Person, reader: Reader) -> None:
        self.who, self.reader = who, reader
        self.notes: dict[str, Any] = {}
        self.lands = ""
        self._typed: dict[Element, Any] = {}

    @property
    def number(self) -> str:
        """Return the person's own number."""
        assert self.who.phone is not None
        return self.who.phone

    def code(self) -> str:
        """Return the right code for the page: the next one that comes to the person's number. Raises Lost."""
        return self.reader.code(self.number)

    def value(self, given: Any) -> Any:
        """Return what a step types: as given, or as its function says now."""
        return given(self) if callable(given) else given

    def advance(self, seconds: float) -> None:
        """Move the clock of site and phone."""
        raise NotImplementedError

    def open(self, path: str) -> None:
        """Open an address in the browser."""
        raise NotImplementedError

    def press(self, target: Element, entries: Mapping[Element, Any]) -> None:
        """Fill in and press. Raises Lost."""
        raise NotImplementedError

    def see(self, page: str, state: str) -> None:
        """Make sure that the browser shows this page, in this state if one is given. Raises Lost."""
        raise NotImplementedError

    def change_browser(self, path: str = "", signed_in_as: str = "") -> Callable[[], None]:
        """Take another browser and open ``path`` in it, if one is given. What is returned goes back to this browser."""
        raise NotImplementedError

    def walk(self, steps: Iterable[Step]) -> None:
        """Do the steps.

        Raises:
            Lost: a page does not offer what a step needs, or another page than the step's is shown.
        """
        back: Callable[[], None] | None = None
        for step in steps:
            if step.page:
                self.see(step.page, step.state)
            match step:
                case Open():
                    self.open(self.value(step.path))
                case Press():
                    entries = {element: self.value(value) for element, value in step.fill.items()}
                    self.press(step.target, self._typed | entries)
                    self._typed = {}
                case TakeCode():
                    self._typed = {step.field: self.value(step.source) if step.source else self.code()}
                case FollowLink():
                    back = self.change_browser(self.reader.link(self.who.email, step.part))
                case BackToFirst():
                    assert back is not None, "a link was followed before"
                    back()
                    if step.target is not None:
                        self.go_on(step.target)
                case InOtherBrowser():
                    self._walk_in_other_browser(step)
                case HiddenStep():
                    step.apply(self)
                case See() | OpenMail():
                    pass
                case _:
                    raise TypeError(f"no such step: {step!r}")

    def go_on(self, target: Element) -> None:
        """Wait until the first browser's page has gone on by itself; without scripts it takes a press."""

    def _walk_in_other_browser(self, step: InOtherBrowser) -> None:
        back = self.change_browser(signed_in_as=step.signed_in_as)
        self.walk(step.steps)
        back()


class FormRunner(Runner):
    """Walks in ``browser``, a browser without a screen; ``other`` makes another one, of an account or of nobody."""

    def __init__(
        self, who: Person, reader: Reader, browser: FormClient, other: Callable[[str], FormClient]
    ) -> None:
        super().__init__(who, reader)
        self.browser = browser
        self._other = other

    def open(self, path: str) -> None:
        self.browser.go("GET", urljoin(self.browser.url, path))

    def press(self, target: Element, entries: Mapping[Element, Any]) -> None:
        named = {element.name: value for element, value in entries.items()}
        self.browser.press_element(target.id, target.path, named)

    def see(self, page: str, state: str) -> None:
        found = _MAIN.search(self.browser.html)
        shown, shown_state = (found[1], found[2] or "") if found else ("", "")
        if shown != page or (state and shown_state != state):
            raise Lost(f"{self.browser.url} shows {shown} {shown_state}, not {page} {state}".rstrip())

    def change_browser(self, path: str = "", signed_in_as: str = "") -> Callable[[], None]:
        before, self.browser = self.browser, self._other(signed_in_as)
        if path:
            self.open(path)

        def back() -> None:
            self.browser = before

        return back

    def go_on(self, target: Element) -> None:
        self.open(self.browser.url)
        self.press(target, {})
