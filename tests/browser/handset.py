"""Shared by the handset's browser tests: a running phone, a Chromium, and windows on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from smtplib import SMTP
from typing import Any

import httpx
import pytest

from mocksms.core import inbox
from mocksms.core.worlds import World
from mocksms.testing import RunningPhone, run_phone
from tools.driver import Browser, Page

HANAKO = "+819012345678"
WIDTHS = {320: 568, 390: 844, 1280: 900}
PATIENCE_MS = 15_000  # for a loaded machine; what is waited for comes at once on a quiet one


class Desk:
    """The running phone with one empty world, and a sender that uses its protocols over real sockets."""

    def __init__(self, running: RunningPhone) -> None:
        self.running = running
        self.url = running.url
        self.world: World = running.worlds.get()
        inbox.reset(self.world)

    def text(self, body: str, to: str = HANAKO, sender: str = "Mihon") -> None:
        """Send an SMS through the gateway."""
        answer = httpx.post(
            f"{self.url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json",
            data={"To": to, "From": sender, "Body": body}, auth=("AC" + "0" * 32, "x"), trust_env=False,
        )  # fmt: skip
        answer.raise_for_status()

    def call(self, document: str, to: str = HANAKO) -> None:
        """Place a call through the gateway, with its TwiML."""
        answer = httpx.post(
            f"{self.url}/2010-04-01/Accounts/AC{'0' * 32}/Calls.json",
            data={"To": to, "From": "+15005550006", "Twiml": document},
            auth=("AC" + "0" * 32, "x"),
            trust_env=False,
        )
        answer.raise_for_status()

    def mail(self, to: str, subject: str, text: str, html: str = "") -> None:
        """Send a mail by SMTP."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "Mihon <no-reply@mihon.example>", to, subject
        letter.set_content(text)
        if html:
            letter.add_alternative(html, subtype="html")
        with SMTP("127.0.0.1", self.running.smtp_port) as server:
            server.send_message(letter)


@pytest.fixture(scope="session")
def running_phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhone]:
    """Serve a phone as long as the tests of this process run."""
    running = run_phone(str(tmp_path_factory.mktemp("handset-browser")))
    yield running
    running.stop()


@pytest.fixture
def desk(running_phone: RunningPhone) -> Desk:
    """Return the phone with an empty world."""
    return Desk(running_phone)


@pytest.fixture
def window(chromium: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a window: `window("/", width=390, scheme="dark", language="en")`.

    The test fails at its end when a page had an error or its policy blocked something.
    """
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_window(
        path: str, width: int = 1280, scheme: str = "light", language: str = "ja", **more: Any
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale={"ja": "ja-JP", "en": "en-US"}[language],
            base_url=desk.url,
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        # A browser under load may give up the animation between two pages, and tells so as an error.
        page.on(
            "pageerror", lambda error: wrong.append(str(error)) if "Transition" not in str(error) else None
        )
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.goto(path)
        if more.get("java_script_enabled", True):
            page.wait_for_selector("html[data-live-open]")
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert not wrong, wrong


def complaints(page: Page) -> list[str]:
    """Return axe's violations on the page, one line each."""
    from axe_core_python.sync_playwright import Axe

    found: dict[str, Any] = Axe().run(page)
    return [
        f"{rule['id']} ({rule['impact']}): {[node['target'] for node in rule['nodes']][:3]}"
        for rule in found["violations"]
    ]
