"""Walk journeys in a browser without a screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from urllib.parse import urljoin

from webapp.sandbox.form_client import FormClient, Lost
from webapp.sandbox.journeys.steps import (
    Aside,
    BackToFirst,
    Elsewhere,
    FollowLink,
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
    """Who reads the phone."""

    def code(self, to: str) -> str:
        """Return the next code that comes to a number or mailbox. Raises Lost."""

    def link(self, to: str, part: str) -> str:
        """Return the path of the next link with ``part`` in it that comes to a mailbox. Raises Lost."""


class FormRunner:
    """Does a person's steps in ``browser`` and reads the phone by ``reader``.

    ``other`` makes another browser. ``notes`` keeps what a step leaves for a later one. ``lands`` is the path where
    the browser is to go in the end, if it is not the page that was reached.
    """

    def __init__(
        self, who: Person, browser: FormClient, reader: Reader, other: Callable[[str], FormClient]
    ) -> None:
        self.who, self.browser, self.reader = who, browser, reader
        self.notes: dict[str, Any] = {}
        self.lands = ""
        self._other = other
        self._first = browser
        self._typed: dict[str, Any] = {}

    @property
    def number(self) -> str:
        """Return the person's own number."""
        assert self.who.phone is not None
        return self.who.phone

    def code(self) -> str:
        """Return the right code for the page: the next one that comes to the person's number. Raises Lost."""
        return self.reader.code(self.number)

    def mailed_code(self) -> str:
        """Return the next code that comes to the person's mailbox. Raises Lost."""
        return self.reader.code(self.who.email)

    def value(self, given: Any) -> Any:
        """Return what a step types: as given, or as its function says now."""
        return given(self) if callable(given) else given

    def advance(self, seconds: float) -> None:
        """Move the clock of site and phone."""
        raise NotImplementedError

    def walk(self, steps: Iterable[Step]) -> None:
        """Do the steps.

        Raises:
            Lost: a page does not offer what a step needs, or another page than the step's is shown.
        """
        for step in steps:
            if step.page:
                self._is_on(step.page, step.state)
            self._do(step)

    def _do(self, step: Step) -> None:
        match step:
            case Open():
                self._open(self.value(step.path))
            case Press():
                entries = {element.name: self.value(value) for element, value in step.fill.items()}
                self.browser.press_element(step.target.id, step.target.path, self._typed | entries)
                self._typed = {}
            case TakeCode():
                self._typed = {step.field.name: self.value(step.source) if step.source else self.code()}
            case FollowLink():
                link = self.reader.link(self.who.email, step.part)
                self.browser = self._other("")
                self._open(link)
            case BackToFirst():
                self.browser = self._first
                if step.target is not None:
                    self._open(self.browser.url)
                    self.browser.press_element(step.target.id)
            case Elsewhere():
                before, self.browser = self.browser, self._other(step.signed_in_as)
                self.walk(step.steps)
                self.browser = before
            case Aside():
                step.apply(self)
            case See() | OpenMail():
                pass
            case _:
                raise TypeError(f"no such step: {step!r}")

    def _open(self, path: str) -> None:
        self.browser.go("GET", urljoin(self.browser.url, path))

    def _is_on(self, page: str, state: str) -> None:
        found = _MAIN.search(self.browser.html)
        shown, shown_state = (found[1], found[2] or "") if found else ("", "")
        if shown != page or (state and shown_state != state):
            raise Lost(f"{self.browser.url} shows {shown} {shown_state}, not {page} {state}".rstrip())
