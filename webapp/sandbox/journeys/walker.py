"""Walk the site's pages inside the request at hand, with the cookies of the tester's browser.

The walker sends each request to the site as the browser would. In the end the browser gets the walker's cookies, so
it is on the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Response, current_app, g, request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from webapp import paths
from webapp.flows import sign_in
from webapp.pages import auth
from webapp.pages.framework.cookies import delete_cookie
from webapp.pages.framework.services import services
from webapp.pages.framework.visitor import visitor
from webapp.pages.render import language
from webapp.rules.links import token_hash
from webapp.sandbox import trace_recorder, world_middleware
from webapp.sandbox.form_client import Answer, FormClient, Lost
from webapp.sandbox.worlds import HEADER
from webapp.services import sessions
from webapp.store import accounts

KEPT = ("browser", "lang", "world")
"""The cookies, by the last part of their names, that a browser keeps when a walk begins."""


class Walker(FormClient):
    """The browser of the request at hand, which walks on. With ``is_stranger`` another one, without its cookies."""

    def __init__(self, is_stranger: bool = False) -> None:
        self._config = services().config
        self._world = world_middleware.world().name
        super().__init__(request.host_url)
        self._jar: dict[str, str] = {}
        self._handed_out: dict[str, str] = {}
        if not is_stranger:
            visitor()  # sets the browser's cookie, if it has none yet
            kept = {self._config.cookie(name) for name in KEPT}
            self._jar = {name: value for name, value in _pairs(request) if name in kept}
            self._jar[self._config.cookie("browser")] = g.browser_token

    @property
    def path(self) -> str:
        """Return the path of the page, with its query."""
        return path_of(self.url)

    def post(self, path: str) -> None:
        """Send what a script or another tab of this browser would: no form of the page at hand."""
        self.go("POST", urljoin(request.host_url, path), {"csrf_token": [self.token]})

    def forget_session(self) -> None:
        """Close the browser: it keeps what a browser keeps, and is signed out."""
        kept = {self._config.cookie(name) for name in KEPT}
        self._jar = {name: value for name, value in self._jar.items() if name in kept or "trust" in name}

    def go(
        self, method: str, url: str, data: dict[str, list[Any]] | None = None, enctype: str = ""
    ) -> Answer:
        """Send a request and follow redirects. Raises Lost, also if the site failed."""
        answer = super().go(method, url, data, enctype)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Lost(f"{self.path} answered {answer.status}")
        return answer

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, _enctype: str) -> Answer:
        """Send a request inside the one that is answered now."""
        builder = self._request(url, method=method, data=data)
        try:
            # A new context, or the request at hand would lose what it keeps in `g`.
            with current_app.app_context():
                body, status, answered = run_wsgi_app(
                    current_app.wsgi_app, builder.get_environ(), buffered=True
                )
        finally:
            builder.close()
        self._keep(answered)
        html = b"".join(body).decode("utf-8", "replace")
        return Answer(int(status.split()[0]), answered.get("Location", ""), html)

    def _request(self, url: str, **options: Any) -> EnvironBuilder:
        """Build a request of this browser, from the address that the tester's request came from."""
        headers = [
            (HEADER, self._world),
            ("User-Agent", request.user_agent.string),
            ("Accept-Language", language()),
            ("Cookie", "; ".join(f"{name}={value}" for name, value in self._jar.items())),
            ("Referer", request.host_url),
        ]
        return EnvironBuilder(
            path_of(url), base_url=request.host_url, headers=headers,
            environ_overrides={
                "REMOTE_ADDR": request.environ.get("REMOTE_ADDR", ""),
                trace_recorder.PREPARES: True,
            }, **options,
        )  # fmt: skip

    def hold(self, view: Callable[[], Response]) -> None:
        """Hold the cookies of an answer that no page gives: ``view`` makes it, in a request of this browser."""
        asked = self._request(paths.API).get_environ()
        with current_app.app_context(), current_app.request_context(asked):
            current_app.preprocess_request()
            answered = current_app.process_response(view())
        answered.close()
        self._keep(answered.headers)

    def hold_session(self, account_id: str, *, is_proven: bool) -> None:
        """Sign in to an account, freshly proven or not. The session's row is made as by a sign-in."""

        def view() -> Response:
            site, now = services(), services().clock.now()
            with site.store.writing() as db:
                account = accounts.get(db, account_id)
                done = sign_in.finish(db, site, visitor(), account, "shop", paths.HOME, now, how="password")
                token: str | None = done.token
                if is_proven:
                    until = now + site.config.step_up_seconds
                    token = sessions.elevate(db, token_hash(done.token), until)
            assert token is not None  # opened above
            auth.put_session(token, account)
            return Response()

        self.hold(view)

    def _keep(self, answered: Headers) -> None:
        for raw in answered.getlist("Set-Cookie"):
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
        """Return what the browser holds now, by full names."""
        return dict(self._jar)

    def hand_over(self, response: Response) -> None:
        """Put the browser where the walker is: it gets the walker's cookies and loses its earlier ones of this site."""
        ours = self._config.cookie("")
        for name, _value in _pairs(request):
            if name.startswith(ours) and name not in self._jar:
                delete_cookie(response, name.removeprefix(ours))
        for name, raw in self._handed_out.items():
            if name in self._jar:
                response.headers.add("Set-Cookie", raw)


def _pairs(asked: Any) -> list[tuple[str, str]]:
    """Return the cookies of a request as they came, undecoded."""
    pairs = (pair.strip().partition("=") for pair in asked.headers.get("Cookie", "").split(";"))
    return [(name, value) for name, _, value in pairs if name]


def path_of(url: str) -> str:
    """Return the path of an address, with its query."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
