"""A walk inside a request: the tester's browser, the phone of the same world, and the steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from webapp.sandbox.form_client import FormClient, Lost
from webapp.sandbox.journeys.runner import FormRunner
from webapp.sandbox.journeys.steps import FollowLink, Person, Step, TakeCode
from webapp.sandbox.journeys.walker import Walker, path_of
from webapp.sandbox.phone import phone

PATIENCE_SECONDS = 3.0


class Walk(FormRunner):
    """A person's walk in the browser that asked for it. ``handset`` reads the phone."""

    browser: Walker

    def __init__(self, who: Person) -> None:
        self.handset = Handset()
        super().__init__(who, self.handset, Walker(), self._other_browser)

    @property
    def destination(self) -> str:
        """Return the path where the browser is to go."""
        return self.lands or self.browser.path

    def walk(self, steps: Iterable[Step]) -> None:
        """Do the steps. Raises Lost, PhoneUnreachable, PhoneRefused."""
        steps = tuple(steps)
        if not self.handset.is_attending and any(isinstance(step, TakeCode | FollowLink) for step in steps):
            self.handset.skip_received()
        super().walk(steps)

    @staticmethod
    def _other_browser(signed_in_as: str) -> FormClient:
        other = Walker(is_stranger=True)
        if signed_in_as:
            other.hold_session(signed_in_as, is_proven=True)
        return other


class Handset:
    """Reads on the phone what arrives after `skip_received`, each message once."""

    def __init__(self) -> None:
        self.is_attending = False
        self._began = 0
        self._read: dict[str, int] = {}

    def skip_received(self) -> None:
        """Skip what is on the phone already. Raises PhoneUnreachable."""
        newest = phone().ask("GET", "messages", limit=1)["messages"]
        self.is_attending = True
        self._began = max((each["id"] for each in newest), default=0)

    def code(self, to: str) -> str:
        """Return the next code that comes to this number or mailbox. Raises Lost, PhoneUnreachable."""
        while True:
            found = self._next(to, "code")
            if found["code"]:
                return str(found["code"])

    def decline_call(self, to: str) -> None:
        """Decline the call that rings at this number. Raises Lost, PhoneUnreachable."""
        phone().ask("POST", f"calls/{self._next(to, 'call')['id']}/decline", {})

    def link(self, to: str, part: str) -> str:
        """Return the path of the next link with ``part`` in it that comes to this mailbox. Raises Lost,
        PhoneUnreachable."""
        while True:
            for link in self._next(to, f"link to {part}")["links"]:
                if part in link:
                    return path_of(link)

    def _next(self, to: str, what: str) -> dict[str, Any]:
        since = self._read.get(to, self._began)
        found = phone().ask("GET", "messages/wait", to=to, since=since, timeout=PATIENCE_SECONDS)
        if not isinstance(found, dict):
            raise Lost(f"no {what} came to {to}")
        self._read[to] = found["id"]
        return found
