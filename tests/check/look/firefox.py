"""A Firefox driven by WebDriver BiDi, which it has built in: Playwright's own Firefox needs commands that Debian's
lacks.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from tests.check.look.pages import Kind, sending
from tools.programs import PROGRAMS

LISTENING = "WebDriver BiDi listening on "
ANSWER_SECONDS = 60.0
QUIET = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    "ui.prefersReducedMotion": 1,
}
"""Settings that keep it at home, and pages still."""


IS_AFTER = """() => new Promise((done) => setTimeout(
    () => done(!window.isBefore && document.readyState === "complete"), 50))"""


class Gone(Exception):
    """A command was refused, or its page has closed."""


class Firefox:
    """One process, in one language and colour scheme; `window()` opens windows with separate cookies."""

    def __init__(self, socket: Any, language: str, scheme: str) -> None:
        self.language, self.scheme = language, scheme
        self._socket, self._ids = socket, count(1)
        self.send("session.new", capabilities={})

    def send(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """Return the answer to a command; skip events."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv(ANSWER_SECONDS))
            if told.get("id") == number:
                if told["type"] != "success":
                    raise Gone(f"{method}: {told}")
                return dict(told["result"])

    def window(self) -> Window:
        """Open a window without cookies."""
        return Window(self)


@contextmanager
def running(profile: Path, language: str, scheme: str) -> Iterator[Firefox]:
    """Start a Firefox with a separate profile, and end it."""
    from websockets.sync.client import connect

    settings = {
        **QUIET,
        "intl.accept_languages": language,
        "layout.css.prefers-color-scheme.content-override": {"dark": 0, "light": 1}[scheme],
    }
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
    (profile / "user.js").write_text("\n".join(lines))
    (program,) = [each.find() for each in PROGRAMS if each.name == "Firefox"]
    options = ("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0")
    process = subprocess.Popen(
        [str(program), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    address = next(line.partition(LISTENING)[2].strip() for line in process.stderr if LISTENING in line)
    reader = threading.Thread(target=process.stderr.read)  # so that it never waits for its reader
    reader.start()
    with connect(f"{address}/session", max_size=None, compression=None) as socket:
        yield Firefox(socket, language, scheme)
    process.terminate()
    process.wait(30)
    reader.join(30)
    process.stderr.close()


class Window:
    """The functions of a browser window that the checks need."""

    def __init__(self, firefox: Firefox) -> None:
        self._firefox = firefox
        self._user = firefox.send("browser.createUserContext")["userContext"]
        made = firefox.send("browsingContext.create", type="tab", userContext=self._user)
        self._context = made["context"]

    def goto(self, url: str) -> None:
        """Open an address and wait until the page is complete."""
        self._firefox.send("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def submit(self, action: str) -> None:
        """Send the form that leads to this address, and wait for the next page."""
        self.evaluate(sending(action))
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            with suppress(Gone):  # a page may go while it is asked
                if self.evaluate(IS_AFTER):
                    return
        raise AssertionError(f"{action} led nowhere")

    def become(self, kind: Kind) -> None:
        """Take this size; the colour scheme is the process's."""
        size = {"width": kind.width, "height": kind.height}
        self._firefox.send("browsingContext.setViewport", context=self._context, viewport=size)

    def evaluate(self, function: str) -> Any:
        """Return what a JavaScript function without parameters returns, through JSON."""
        answer = self._firefox.send(
            "script.evaluate",
            expression=f"Promise.resolve(({function})()).then((told) => JSON.stringify(told ?? null))",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def close(self) -> None:
        """Close it and forget its cookies."""
        self._firefox.send("browser.removeUserContext", userContext=self._user)
