"""A browser of a served site, through the proxy that a deployment has in front."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

from webapp.sandbox.form_client import Answer, FormClient

SLOWEST_ANSWER = 30


@dataclass(frozen=True)
class Front:
    """Where browsers find the site, and the port where it is. `opened` are the browsers of this test."""

    url: str
    port: int
    is_proxy: bool
    opened: list[httpx.Client] = field(default_factory=list, compare=False, repr=False)

    def close(self) -> None:
        """Close the connections of all browsers."""
        while self.opened:
            self.opened.pop().close()


class _Proxy(httpx.HTTPTransport):
    """Pass requests on to the site as the documented proxy does (docs/deploy.md): it overwrites what it adds."""

    def __init__(self, front: Front, sender: str) -> None:
        super().__init__()
        self._front = front
        self._sender = sender

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection to the site."""
        there = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._front.port)
        headers = httpx.Headers(request.headers)
        if self._front.is_proxy:
            headers["X-Forwarded-For"] = self._sender
            headers["X-Forwarded-Proto"] = "https"
        passed_on = httpx.Request(
            request.method, there, headers=headers, stream=request.stream, extensions=request.extensions
        )
        return super().handle_request(passed_on)


class Visitor(FormClient):
    """A browser with cookies. It fails at an answer of 500 and above, but for 503."""

    def __init__(self, front: Front, sender: str, cookies: httpx.Cookies | None = None) -> None:
        super().__init__(f"{front.url}/")
        self.front, self.sender = front, sender
        self.http = httpx.Client(
            base_url=front.url,
            transport=_Proxy(front, sender),
            cookies=cookies,
            timeout=SLOWEST_ANSWER,
            event_hooks={"response": [no_failure]},
        )
        front.opened.append(self.http)

    def twin(self) -> Visitor:
        """Return another browser with copies of the same cookies, on the same page."""
        other = Visitor(self.front, self.sender, httpx.Cookies(self.http.cookies))
        other.url, other.html = self.url, self.html
        return other

    def exchange(self, method: str, url: str, data: dict[str, list[Any]] | None, enctype: str) -> Answer:
        """Send one request."""
        headers = {} if data is None else {"Referer": self.url, "Origin": self.front.url}
        answer = self.http.request(method, url, data=data, headers=headers)
        return Answer(answer.status_code, answer.headers.get("Location", ""), answer.text)

    def send(self, **entries: str) -> int:
        """Fill and send the form with these fields. Return the status of the page that comes."""
        return self.fill_and_send(entries).status


def no_failure(answer: httpx.Response) -> None:
    """Fail the test if the app failed."""
    assert answer.status_code < 500 or answer.status_code == 503, (
        f"{answer.request.url}: {answer.status_code}"
    )
