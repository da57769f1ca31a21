"""Walks the site's real pages for a tester, inside the process, with the cookies of the tester's own browser.

The walker follows links, fills forms as the pages offer them and reads codes from the phone. What cookies it was given
are handed to the browser in the end, which so stands where the walker stopped. Nothing is taken a short cut: each page
sees an ordinary request of this browser in this world.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Response, current_app, g, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from webapp.pages.framework.cookies import delete_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.sandbox import world_middleware
from webapp.sandbox.form_client import Answer, FormClient, Lost
from webapp.sandbox.phone import phone
from webapp.sandbox.refusals.sample_files import paper
from webapp.sandbox.worlds import HEADER

PATIENCE_SECONDS = 3.0
KEPT = ("browser", "lang", "world")
"""The cookies, by their own names, that a browser keeps when a walk begins; it is nobody's otherwise."""


class Walker(FormClient):
    """A browser that goes where a way leads; ``is_stranger`` makes it another one, with a name of its own."""

    def __init__(self, is_stranger: bool = False) -> None:
        self._config = services().config
        self._world = world_middleware.world().name
        super().__init__(request.host_url)
        self._jar: dict[str, str] = {}
        self._handed_out: dict[str, str] = {}
        if not is_stranger:
            visitor()  # the browser gets its own cookie, if it has none yet
            kept = {self._config.cookie(name) for name in KEPT}
            self._jar = {name: value for name, value in _pairs(request) if name in kept}
            self._jar[self._config.cookie("browser")] = g.browser_token

    @property
    def path(self) -> str:
        """The path of the page, with its query."""
        return _path_of(self.url)

    # -- the site ----------------------------------------------------------------------------------------------

    def get(self, path: str) -> None:
        """Open an address of the site, and go where it redirects to."""
        self._go("GET", path)

    def send(self, action: str = "", /, **fields: str) -> None:
        """Send the page's form that has these fields (the one at ``action``, where it is told), filled with them.

        Raises:
            Lost: there is no such form.
        """
        self.send_fields(fields, action)

    def send_fields(self, fields: Mapping[str, str], action: str = "") -> None:
        """As `send`, for fields whose names are not known beforehand."""
        form = self.find_form(fields, action)
        self._go("POST", form.action, form.fill(dict(fields)))

    def post(self, path: str, **fields: str) -> None:
        """Send what another tab of this browser would: no form of the page at hand."""
        self._go(
            "POST", path, {"csrf_token": [self.token], **{name: [value] for name, value in fields.items()}}
        )

    def send_papers(self, path: str, *names: str) -> None:
        """Send papers of `webapp.sandbox.refusals.sample_files` by the page's form of documents."""
        self.find_form(("documents",))
        files = [(io.BytesIO(paper(name)), name) for name in names]
        self._go("POST", path, {"csrf_token": [self.token], "documents": files})

    def forget_session(self) -> None:
        """Close the browser: it keeps what a browser keeps, and is signed out."""
        kept = {self._config.cookie(name) for name in KEPT}
        self._jar = {name: value for name, value in self._jar.items() if name in kept or "trust" in name}

    def _go(self, method: str, path: str, data: dict[str, list[Any]] | None = None) -> None:
        answer = self.go(method, urljoin(request.host_url, path), data)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Lost(f"{path} answered {answer.status}")

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, _enctype: str) -> Answer:
        """Send a request inside the one that is answered now."""
        headers = [
            (HEADER, self._world),
            ("User-Agent", request.user_agent.string),
            ("Accept-Language", request.headers.get("Accept-Language", "")),
            ("Cookie", "; ".join(f"{name}={value}" for name, value in self._jar.items())),
            ("Referer", request.host_url),
        ]
        builder = EnvironBuilder(
            _path_of(url), base_url=request.host_url, method=method, data=data, headers=headers,
            environ_overrides={"REMOTE_ADDR": request.environ.get("REMOTE_ADDR", "")},
        )  # fmt: skip
        try:
            # A context of its own, or the request at hand would lose what it keeps in `g`.
            with current_app.app_context():
                body, status, answered = run_wsgi_app(
                    current_app.wsgi_app, builder.get_environ(), buffered=True
                )
        finally:
            builder.close()
        for raw in answered.getlist("Set-Cookie"):
            self._keep(raw)
        html = b"".join(body).decode("utf-8", "replace")
        return Answer(int(status.split()[0]), answered.get("Location", ""), html)

    def _keep(self, raw: str) -> None:
        name, _, value = raw.partition(";")[0].partition("=")
        self._handed_out[name] = raw
        morsel = next(iter(SimpleCookie(raw).values()), None)
        if morsel is not None and morsel["max-age"] == "0":
            self._jar.pop(name, None)
        else:
            self._jar[name] = value

    # -- the browser that the walk is for ------------------------------------------------------------------------

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser holds now, by full names."""
        return dict(self._jar)

    def hand_over(self, response: Response) -> None:
        """Put the browser where the walker stands: it gets its cookies and loses what it had of this site."""
        ours = self._config.cookie("")
        for name, _value in _pairs(request):
            if name.startswith(ours) and name not in self._jar:
                delete_cookie(response, name.removeprefix(ours))
        for name, raw in self._handed_out.items():
            if name in self._jar:
                response.headers.add("Set-Cookie", raw)


class Handset:
    """Reads on the phone what arrives from now on, each message once."""

    def __init__(self) -> None:
        newest = phone().ask("GET", "messages", limit=1)["messages"]
        self._began = max((each["id"] for each in newest), default=0)
        self._read: dict[str, int] = {}

    def code(self, to: str) -> str:
        """The next code that comes to this number or mailbox. Raises Lost, PhoneSilent."""
        while True:
            found = self._next(to, "code")
            if found["code"]:
                return str(found["code"])

    def answers(self, to: str) -> str:
        """Answer the call that rings at this number: the code that it speaks. Raises Lost, PhoneSilent."""
        call = self._next(to, "call")
        return str(phone().ask("POST", f"calls/{call['id']}/answer", {})["code"])

    def declines(self, to: str) -> None:
        """Decline the call that rings at this number. Raises Lost, PhoneSilent."""
        phone().ask("POST", f"calls/{self._next(to, 'call')['id']}/decline", {})

    def link(self, to: str, part: str) -> str:
        """The path of the next link that comes to this mailbox and has ``part`` in it. Raises Lost, PhoneSilent."""
        while True:
            for link in self._next(to, f"link to {part}")["links"]:
                if part in link:
                    return _path_of(link)

    def _next(self, to: str, what: str) -> dict[str, Any]:
        since = self._read.get(to, self._began)
        found = phone().ask("GET", "messages/wait", to=to, since=since, timeout=PATIENCE_SECONDS)
        if not isinstance(found, dict):
            raise Lost(f"no {what} came to {to}")
        self._read[to] = found["id"]
        return found


def _pairs(asked: Any) -> list[tuple[str, str]]:
    """The cookies of a request as they came, undecoded."""
    pairs = (pair.strip().partition("=") for pair in asked.headers.get("Cookie", "").split(";"))
    return [(name, value) for name, _, value in pairs if name]


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
